"""Gradescope's results.json: what one student is told, and the score that counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from graders.engine.cohort.assignment import Assignment, Show
from graders.engine.cohort.gradebook import make_entry
from graders.engine.cohort.lateness import exact, rounded
from graders.engine.cohort.records import Attempt, Entry, Person, Student
from graders.engine.cohort.writers.words import penalty_lines
from graders.engine.results import CheckResult, ExerciseResult, Outcome
from graders.engine.terminal.visible import visible

STAFF = (
    "This could not be graded, and the fault is not yours: it has to be graded again by the staff. No score is given."
)
MAX_CHARACTERS = 50_000  # of one exercise's output


def results_json(
    assignment: Assignment,
    results: Sequence[ExerciseResult],
    entry: Entry | None = None,
    *,
    remarks: Sequence[str] = (),
    seed: int | None = None,
    isolation: str = "",
    engine: str = "",
) -> str:
    """Return the file for one submission: a test an exercise, of which students see what the assignment allows.

    Where points are not shown, a hidden test carries them all, and Gradescope hides the total. Where something could
    not be graded through a fault of ours, there is no score anywhere, not even that of other exercises: Gradescope
    would add them up to a grade.

    Args:
        results: one for each exercise of the assignment, in its order.
        entry: the line of the gradebook, with the penalty; None for the raw points.
        remarks: on the files that were handed in, for the student.
        seed, isolation, engine: how it was graded, for the staff alone.
    """
    if entry is None:
        entry = make_entry(assignment, Student("", Person()), Attempt("", ()), results)
    is_scored, shows_points = entry.final is not None, Show.POINTS in assignment.feedback
    tests = []
    for number, (exercise, result, points) in enumerate(
        zip(assignment.exercises, results, entry.points, strict=True), 1
    ):
        test: dict[str, Any] = {"number": str(number), "name": exercise.title, "name_format": "text"}
        if is_scored and shows_points:
            test |= {"score": rounded(exact(points)), "max_score": assignment.points[exercise.id]}
        if Show.OUTCOMES in assignment.feedback and result.outcome is not Outcome.GRADER_ERROR:
            test["status"] = "passed" if result.outcome is Outcome.PASSED else "failed"
        test |= {"output": _output(assignment, result), "output_format": "text", "visibility": "visible"}
        tests.append(test)
    graded_how = {"seed": seed, "isolation": isolation, "engine": engine}
    record: dict[str, Any] = {"output_format": "text", "test_output_format": "text", "test_name_format": "text"}
    record |= {"stdout_visibility": "hidden", "tests": tests, "extra_data": {"llm-katas": graded_how}}
    if is_scored:
        record["score"] = entry.final
        penalty = penalty_lines(assignment, entry) if shows_points else []
        record["output"] = visible("\n".join([*remarks, *penalty]))[:MAX_CHARACTERS]
        if not shows_points:
            tests.append(
                {"name": "Points", "score": entry.final, "max_score": sum(entry.max_points), "visibility": "hidden"}
            )
    else:
        record["output"] = STAFF
    return _written(record)


def failure_json(reason: str) -> str:
    """Return the file for a submission that could not be graded at all; `reason` is for the staff."""
    hidden = {"name": "For the staff", "output": visible(reason)[:MAX_CHARACTERS], "output_format": "text"}
    return _written(
        {
            "output": STAFF,
            "output_format": "text",
            "stdout_visibility": "hidden",
            "tests": [{**hidden, "visibility": "hidden"}],
        }
    )


def _written(record: dict[str, Any]) -> str:
    return json.dumps(record, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _output(assignment: Assignment, result: ExerciseResult) -> str:
    """Return what a student may read of one exercise; hidden values are in no part of a result."""
    if result.outcome is Outcome.GRADER_ERROR:
        return STAFF
    shown = assignment.feedback
    parts = [result.outcome.replace("_", " ")] if Show.OUTCOMES in shown else []
    if Show.MISTAKES in shown:
        parts += [f"A known mistake: {why}" for why in result.diagnosis]
    if Show.MESSAGES in shown and result.message:
        parts.append(result.message)
    parts += filter(None, (_check(assignment, check) for check in result.checks))
    text = visible("\n\n".join(parts))
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}\n... and more, which is left out"


def _check(assignment: Assignment, check: CheckResult) -> str:
    shown = assignment.feedback
    lines = []
    if Show.OUTCOMES in shown:
        lines.append(f"{check.outcome.replace('_', ' ')}: {check.sentence or check.name}")
    if Show.MESSAGES in shown and check.message:
        lines.append(check.message)
    if Show.PRINTED in shown and check.printed:
        lines.append(f"printed:\n{check.printed}")
    return "\n".join(lines)
