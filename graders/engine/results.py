"""What grading found, as plain frozen records and as versioned JSON.

The JSON is documented in docs/results.md; `VERSION` changes when a reader written for the old form would break.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

VERSION = 1


class Outcome(StrEnum):
    """How a check, or a whole exercise, ended. Only PASSED ever counts for a learner."""

    PASSED = "passed"
    PARTIAL = "partial"  # of an exercise: some of its points
    FAILED = "failed"
    NOT_STARTED = "not_started"
    INVALID = "invalid"  # cannot be loaded: does not parse, raises at import, lacks a function
    BANNED = "banned"
    ERROR = "error"  # the learner's code raised
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    FORGED = "forged"  # broke the protocol between sandbox and judge
    UNCHECKED = "unchecked"  # in a handout: its examples hold, and the hidden checks are elsewhere
    GRADER_ERROR = "grader_error"  # ours: counts neither for nor against


# From the gravest down: decides which outcome speaks for an exercise when several weigh the same.
_GRAVITY = [
    Outcome.FORGED,
    Outcome.BANNED,
    Outcome.OUT_OF_MEMORY,
    Outcome.TIMED_OUT,
    Outcome.CRASHED,
    Outcome.ERROR,
    Outcome.FAILED,
    Outcome.INVALID,
]


@dataclass(frozen=True)
class CheckResult:
    """One hidden check's verdict. `message` and `printed` are for the learner and never hold an expected value."""

    name: str
    outcome: Outcome
    weight: float
    core: bool = False
    sentence: str = ""
    message: str = ""
    printed: str = ""


@dataclass(frozen=True)
class ExampleResult:
    """What one public example gave: no secret, and never part of the points.

    Attributes:
        wanted: what it should print, or the last line of the exception that it should raise.
        got: the same of what came back, or how it ended.
    """

    source: str
    wanted: str
    got: str
    outcome: Outcome


_Part = TypeVar("_Part", CheckResult, ExampleResult)


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise's verdict. `points` is None where none are given or taken: by our fault, or in a handout."""

    id: str
    outcome: Outcome
    points: float | None
    max_points: float
    message: str = ""
    diagnosis: tuple[str, ...] = ()
    seconds: float = 0.0
    checks: tuple[CheckResult, ...] = ()
    files: tuple[str, ...] = field(default=(), compare=False)  # ids of the learner's files that were loaded
    examples: tuple[ExampleResult, ...] = ()  # empty where they were not asked for

    def with_diagnosis(self, sentences: Iterable[str]) -> ExerciseResult:
        return replace(self, diagnosis=tuple(sentences))


@dataclass(frozen=True)
class Report:
    """All that one run of grading found."""

    seed: int
    isolation: str
    exercises: tuple[ExerciseResult, ...]

    @property
    def points(self) -> float:
        return sum(e.points for e in self.exercises if e.points is not None)

    @property
    def max_points(self) -> float:
        return sum(e.max_points for e in self.exercises if e.points is not None)

    @property
    def exit_status(self) -> int:
        """Return 0 when nothing attempted fell short, 1 when something did, 2 when the fault is ours."""
        outcomes = {e.outcome for e in self.exercises}
        if Outcome.GRADER_ERROR in outcomes:
            return 2
        return int(bool(outcomes - {Outcome.PASSED, Outcome.NOT_STARTED, Outcome.UNCHECKED}))


def score(exercise_id: str, max_points: float, checks: Iterable[CheckResult], seconds: float) -> ExerciseResult:
    """Return the verdict that `checks` add up to.

    The points are the passed share of the weights, but 0 when no core check passed or when any check was forged.
    A single GRADER_ERROR makes the whole exercise one: otherwise a learner could trade failures for our errors.
    """
    checks = tuple(checks)
    total = math.fsum(c.weight for c in checks)  # fsum: the order of the checks makes no difference
    passed = math.fsum(c.weight for c in checks if c.outcome is Outcome.PASSED)
    outcomes = {c.outcome for c in checks}
    points: float | None = min(max_points, max_points * passed / total) if total else 0.0
    if not any(c.core and c.outcome is Outcome.PASSED for c in checks) or Outcome.FORGED in outcomes:
        points = 0.0
    if Outcome.GRADER_ERROR in outcomes or not checks:
        outcome, points = Outcome.GRADER_ERROR, None
    elif outcomes == {Outcome.PASSED}:
        # Only now may rounding not cost anything; a set of checks without a core is refused by the content tests.
        outcome, points = (Outcome.PASSED, max_points) if points else (Outcome.GRADER_ERROR, None)
    else:
        outcome = Outcome.PARTIAL if points else _spokesman(checks)
    return ExerciseResult(exercise_id, outcome, points, max_points, seconds=seconds, checks=checks)


def of_examples(
    exercise_id: str, max_points: float, examples: Iterable[ExampleResult], seconds: float
) -> ExerciseResult:
    """Return what can be said where there are no checks: never that it has passed."""
    examples = tuple(examples)
    outcome = next((o for o in _GRAVITY if any(e.outcome is o for e in examples)), Outcome.UNCHECKED)
    return ExerciseResult(exercise_id, outcome, None, max_points, seconds=seconds, examples=examples)


def _spokesman(checks: tuple[CheckResult, ...]) -> Outcome:
    """Return the outcome that weighs most among the checks that fell short; FORGED speaks whatever it weighs."""
    outcomes = [o for o in _GRAVITY if any(c.outcome is o for c in checks)]
    if Outcome.FORGED in outcomes:
        return Outcome.FORGED
    # max keeps the first, the gravest, of equals.
    return max(outcomes, key=lambda o: math.fsum(c.weight for c in checks if c.outcome is o))


def to_json(report: Report) -> str:
    """Return the report as JSON text, indented, with a final newline."""
    record = {
        "version": VERSION,
        "seed": report.seed,
        "isolation": report.isolation,
        "points": report.points,
        "max_points": report.max_points,
        "exercises": [asdict(e) for e in report.exercises],
    }
    return json.dumps(record, indent=2, ensure_ascii=True) + "\n"


def exercise_to_json(result: ExerciseResult) -> str:
    """Return one exercise's result as compact JSON text."""
    return json.dumps(asdict(result), ensure_ascii=True)


def exercise_from_json(text: str) -> ExerciseResult:
    """Return the record that `exercise_to_json` wrote.

    Raises:
        ValueError: the text is not such a record.
    """
    try:
        fields = json.loads(text)
        checks = _parts(CheckResult, fields.pop("checks"))
        examples = _parts(ExampleResult, fields.pop("examples", ()))  # a record written before there were any
        fields |= {k: tuple(fields[k]) for k in ("diagnosis", "files")} | {"outcome": Outcome(fields["outcome"])}
        return ExerciseResult(**fields, checks=checks, examples=examples)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not an exercise's result: {error!r}") from error


def _parts(kind: type[_Part], parts: Iterable[dict]) -> tuple[_Part, ...]:
    return tuple(kind(**{**part, "outcome": Outcome(part["outcome"])}) for part in parts)
