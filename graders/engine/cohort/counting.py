"""Which attempts have to be graded, and each student's entry once they are."""

from __future__ import annotations

from collections.abc import Mapping

from graders.engine.cohort.assignment import Assignment
from graders.engine.cohort.gradebook import choose, make_entry, needs_results
from graders.engine.cohort.reconcile import Reconciled
from graders.engine.cohort.records import Attempt, Entry
from graders.engine.results import ExerciseResult


def to_grade(assignment: Assignment, reconciled: Reconciled) -> list[Attempt]:
    """Return the attempts that count, or may count, in the students' order; a group's is one."""
    if needs_results(assignment):
        wanted = [attempt for _, attempts in reconciled.students for attempt in attempts]
    else:
        chosen = (choose(assignment, attempts, key=student.key) for student, attempts in reconciled.students)
        wanted = [attempt for attempt in chosen if attempt is not None]
    return list({attempt.source: attempt for attempt in wanted}.values())


def entries(
    assignment: Assignment, reconciled: Reconciled, verdicts: Mapping[str, tuple[ExerciseResult, ...]]
) -> list[Entry]:
    """Return an entry a student.

    Args:
        verdicts: an attempt's source -> one result an exercise, for all of `to_grade`.
    """
    found = []
    for student, attempts in reconciled.students:
        results = [verdicts.get(attempt.source, ()) for attempt in attempts]
        attempt = choose(assignment, attempts, results, student.key)
        found.append(make_entry(assignment, student, attempt, () if attempt is None else verdicts[attempt.source]))
    return found
