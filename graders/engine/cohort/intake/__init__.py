"""Reads what a system exported: one attempt after another, each with the exercises that were found in it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graders.engine.cohort.archives import DiskFolder, Member, Refused, ZipFolder, is_archive, shown
from graders.engine.cohort.intake.bundles import Handed, IntakeError, Listing, bounded, to_attempt
from graders.engine.cohort.intake.recognise import SYSTEMS, as_system, recognise
from graders.engine.cohort.records import Attempt, Person, Remark, RemarkKind

__all__ = ["SYSTEMS", "Intake", "IntakeError", "read_input"]

MAX_REMARKS = 1_000  # on the input as a whole


@dataclass(frozen=True)
class Intake:
    """An opened input.

    Attributes:
        system: one of SYSTEMS.
        count: how many attempts there are.
        people: who handed them in, as the system names them.
        attempts: ordered by person; each is read when its turn comes, and is not kept.
        remarks: on what belongs to no attempt.
    """

    system: str
    count: int
    people: tuple[Person, ...]
    attempts: Iterator[Attempt]
    remarks: tuple[Remark, ...]


def read_input(path: Path, exercises: Sequence[str], system: str | None = None) -> Intake:
    """Open a zip or a folder that holds what students handed in.

    Args:
        path: the zip or the folder.
        exercises: ids of the assignment's exercises.
        system: one of SYSTEMS; None to recognise it by content.

    Raises:
        IntakeError: there is no such input, it is damaged, or nobody's work is in it.
    """
    try:
        opened = _open(path)
    except Refused as refusal:
        raise IntakeError(f"{path}: {refusal}") from refusal
    try:
        name, handed, remarks = _read(opened, path, exercises, system)
    except IntakeError as error:
        opened.close()
        raise IntakeError(f"{path}: {error}") from error
    handed.sort(key=lambda one: one.order)
    told = tuple(bounded(remarks, MAX_REMARKS))
    people = tuple(person for one in handed for person in one.people)
    return Intake(name, len(handed), people, _attempts(opened, handed, exercises), told)


def _open(path: Path) -> ZipFolder | DiskFolder:
    if path.is_dir():
        return DiskFolder(path)
    if not path.exists():
        raise Refused("there is no such file or folder")
    if not path.is_file():
        raise Refused("is neither a zip nor a folder")
    if not zipfile.is_zipfile(path):
        hint = ": unpack it first, and name the folder" if is_archive(path.name) else ""
        raise Refused(f"is neither a zip nor a folder{hint}")
    return ZipFolder(path)


def _read(
    opened: ZipFolder | DiskFolder, path: Path, exercises: Sequence[str], system: str | None
) -> tuple[str, list[Handed], list[Remark]]:
    remarks = [_refusal(m) for m in opened.members if m.problem]
    if isinstance(opened, DiskFolder):
        remarks += [Remark(RemarkKind.REFUSED, where, text) for where, text in opened.problems]
    root = path if isinstance(opened, DiskFolder) else None
    listing = Listing(root, tuple(m for m in opened.members if not m.problem))
    if not listing.members:
        raise IntakeError("there are no files in it: name what the system exported")
    if system is None:
        system, listing = recognise(listing)
    else:
        listing = as_system(system, listing)
    handed, said = SYSTEMS[system].read(listing, exercises)
    if not handed:
        first = f"; the first of {len(said)} remarks: {said[0].source}: {said[0].text}" if said else ""
        raise IntakeError(f"nobody's work was found in it, read as an export of {system}{first}")
    return system, handed, remarks + said


def _refusal(member: Member) -> Remark:
    return Remark(RemarkKind.REFUSED, shown(member.path), member.problem)


def _attempts(opened: ZipFolder | DiskFolder, handed: list[Handed], exercises: Sequence[str]) -> Iterator[Attempt]:
    try:
        for one in handed:
            yield to_attempt(one, exercises)
    finally:
        opened.close()
