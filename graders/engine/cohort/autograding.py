"""Grades the submission that Gradescope has put into its container, and returns what it is to be told."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from graders.engine.catalog import Catalog
from graders.engine.cohort.archives import DiskFolder, Refused, is_junk
from graders.engine.cohort.assignment import Assignment, read_assignment
from graders.engine.cohort.gradebook import make_entry
from graders.engine.cohort.naming import place
from graders.engine.cohort.records import Attempt, Person, Remark, RemarkKind, Student
from graders.engine.cohort.writers.gradescope import results_json
from graders.engine.results import Report
from graders.engine.run import Options, engine_version, grade_all
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Folder

_SEEDS = 1 << 53  # as large as a number in JSON may be for every reader


class CannotGrade(Exception):
    """The container is not as it has to be; the message, for the staff, says in what."""


class _User(Struct):
    email: str = ""
    name: str = ""
    id: int | str = ""


class _Metadata(Struct):
    """What is needed of submission_metadata.json."""

    created_at: datetime | None = None
    users: tuple[_User, ...] = ()


@dataclass(frozen=True)
class Container:
    """The folders of a container, below `root`."""

    root: Path = Path("/autograder")

    @property
    def assignment(self) -> Path:
        return self.root / "source" / "assignment.toml"

    @property
    def isolation(self) -> Path:
        return self.root / "source" / "isolation"

    @property
    def submission(self) -> Path:
        return self.root / "submission"

    @property
    def metadata(self) -> Path:
        return self.root / "submission_metadata.json"

    @property
    def results(self) -> Path:
        return self.root / "results" / "results.json"


def autograde(repository: Path, container: Container) -> str:
    """Return the results.json of the container's submission.

    Raises:
        CannotGrade: the container lacks something.
        CatalogError, IsolationRefused, JudgeError, SandboxError: nothing can be graded.
    """
    catalog = Catalog.load(repository)
    assignment = read_assignment(container.assignment, catalog)
    level = _level(container.isolation)
    metadata = _metadata(container.metadata, assignment)
    texts, remarks = _intake(container.submission, [e.id for e in assignment.exercises])
    seed = secrets.randbelow(_SEEDS)
    report = _grade(catalog, assignment, texts, Options(seed, level))
    students = [Student(u.email or str(u.id), Person(str(u.id), u.name, email=u.email)) for u in metadata.users]
    assignment, _ = assignment.for_students(students)  # extensions of others are no concern here
    people = tuple(student.person for student in students)
    attempt = Attempt("submission", people, submitted=metadata.created_at, texts=texts, remarks=remarks)
    entry = make_entry(assignment, _latest_due(assignment, students), attempt, report.exercises)
    told = [f"{remark.source}: {remark.text}" for remark in remarks]
    facts = {"seed": seed, "isolation": str(level), "engine": engine_version()}
    return results_json(assignment, report.exercises, entry, remarks=told, **facts)


def _level(path: Path) -> Isolation:
    try:
        return Isolation(path.read_text("utf-8").strip())
    except (OSError, ValueError) as error:
        raise CannotGrade(f"{path} does not name a level of isolation: build the zip anew") from error


def _metadata(path: Path, assignment: Assignment) -> _Metadata:
    """Return who handed in what is graded, and when: needed where that decides on points."""
    try:
        metadata = msgspec.json.decode(path.read_bytes(), type=_Metadata)
    except FileNotFoundError:
        metadata = _Metadata()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotGrade(f"{path} cannot be read: {error}") from error
    submitted = metadata.created_at
    if assignment.due is not None and (submitted is None or submitted.tzinfo is None):
        raise CannotGrade(f"{path} has no created_at with an offset, and the assignment has a due time")
    return metadata


def _intake(folder: Path, exercise_ids: Sequence[str]) -> tuple[dict[str, bytes], tuple[Remark, ...]]:
    try:
        found = DiskFolder(folder)
    except Refused as refusal:
        raise CannotGrade(f"{folder}: {refusal}") from refusal
    files = [member for member in found.members if not is_junk(member.path)]
    refused = [(member.path, member.problem) for member in files if member.problem]
    remarks = [Remark(RemarkKind.REFUSED, source, text) for source, text in [*refused, *found.problems]]
    texts, said = place({member.path: member.read for member in files if not member.problem}, exercise_ids)
    return texts, (*remarks, *said)


def _grade(catalog: Catalog, assignment: Assignment, texts: Mapping[str, bytes], options: Options) -> Report:
    """Grade the texts as if they lay where a learner has them: then the same rules hold for what a text may be."""
    with tempfile.TemporaryDirectory() as folder:
        for exercise_id, data in texts.items():
            path = Path(folder, f"{exercise_id}.py")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        return grade_all(catalog, assignment.exercises, Folder(Path(folder)), options)


def _latest_due(assignment: Assignment, students: Sequence[Student]) -> Student:
    """Return the student of a group who has the most time: Gradescope gives a group one score."""
    if assignment.due is None or not students:
        return students[0] if students else Student("", Person())
    return max(students, key=lambda student: assignment.due_of(student.key))
