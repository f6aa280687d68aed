"""Canvas: all files of all students side by side, each name beginning with whose it is.

doejane_100_2001_softmax.py         name, user, attachment, what the student called it
doejane_LATE_100_2001_softmax.py
anon_x7Yz1_2001_softmax.py          when the assignment is graded anonymously
doejane_100_text.html               typed into the form; _link.html for an address
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graders.engine.cohort.archives import Member, shown
from graders.engine.cohort.intake.bundles import Handed, Listing
from graders.engine.cohort.records import Person, Remark, RemarkKind

_IDS = re.compile(r"(?=_(?P<late>LATE_)?(?P<user>[0-9]+)_(?P<attachment>[0-9]+)_(?P<file>.+))", re.DOTALL)
_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<user>[A-Za-z0-9]+)_(?:(?P<attachment>[0-9]+)_(?P<file>.+)|(?P<online>text|link)\.html)",
    re.DOTALL,
)
_ONLINE = re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<user>[0-9]+)_(?P<online>text|link)\.html", re.DOTALL)


@dataclass(frozen=True)
class _Reading:
    """One way to read a name; `attachment` and `file` are empty for what was typed into the form."""

    name: str
    user: str
    is_late: bool
    attachment: str = ""
    file: str = ""


def share(listing: Listing) -> float:
    """Return which part of the files at the top is named as Canvas does it."""
    files = [top for top, is_folder in listing.tops.items() if not is_folder]
    return sum(bool(_named(file)) for file in files) / max(1, len(listing.tops))


def read(listing: Listing, exercises: Sequence[str]) -> tuple[list[Handed], list[Remark]]:
    """Return one Handed a user, with all their attachments."""
    names = {member.path: member for member in listing.members}
    is_anonymous = all(_ANONYMOUS.fullmatch(name) for name in names)
    readings = {name: _anonymous(name) if is_anonymous else _named(name) for name in names}
    chosen, remarks = _choose(readings)
    by_user: dict[tuple[str, str], dict[str, _Reading]] = defaultdict(dict)
    for name, reading in chosen.items():
        by_user[reading.user, reading.name][name] = reading
    users = Counter(user for user, _ in by_user)
    handed = []
    for (user, name), files in sorted(by_user.items()):
        if users[user] > 1:
            text = f"user {user} has several names, so that it is not clear whose this is; it is not graded"
            remarks += [Remark(RemarkKind.AMBIGUOUS, shown(file), text) for file in files]
        else:
            handed.append(_handed(Person(id=user, name=name), files, names))
    return handed, remarks


def _handed(person: Person, files: Mapping[str, _Reading], members: Mapping[str, Member]) -> Handed:
    counts = Counter(reading.file for reading in files.values())
    handed = Handed(f"{person.name or 'anon'}_{person.id}", (person,), is_late=any(r.is_late for r in files.values()))
    for name, reading in sorted(files.items()):
        if not reading.file:
            text = "was typed into the form or is a link: only files are graded"
            handed.remarks.append(Remark(RemarkKind.IGNORED, shown(name), text))
            continue
        # Two attachments of one name stay two files, for the rules on those.
        path = reading.file if counts[reading.file] == 1 else f"{reading.attachment}/{reading.file}"
        handed.members.append(replace(members[name], path=path))
    return handed


def _named(name: str) -> list[_Reading]:
    """Return all ways to read a name, the shortest student's name first."""
    readings = [
        _Reading(name[: m.start()], m["user"], bool(m["late"]), m["attachment"], m["file"])
        for m in _IDS.finditer(name)
        if m.start() and name[: m.start()] == name[: m.start()].lower()  # Canvas has students' names in lower case
    ]
    if not readings and (online := _ONLINE.fullmatch(name)):
        return [_Reading(online["name"], online["user"], bool(online["late"]))]
    return readings or _anonymous(name)


def _anonymous(name: str) -> list[_Reading]:
    m = _ANONYMOUS.fullmatch(name)
    return [_Reading("", m["user"], bool(m["late"]), m["attachment"] or "", m["file"] or "")] if m else []


def _choose(readings: Mapping[str, list[_Reading]]) -> tuple[dict[str, _Reading], list[Remark]]:
    """Choose how each name is to be read, by what those names say that can be read in one way only.

    Both a student's name and a file's may look like ids, "student_1_100_2001_f.py" and "doe_100_2001_2024_1_f.py". What
    stays unclear is left out, as a student could have made it so.
    """
    certain = [found[0] for found in readings.values() if len(found) == 1]
    chosen: dict[str, _Reading] = {}
    remarks: list[Remark] = []
    for name, found in sorted(readings.items()):
        possible = found if len(found) < 2 else _possible(found, certain)
        if len(possible) == 1:
            chosen[name] = possible[0]
        elif not found:
            text = "is not named as Canvas names what a student handed in"
            remarks.append(Remark(RemarkKind.IGNORED, shown(name), text))
        else:
            users = " or ".join(reading.user for reading in found)
            text = f"may be user {users}'s, as there are several ids in its name; it is not graded: rename it"
            remarks.append(Remark(RemarkKind.AMBIGUOUS, shown(name), text))
    return chosen, remarks


def _possible(found: list[_Reading], certain: Iterable[_Reading]) -> list[_Reading]:
    """Return the readings that name somebody known, or somebody of whom nothing else is known.

    The second counts beside the first: who can choose a name in Canvas can choose one that reads as another's files.
    """
    names = {reading.user: reading.name for reading in certain}
    lengths = {len(reading.attachment) for reading in certain if reading.attachment}
    unknown = [r for r in found if r.user not in names and len(r.attachment) in lengths]
    return [r for r in found if names.get(r.user) == r.name or r in unknown]
