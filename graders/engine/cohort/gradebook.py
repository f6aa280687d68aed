"""From results to grades: which attempt counts, what it earns, what lateness takes, and who moved since the last run.

Points are worked out from the results each time, so another policy needs no grading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from graders.engine.cohort.assignment import Assignment, Count
from graders.engine.cohort.lateness import Lateness, exact, kept_share, measure, rounded, share, which
from graders.engine.cohort.records import Attempt, Entry, Student
from graders.engine.results import ExerciseResult

TOTAL = "total"


@dataclass(frozen=True)
class Move:
    """One figure of a student that is another than it was.

    Attributes:
        student: the key.
        what: an exercise's id, or TOTAL for the final grade.
        before, after: None where there is, or was, no grade.
    """

    student: str
    what: str
    before: float | None
    after: float | None


def make_entry(
    assignment: Assignment, student: Student, attempt: Attempt | None, results: Sequence[ExerciseResult]
) -> Entry:
    """Return the student's line of the gradebook.

    With nothing handed in, every figure is 0. Where a result is a fault of ours, its points, the sum and the final
    grade are None: no grade is better than a wrong one. What came after the final time keeps its raw points, all of
    which are the penalty.

    Args:
        attempt: the one that counts, None where nothing was handed in.
        results: one for each exercise of the assignment, in its order; none with no attempt.

    Raises:
        ValueError: they are not that.
    """
    worth = tuple(assignment.points[e.id] for e in assignment.exercises)
    if attempt is None:
        nothing = tuple(0.0 for _ in worth)
        return Entry(student, None, (), nothing, worth, 0.0, Lateness().late, 0.0, 0.0)
    earned = _earned(assignment, results)
    lateness = lateness_of(assignment, student.key, attempt)
    points = tuple(None if p is None else float(p) for p in earned)
    if any(p is None for p in earned):
        return Entry(student, attempt, tuple(results), points, worth, None, lateness.late, 0.0, None)
    total = sum(earned, Fraction())
    raw, final = rounded(total), rounded(total * kept_share(lateness, assignment.late))
    penalty = float(exact(raw) - exact(final))  # so that the three figures add up as they are shown
    return Entry(student, attempt, tuple(results), points, worth, raw, lateness.late, penalty, final)


def choose(
    assignment: Assignment,
    attempts: Sequence[Attempt],
    results_by_attempt: Sequence[Sequence[ExerciseResult]] = (),
    key: str = "",
) -> Attempt | None:
    """Return the attempt that counts, None where there is none.

    Args:
        attempts: all of one student's, in any order.
        results_by_attempt: for each attempt the results, one an exercise; only `needs_results` asks for them.
        key: the student's, for whom there may be an extension.
    """
    lateness = [lateness_of(assignment, key, attempt) for attempt in attempts]
    most, is_known = [], []
    if needs_results(assignment):
        for late, results in zip(lateness, results_by_attempt, strict=True):
            earned = _earned(assignment, results)
            worth = (exact(assignment.points[r.id]) for r in results)
            at_most = sum((w if p is None else p for p, w in zip(earned, worth, strict=True)), Fraction())
            most.append(at_most * kept_share(late, assignment.late))
            is_known.append(None not in earned)
    index = which(assignment.count, attempts, lateness, most, is_known)
    return None if index is None else attempts[index]


def needs_results(assignment: Assignment) -> bool:
    """Return whether all attempts have to be graded before it is known which one counts."""
    return assignment.count is Count.BEST


def lateness_of(assignment: Assignment, key: str, attempt: Attempt) -> Lateness:
    """Return how late an attempt is for the student `key`."""
    return measure(attempt.submitted, assignment.due_of(key), assignment.closes_for(key), assignment.late)


def max_points(assignment: Assignment) -> float:
    """Return what the whole assignment is worth."""
    return rounded(sum((exact(assignment.points[e.id]) for e in assignment.exercises), Fraction()))


def flags(assignment: Assignment, entry: Entry) -> tuple[str, ...]:
    """Return, in words, what an instructor has to know of a grade."""
    if entry.attempt is None:
        return ("nothing handed in",)
    lateness = lateness_of(assignment, entry.student.key, entry.attempt)
    said = []
    if entry.final is None:
        said.append("no grade: the grader failed, grade again")
    if lateness.is_over:
        said.append("handed in after the final time")
    if lateness.late_days:
        said.append(f"late days spent: {lateness.late_days}")
    if entry.attempt.is_late and (lateness.is_unknown or assignment.due_of(entry.student.key) is None):
        said.append("marked late where it was handed in, with no time to go by: no penalty")
    elif lateness.is_unknown:
        said.append("not known when it was handed in: no penalty")
    if entry.student.key in assignment.extensions:
        said.append("has an extension")
    if len(entry.attempt.people) > 1:
        said.append("group")
    if entry.attempt.remarks:
        said.append("remarks on the intake")
    outcomes = {str(r.outcome) for r in entry.results} & {"forged", "crashed", "timed_out", "out_of_memory", "banned"}
    return (*said, *(outcome.replace("_", " ") for outcome in sorted(outcomes)))


def figures(entry: Entry) -> dict[str, float | None]:
    """Return what an entry has for each exercise, by its id, and for TOTAL, the final grade."""
    return {result.id: points for result, points in zip(entry.results, entry.points, strict=False)} | {
        TOTAL: entry.final
    }


def moved(old: Mapping[str, Mapping[str, float | None]], new: Iterable[Entry]) -> list[Move]:
    """Return what is no longer as it was, in the order of `new`, then who is gone.

    Args:
        old: student's key -> `figures` of the run before.
    """
    after = {entry.student.key: figures(entry) for entry in new}
    moves = []
    for key in dict.fromkeys([*after, *old]):
        was, now = old.get(key, {}), after.get(key, {})
        names = dict.fromkeys([*now, *was])
        names = [*(name for name in names if name != TOTAL), TOTAL]
        changed = (name for name in names if was.get(name) != now.get(name))
        moves += [Move(key, name, was.get(name), now.get(name)) for name in changed]
    return moves


def _earned(assignment: Assignment, results: Sequence[ExerciseResult]) -> list[Fraction | None]:
    if [r.id for r in results] != [e.id for e in assignment.exercises]:
        raise ValueError("there has to be one result for each exercise of the assignment, in its order")
    return [
        None if r.points is None else share(r.points, r.max_points) * exact(assignment.points[r.id]) for r in results
    ]
