"""Everything about a cohort as versioned JSON, and the same read back. docs/assignment.md describes it.

How long anything took is not in it, so that a run that was stopped and went on writes the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import msgspec
from msgspec import Struct

from graders.engine.cohort.assignment import Assignment
from graders.engine.cohort.gradebook import TOTAL, flags, lateness_of, max_points
from graders.engine.cohort.records import Attempt, Entry, Person
from graders.engine.results import ExerciseResult, Outcome

VERSION = 1


class NotResults(Exception):
    """A text is no results of a cohort that can be read; the message says why and what to do."""


class PersonRecord(Struct, forbid_unknown_fields=True):
    id: str
    name: str
    login: str
    email: str
    sis_id: str


class RemarkRecord(Struct):
    kind: str
    source: str
    text: str


class AttemptRecord(Struct):
    """What counts of what a student handed in; `exercises` are the ids of what was found in it."""

    source: str
    number: int
    submitted: str | None  # ISO 8601, with its offset
    is_late: bool | None
    group: str
    people: list[PersonRecord]
    exercises: list[str]
    remarks: list[RemarkRecord]


class CheckRecord(Struct):
    name: str
    outcome: Outcome
    weight: float
    core: bool
    sentence: str
    message: str
    printed: str


class ResultRecord(Struct):
    """One exercise: `points` of `worth` in this assignment, the rest as the grader gave it."""

    id: str
    outcome: Outcome
    points: float | None
    worth: float
    message: str
    diagnosis: list[str]
    files: list[str]
    checks: list[CheckRecord]


class StudentRecord(Struct):
    key: str
    person: PersonRecord
    section: str
    attempt: AttemptRecord | None
    exercises: list[ResultRecord]
    raw: float | None
    late_seconds: float
    late_days: int
    penalty: float
    final: float | None
    flags: list[str]


class Results(Struct):
    """The whole file."""

    version: int
    title: str
    seed: int
    isolation: str
    engine: str
    max_points: float
    exercises: dict[str, float]
    students: list[StudentRecord]

    def figures(self) -> dict[str, dict[str, float | None]]:
        """Return for each student's key what `gradebook.figures` gave when this was written."""
        return {s.key: {e.id: e.points for e in s.exercises} | {TOTAL: s.final} for s in self.students}


class _Version(Struct):
    version: int


def results_json(assignment: Assignment, entries: Sequence[Entry], *, seed: int, isolation: str, engine: str) -> str:
    """Return the JSON text: ASCII, indented, with a final newline.

    Args:
        seed: that all inputs were drawn from; keep the file from students while the assignment runs.
        isolation: at which the code was run.
        engine: the version of what graded (`run.engine_version`).
    """
    worth = {e.id: assignment.points[e.id] for e in assignment.exercises}
    students = [_student(assignment, entry) for entry in entries]
    results = Results(VERSION, assignment.title, seed, isolation, engine, max_points(assignment), worth, students)
    return json.dumps(msgspec.to_builtins(results), indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def read_back(text: str | bytes) -> Results:
    """Return what `results_json` wrote.

    Raises:
        NotResults: the text is something else, or of another version.
    """
    try:
        record = json.loads(text)
        version = msgspec.convert(record, _Version).version
        if version != VERSION:
            raise NotResults(f"these results have version {version}, and this program reads {VERSION}: grade anew")
        results = msgspec.convert(record, Results)
    except (ValueError, RecursionError) as error:  # msgspec's and json's errors, and text that is not UTF-8
        raise NotResults(f"these are no results of a cohort, or damaged ones ({error}): name another file") from error
    keys = [student.key for student in results.students]
    if len(set(keys)) < len(keys):
        raise NotResults("these results have one student twice: they are damaged, grade anew")
    return results


def _student(assignment: Assignment, entry: Entry) -> StudentRecord:
    attempt = entry.attempt
    late_days = 0 if attempt is None else lateness_of(assignment, entry.student.key, attempt).late_days
    exercises = [
        _result(result, points, worth)
        for result, points, worth in zip(entry.results, entry.points, entry.max_points, strict=False)
    ]
    return StudentRecord(
        key=entry.student.key,
        person=_person(entry.student.person),
        section=entry.student.section,
        attempt=None if attempt is None else _attempt(attempt),
        exercises=exercises,
        raw=entry.raw,
        late_seconds=entry.late.total_seconds(),
        late_days=late_days,
        penalty=entry.penalty,
        final=entry.final,
        flags=list(flags(assignment, entry)),
    )


def _attempt(attempt: Attempt) -> AttemptRecord:
    return AttemptRecord(
        source=attempt.source,
        number=attempt.number,
        submitted=None if attempt.submitted is None else attempt.submitted.isoformat(),
        is_late=attempt.is_late,
        group=attempt.group,
        people=[_person(person) for person in attempt.people],
        exercises=list(attempt.texts),
        remarks=[RemarkRecord(str(r.kind), r.source, r.text) for r in attempt.remarks],
    )


def _person(person: Person) -> PersonRecord:
    return PersonRecord(**asdict(person))


def _result(result: ExerciseResult, points: float | None, worth: float) -> ResultRecord:
    checks = [CheckRecord(**asdict(check)) for check in result.checks]
    return ResultRecord(
        result.id, result.outcome, points, worth, result.message, list(result.diagnosis), list(result.files), checks
    )
