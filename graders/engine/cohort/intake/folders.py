"""No system: one folder, one archive or one file for each student, called by the student's id, login, email or name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graders.engine.cohort.archives import ARCHIVE_ENDINGS, is_archive, shown
from graders.engine.cohort.intake.bundles import Handed, IntakeError, Listing
from graders.engine.cohort.records import Person, Remark, RemarkKind


def read(listing: Listing, exercises: Sequence[str]) -> tuple[list[Handed], list[Remark]]:
    """Return one Handed a student; the folder and the archive of one student are one.

    Raises:
        IntakeError: this is the folder of one student, not of many.
    """
    listing = _unwrapped(listing, exercises)
    topics = _topics(exercises)
    if listing.tops and all(is_folder and top in topics for top, is_folder in listing.tops.items()):
        raise IntakeError("this is one student's folder: name the folder that holds one such folder for each student")
    found: dict[str, Handed] = {}
    remarks: list[Remark] = []
    for member in sorted(listing.members, key=lambda member: member.path):
        top, _, below = member.path.partition("/")
        if below:
            _add(found, top).members.append(replace(member, path=below))
        elif is_archive(top):
            _add(found, _stem(top)).members.append(member)
        elif top.lower().endswith(".py") and len(exercises) == 1:
            _add(found, top[:-3]).members.append(replace(member, path=f"{exercises[0]}.py"))
        else:
            remarks.append(Remark(RemarkKind.IGNORED, shown(top), _why(top, exercises)))
    return list(found.values()), remarks


def _add(found: dict[str, Handed], name: str) -> Handed:
    return found.setdefault(name, Handed(shown(name), (_person(name),)))


def _person(name: str) -> Person:
    if "@" in name:
        return Person(email=name)
    if any(c in name for c in " ,"):
        return Person(name=name)
    return Person(id=name, login=name, name=name.replace("_", " "))


def _stem(name: str) -> str:
    ending = max((e for e in ARCHIVE_ENDINGS if name.lower().endswith(e)), key=len)
    return name[: -len(ending)]


def _why(top: str, exercises: Sequence[str]) -> str:
    if top.lower().endswith(".py"):
        return f"one file for each student is clear only where there is one exercise, and there are {len(exercises)}"
    return "is neither a folder nor an archive of a student's"


def _topics(exercises: Sequence[str]) -> set[str]:
    return {"exercises", *(exercise.partition("/")[0] for exercise in exercises)}


def _unwrapped(listing: Listing, exercises: Sequence[str]) -> Listing:
    """Return what is in a zip's only folder, if that holds several students rather than one student's work."""
    inner = listing.inner() if listing.root is None else None
    if inner is None or len(inner.tops) < 2 or not _topics(exercises).isdisjoint(inner.tops):
        return listing
    names = {f"{exercise.rpartition('/')[2]}.py" for exercise in exercises}
    return listing if names & set(inner.tops) else inner
