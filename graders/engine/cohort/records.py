"""Students, what they handed in, and what it earned: plain frozen records that all parts of a cohort share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from graders.engine.results import ExerciseResult


class RemarkKind(StrEnum):
    """What an instructor is told of the intake. Nothing of it is decided by guessing."""

    RENAMED = "renamed"  # a file was found under another name or in another place than it should be
    REFUSED = "refused"  # an archive, or a file in it, is not opened: it leaves the folder, is a link, a bomb, ...
    IGNORED = "ignored"  # a file that is no exercise of the assignment
    AMBIGUOUS = "ambiguous"  # several files may be the same exercise: none is taken
    UNKNOWN = "unknown"  # nobody of the roster
    DUPLICATE = "duplicate"  # one student twice in the roster, or two who look the same
    MISSING = "missing"  # a student of the roster who handed in nothing
    GROUP = "group"  # handed in for several students


@dataclass(frozen=True)
class Remark:
    """One sentence for the instructor; `source` is the place in the input or in the roster, as its own text."""

    kind: RemarkKind
    source: str
    text: str


@dataclass(frozen=True)
class Person:
    """How one system names a person; what it does not tell is empty.

    Attributes:
        id: the system's number: a Canvas user, a Moodle participant (of this assignment alone), a Gradescope SID.
        name: in NFC, "Jane Doe" or "Doe, Jane"; Canvas has it lower-cased and without spaces.
    """

    id: str = ""
    name: str = ""
    login: str = ""
    email: str = ""
    sis_id: str = ""


@dataclass(frozen=True)
class Student:
    """One student of the cohort.

    Attributes:
        key: identifies the student in this cohort, and in its outputs from run to run.
        person: all that is known of them.
        section: of the course, where the roster has it.
        row: the number of the roster's row (0 for the first below the header), None without a roster.
    """

    key: str
    person: Person
    section: str = ""
    row: int | None = None


@dataclass(frozen=True)
class Attempt:
    """Something that was handed in.

    Attributes:
        source: its place in the input, for people.
        people: who handed it in; several are a group.
        group: the group's name, "" where there is none.
        number: 1 for the first of these people's attempts, by time.
        submitted: with a zone; None where the system does not tell.
        is_late: as the system says; None where it does not.
        texts: exercise id -> the file's bytes, nothing else of what was handed in.
    """

    source: str
    people: tuple[Person, ...]
    group: str = ""
    number: int = 1
    submitted: datetime | None = None
    is_late: bool | None = None
    texts: Mapping[str, bytes] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One student's line of the gradebook.

    Attributes:
        attempt: the one that counts; None when nothing was handed in.
        results: one an exercise, in the assignment's order; empty when nothing was handed in.
        points: what each result is worth in this assignment; None where the fault was ours (grader_error).
        max_points: what each exercise is worth.
        raw: the sum of `points`, None when some of them are.
        late: by how much the attempt was late after grace and late days; zero when in time.
        penalty: what is taken from `raw`, in points.
        final: `raw` less `penalty`, None when `raw` is.
    """

    student: Student
    attempt: Attempt | None
    results: tuple[ExerciseResult, ...]
    points: tuple[float | None, ...]
    max_points: tuple[float, ...]
    raw: float | None
    late: timedelta
    penalty: float
    final: float | None
