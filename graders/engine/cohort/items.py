"""What the class's results say of the exercises and checks themselves: classical item analysis, without any printing.

The terms are those of F. M. Lord and M. R. Novick, Statistical Theories of Mental Test Scores, Addison-Wesley 1968.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graders.engine.cohort.records import Entry, Student
from graders.engine.results import CheckResult, ExerciseResult, Outcome

LEAST_STUDENTS = 3  # of fewer nothing can be said
MOST_WRONG_RESULTS = 50
NEEDS_LOOK = (  # the gravest first
    Outcome.GRADER_ERROR,
    Outcome.FORGED,
    Outcome.CRASHED,
    Outcome.OUT_OF_MEMORY,
    Outcome.TIMED_OUT,
    Outcome.BANNED,
)
_MESSAGE_CHARACTERS = 2000
# Digits that belong to a word stay: float32 is not float64.
_NUMBER = re.compile(r"[-+]?(?<![\w.])(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?j?(?!\w)")
_TINY = 1e-9  # a spread below this, in points, is rounding


@dataclass(frozen=True)
class Figure:
    """A number, or None and the reason why there is none."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True)
class CheckItem:
    """One check over the students on whose file it ran.

    Attributes:
        students: how many these are; faults of ours are left out.
        passed: how many of them passed it.
        share: `passed` of `students`, 0 to 1: what Lord and Novick call its difficulty, though more is easier.
        difficulty: 1 - share, so that more is harder.
        discrimination: correlation of passing (0 or 1) with the score of the rest, -1 to 1.
    """

    exercise: str
    name: str
    sentence: str
    core: bool
    students: int
    passed: int
    share: Figure
    difficulty: Figure
    discrimination: Figure

    @property
    def never_fails(self) -> bool:
        return self.students >= LEAST_STUDENTS and self.passed == self.students

    @property
    def always_fails(self) -> bool:
        return self.students >= LEAST_STUDENTS and self.passed == 0


@dataclass(frozen=True)
class ExerciseItem:
    """One exercise over the students who handed in something; who has not begun it has 0 points.

    Attributes:
        students: how many these are; faults of ours are left out.
        passed: how many earned all of it.
        share: `passed` of `students`.
        difficulty: 1 - the mean share of its points.
        discrimination: correlation of its points with those of all other exercises.
    """

    id: str
    title: str
    students: int
    passed: int
    share: Figure
    difficulty: Figure
    discrimination: Figure
    checks: tuple[CheckItem, ...]


@dataclass(frozen=True)
class Mistake:
    """A known mistake, and how many students made it."""

    exercise: str
    why: str
    students: int


@dataclass(frozen=True)
class WrongResult:
    """What several students' first failed check of an exercise says, numbers apart, without a known mistake behind it.

    Attributes:
        pattern: the message with each number replaced by #.
        example: one of the messages.
    """

    exercise: str
    check: str
    pattern: str
    example: str
    students: tuple[Student, ...]


@dataclass(frozen=True)
class Look:
    """An outcome that somebody has to look at; `checks` counts those of the exercise that ended so."""

    outcome: Outcome
    exercise: str
    student: Student
    checks: int


@dataclass(frozen=True)
class Analysis:
    """All of it.

    Attributes:
        students: how many handed in something.
        absent: how many did not; they count nowhere else.
        alpha: Cronbach's, of the exercises' points.
        mistakes: the commonest first.
        wrong_results: the commonest first, at most MOST_WRONG_RESULTS.
        looks: the gravest first.
    """

    students: int
    absent: int
    alpha: Figure
    exercises: tuple[ExerciseItem, ...]
    mistakes: tuple[Mistake, ...]
    wrong_results: tuple[WrongResult, ...]
    looks: tuple[Look, ...]


def analyse(entries: Iterable[Entry], exercises: Mapping[str, str]) -> Analysis:
    """Return what the results say of the exercises.

    Args:
        exercises: id -> title, in the assignment's order.
    """
    entries = tuple(entries)
    present = [entry for entry in entries if entry.results]
    return Analysis(
        students=len(present),
        absent=len(entries) - len(present),
        alpha=_alpha_of(present),
        exercises=tuple(_exercise(present, id_, title) for id_, title in exercises.items()),
        mistakes=_mistakes(present),
        wrong_results=_wrong_results(present),
        looks=tuple(sorted(_looks(present), key=lambda look: NEEDS_LOOK.index(look.outcome))),
    )


def discrimination(item: Sequence[float], rest: Sequence[float]) -> Figure:
    """Return Pearson's correlation of an item with the score of the rest: the corrected point-biserial if it is 0 or 1.

    Lord and Novick 1968, section 15.3; corrected, as an item correlates with a sum that it is part of by nature.
    """
    if len(item) < LEAST_STUDENTS:
        return Figure(None, f"fewer than {LEAST_STUDENTS} students")
    if np.ptp(item) < _TINY:
        return Figure(None, "all students have the same here")
    if np.ptp(rest) < _TINY:
        return Figure(None, "all students have the same in the rest")
    return Figure(float(np.clip(np.corrcoef(item, rest)[0, 1], -1, 1)))


def cronbach_alpha(points: Sequence[Sequence[float]]) -> Figure:
    """Return alpha of points[student][item].

    L. J. Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16 (1951), 297-334:
    k / (k - 1) * (1 - sum of the items' variances / variance of the sum).
    """
    if len(points) < LEAST_STUDENTS:
        return Figure(None, f"fewer than {LEAST_STUDENTS} students")
    table = np.asarray(points, float)
    items = table.shape[1]
    if items < 2:
        return Figure(None, "fewer than two exercises")
    if np.ptp(table.sum(1)) < _TINY:
        return Figure(None, "all students have the same sum")
    return Figure(float(items / (items - 1) * (1 - table.var(0, ddof=1).sum() / table.sum(1).var(ddof=1))))


def normalised(message: str) -> str:
    """Return the beginning of `message` with # for each number."""
    return _NUMBER.sub("#", message[:_MESSAGE_CHARACTERS])


def _share(part: float, whole: float) -> Figure:
    return Figure(part / whole) if whole else Figure(None, "no student's file was graded here")


def _harder(easy: Figure) -> Figure:
    return easy if easy.value is None else Figure(1 - easy.value)


def _alpha_of(entries: Sequence[Entry]) -> Figure:
    return cronbach_alpha([entry.points for entry in entries if entry.raw is not None])


@dataclass(frozen=True)
class _Answer:
    """One student's result of one exercise, and what it earned here."""

    entry: Entry
    result: ExerciseResult
    points: float | None
    max_points: float

    @property
    def others(self) -> float | None:
        """The points of all other exercises, None where some are a fault of ours."""
        return None if self.entry.raw is None or self.points is None else self.entry.raw - self.points


def _answers(entries: Sequence[Entry], exercise_id: str) -> list[_Answer]:
    return [
        _Answer(entry, result, points, most)
        for entry in entries
        for result, points, most in zip(entry.results, entry.points, entry.max_points, strict=True)
        if result.id == exercise_id
    ]


def _exercise(entries: Sequence[Entry], exercise_id: str, title: str) -> ExerciseItem:
    answers = _answers(entries, exercise_id)
    graded = [a for a in answers if a.points is not None]
    passed = sum(a.result.outcome is Outcome.PASSED for a in graded)
    whole = [a for a in graded if a.others is not None]
    return ExerciseItem(
        exercise_id,
        title,
        len(graded),
        passed,
        _share(passed, len(graded)),
        _harder(_share(sum(a.points for a in graded), sum(a.max_points for a in graded))),
        discrimination([a.points for a in whole], [a.others for a in whole]),
        _checks(exercise_id, answers),
    )


def _checks(exercise_id: str, answers: Sequence[_Answer]) -> tuple[CheckItem, ...]:
    """Return the checks in the order in which they are met first."""
    found: dict[str, CheckResult] = {}
    passing: dict[str, list[bool]] = defaultdict(list)
    pairs: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for answer in answers:
        weights = sum(check.weight for check in answer.result.checks)
        earned = sum(check.weight for check in answer.result.checks if check.outcome is Outcome.PASSED)
        for check in answer.result.checks:
            found.setdefault(check.name, check)
            if check.outcome is Outcome.GRADER_ERROR:
                continue
            has_passed = check.outcome is Outcome.PASSED
            passing[check.name].append(has_passed)
            if answer.others is not None:
                left = weights - check.weight
                share = (earned - check.weight * has_passed) / left if left > _TINY else 0.0
                pairs[check.name].append((has_passed, answer.others + answer.max_points * share))
    return tuple(_check(exercise_id, check, passing[name], pairs[name]) for name, check in found.items())


def _check(
    exercise_id: str, check: CheckResult, passing: Sequence[bool], pairs: Sequence[tuple[bool, float]]
) -> CheckItem:
    share = _share(sum(passing), len(passing))
    return CheckItem(
        exercise_id,
        check.name,
        check.sentence or check.name,
        check.core,
        len(passing),
        sum(passing),
        share,
        _harder(share),
        discrimination([float(passed) for passed, _ in pairs], [rest for _, rest in pairs]),
    )


def _mistakes(entries: Sequence[Entry]) -> tuple[Mistake, ...]:
    counts = Counter(
        (result.id, why) for entry in entries for result in entry.results for why in dict.fromkeys(result.diagnosis)
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Mistake(exercise_id, why, count) for (exercise_id, why), count in ordered)


def _wrong_results(entries: Sequence[Entry]) -> tuple[WrongResult, ...]:
    """Group each student's first failed check: what fails after it mostly follows from it."""
    groups: dict[tuple[str, str, str], list[tuple[Student, str]]] = defaultdict(list)
    for entry in entries:
        for result in entry.results:
            failed = next((c for c in result.checks if c.outcome in (Outcome.FAILED, Outcome.ERROR)), None)
            if failed is not None and not result.diagnosis:
                function = failed.name.partition("[")[0]  # its cases differ in numbers, or hardly more
                groups[result.id, function, normalised(failed.message)].append((entry.student, failed.message))
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_WRONG_RESULTS]
    return tuple(
        WrongResult(*key, example=found[0][1], students=tuple(student for student, _ in found))
        for key, found in ordered
    )


def _looks(entries: Sequence[Entry]) -> Iterator[Look]:
    for entry in entries:
        for result in entry.results:
            counts = Counter(check.outcome for check in result.checks)
            for outcome in NEEDS_LOOK:
                if outcome is result.outcome or counts[outcome]:
                    yield Look(outcome, result.id, entry.student, counts[outcome])
