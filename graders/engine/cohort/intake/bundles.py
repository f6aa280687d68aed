"""What all systems have in common: a listing of the input, and what one student handed in, unread until its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from graders.engine.cohort.archives import (
    MAX_ARCHIVE,
    MAX_MEMBERS,
    Budget,
    Member,
    Refused,
    is_archive,
    open_nested,
    shown,
)
from graders.engine.cohort.naming import place
from graders.engine.cohort.records import Attempt, Person, Remark, RemarkKind
from graders.engine.sources import MAX_BYTES

MAX_REMARKS = 20  # of one student on files that are refused


class IntakeError(Exception):
    """The input as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class Listing:
    """The input's files.

    Attributes:
        root: the folder on disk; None in a zip.
        members: those with a usable name.
    """

    root: Path | None
    members: tuple[Member, ...]

    @cached_property
    def tops(self) -> dict[str, bool]:
        """The names at the top -> whether it is a folder."""
        return {path.partition("/")[0]: "/" in path for path in sorted(member.path for member in self.members)}

    def inner(self) -> Listing | None:
        """Return what is in the only folder at the top, None where there is more than that."""
        if len(self.tops) != 1 or not all(self.tops.values()):
            return None
        (top,) = self.tops
        below = (replace(member, path=member.path.partition("/")[2]) for member in self.members)
        return Listing(self.root and self.root / top, tuple(below))


@dataclass
class Handed:
    """What some people handed in at one time; the fields are an Attempt's.

    Attributes:
        members: paths below this student's own place.
        when: returns the time and what is to be remarked of it; for what costs time to find out.
    """

    source: str
    people: tuple[Person, ...]
    group: str = ""
    number: int = 1
    submitted: datetime | None = None
    is_late: bool | None = None
    members: list[Member] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    when: Callable[[], tuple[datetime | None, list[Remark]]] | None = None

    @property
    def order(self) -> tuple:
        """By person, whatever the order in the input."""
        names = tuple((p.name.casefold(), p.id, p.login, p.email) for p in self.people)
        return names, self.number, self.source


def to_attempt(handed: Handed, exercises: Sequence[str]) -> Attempt:
    """Read what `handed` has of the exercises, opening archives one level deep."""
    files, refused = _files(handed.members)
    texts, remarks = place(files, exercises)
    submitted, said = handed.when() if handed.when else (handed.submitted, [])
    told = [*handed.remarks, *said, *bounded(refused, MAX_REMARKS), *remarks]
    return Attempt(
        source=handed.source,
        people=handed.people,
        group=handed.group,
        number=handed.number,
        submitted=submitted,
        is_late=handed.is_late,
        texts=texts,
        remarks=tuple(told),
    )


def bounded(remarks: Sequence[Remark], limit: int) -> list[Remark]:
    """Return the first `limit` remarks and, if there are more, how many."""
    left = len(remarks) - limit
    more = [Remark(remarks[-1].kind, "", f"{left:,} more remarks of this kind")] if left > 0 else []
    return [*remarks[:limit], *more]


def _files(members: Sequence[Member]) -> tuple[dict[str, Callable[[], bytes]], list[Remark]]:
    """Return path -> reader of a student's files, all of which share one budget, and what is refused."""
    files: dict[str, Callable[[], bytes]] = {}
    refused: list[Remark] = []
    budget, archived = Budget(), Budget(MAX_ARCHIVE)
    if len(members) > MAX_MEMBERS:
        refused.append(_refusal("", f"{len(members):,} files, more than {MAX_MEMBERS:,}: the last are left"))
    for member in members[:MAX_MEMBERS]:
        if not is_archive(member.path):
            files[member.path] = _counted(member, budget)
            continue
        try:
            data = member.read(MAX_ARCHIVE)
            archived.take(len(data))
            inner = open_nested(member.path, data, budget)
        except Refused as refusal:
            refused.append(_refusal(member.path, str(refusal)))
            continue
        refused += _take_inner(member.path, inner, files)
    return files, refused


def _take_inner(archive: str, inner: Iterable[Member], files: dict[str, Callable[[], bytes]]) -> list[Remark]:
    refused = []
    for member in inner:
        path = f"{archive}/{member.path}"
        if member.problem:
            refused.append(_refusal(path, member.problem))
        elif is_archive(path):
            refused.append(_refusal(path, "an archive inside an archive is not opened: hand in the files themselves"))
        else:
            files[path] = member.read
    return refused


def _refusal(path: str, text: str) -> Remark:
    return Remark(RemarkKind.REFUSED, shown(path), text)


def _counted(member: Member, budget: Budget) -> Callable[[], bytes]:
    def read() -> bytes:
        data = member.read(MAX_BYTES)
        budget.take(len(data))
        return data

    return read
