"""Moodle: a folder for each student, or all files side by side, each name beginning with whose it is.

Jane Doe_657737_assignsubmission_file_/foundations/softmax.py
Jane Doe_657737_assignsubmission_file_softmax.py
Participant_657737_assignsubmission_file_/softmax.py      blind marking; the word is in the site's language
Group 7_41_assignsubmission_file_/softmax.py              a group, which looks like a student
Jane Doe_657737_assignsubmission_onlinetext_/onlinetext.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from graders.engine.cohort.archives import shown
from graders.engine.cohort.intake.bundles import Handed, Listing
from graders.engine.cohort.records import Person, Remark, RemarkKind

# Moodle turns underscores of names into spaces.
_NAME = re.compile(
    r"(?P<name>[^_]+)(?:_(?P<id>[0-9]+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL
)


def share(listing: Listing) -> float:
    """Return which part of the names at the top is as Moodle makes them."""
    return sum(bool(_NAME.fullmatch(top)) for top in listing.tops) / max(1, len(listing.tops))


def read(listing: Listing, exercises: Sequence[str]) -> tuple[list[Handed], list[Remark]]:
    """Return one Handed a participant or group."""
    found: dict[tuple[str, str], Handed] = {}
    remarks: list[Remark] = []
    hidden = _hidden_name(listing)
    for member in sorted(listing.members, key=lambda member: member.path):
        top, _, below = member.path.partition("/")
        named = _NAME.fullmatch(top)
        if named is None:
            text = "is not named as Moodle names what a student handed in"
            remarks.append(Remark(RemarkKind.IGNORED, shown(member.path), text))
            continue
        handed = found.setdefault((named["name"], named["id"] or ""), _handed(named, hidden))
        if named["kind"] == "file":
            handed.members.append(replace(member, path=below or named["file"] or top))
        else:
            text = f"is Moodle's {named['kind']}: only files are graded"
            handed.remarks.append(Remark(RemarkKind.IGNORED, shown(member.path), text))
    return list(found.values()), remarks


def _handed(named: re.Match[str], hidden: str | None) -> Handed:
    name, number = named["name"], named["id"] or ""
    person = Person(id=number, name="" if name == hidden and number else name)
    return Handed(f"{name}_{number}" if number else name, (person,))


def _hidden_name(listing: Listing) -> str | None:
    """Return the word that stands for all names in blind marking, None where there are names."""
    whose = {(m["name"], m["id"]) for m in map(_NAME.fullmatch, listing.tops) if m}
    names = {name for name, _ in whose}
    if len(names) == 1 and (len(whose) > 1 or names == {"Participant"}):
        return names.pop()
    return None
