"""Grading for tests: many submissions in one judge session, at full isolation."""

from collections.abc import Iterable
from pathlib import Path

from graders.engine.catalog import Catalog, Exercise, Limits
from graders.engine.diagnosis import Diagnosis
from graders.engine.judge import Grade, Grading, judge
from graders.engine.results import ExerciseResult
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sources import Sources, Texts

ROOT = Path(__file__).resolve().parents[2]
CATALOG = Catalog.load(ROOT)
EXERCISES = list(CATALOG.exercises.values())


def grade_texts(
    sandboxes: Sandboxes,
    exercise: Exercise,
    texts: Iterable[str],
    seed: int = 0,
    limits: Limits | None = None,
    diagnose: bool = False,
) -> list[ExerciseResult]:
    """Return the verdict on each text as a submission to `exercise`."""
    results: list[ExerciseResult] = []
    known: dict[tuple, Grading] = {}

    def work(grade: Grade) -> None:
        def grade_once(sources: Sources, exercise: Exercise, only: str | None = None) -> Grading:
            """Grade, but no text twice: a mistake that is graded here is one that the diagnosis replays."""
            key = (sources.read(exercise.id), only)
            if key not in known:
                known[key] = grade(sources, exercise, only)
            return known[key]

        diagnosis = Diagnosis(CATALOG, grade_once)
        for text in texts:
            grading = grade_once(Texts({exercise.id: text}), exercise)
            results.append(diagnosis.diagnose(exercise, grading) if diagnose else grading.result)

    judge(CATALOG, [exercise], sandboxes, seed, work, limits)
    return results


def shortfall(result: ExerciseResult) -> str:
    """Return what a failing test shows of a verdict: the outcome, and each check that did not pass."""
    checks = [f"{c.name}: {c.outcome}: {c.message}" for c in result.checks if c.outcome != "passed"]
    return "\n".join([f"{result.id}: {result.outcome}, {result.points} points. {result.message}", *checks])
