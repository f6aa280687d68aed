"""Grades mutants of one solution, and says which of them no check noticed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from graders.engine.catalog import Exercise, Limits
from graders.engine.judge import Grade, judge
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.sandbox.host import Sandboxes, best_level
from graders.engine.sources import Texts
from tests.strength.equivalents import Key
from tests.strength.mutants import Mutant, make_mutants
from tests.support.grading import CATALOG, grade_texts, shortfall

LEAST_SCORE = 0.95
_TIMES_THE_SOLUTIONS = 5  # the CPU time that a check of a mutant gets
_LEAST_CPU_SECONDS = 1.0


@dataclass(frozen=True)
class Strength:
    """How one exercise's checks fared.

    Attributes:
        possible: how many mutants there are in all.
        drawn: how many of them were graded.
        killed: how many of these lost points.
        equivalent: how many lost none and are listed as equivalent.
        survivors: those that lost none and are not, each with its outcome.
        stale: entries of the list that fit no mutant.
        wrong: entries of the list that fit a mutant which was killed.
    """

    exercise: str
    possible: int
    drawn: int
    killed: int
    equivalent: int
    survivors: list[tuple[Mutant, Outcome]]
    stale: list[str]
    wrong: list[str]

    @property
    def score(self) -> float:
        """The share of the mutants killed that could be killed."""
        return self.killed / max(1, self.drawn - self.equivalent)

    @property
    def is_enough(self) -> bool:
        return self.score >= LEAST_SCORE and not self.stale and not self.wrong


class SolutionFails(Exception):
    """The solution itself does not pass, so that nothing can be said of its mutants."""


def measure(exercise_id: str, seed: int, most: int, equivalents: dict[Key, str]) -> Strength:
    """Grade at most `most` mutants of the exercise's solution, drawn at random.

    Raises:
        SolutionFails: the solution does not earn all points.
    """
    exercise = CATALOG.exercises[exercise_id]
    mutants = make_mutants(CATALOG.solution(exercise))
    drawn = draw(mutants, most, f"{exercise_id} {seed}")
    with Sandboxes(best_level()) as sandboxes:
        limits = _shortened(sandboxes, exercise, seed)
        results = grade_texts(sandboxes, exercise, [m.text for m in drawn], seed, limits)
    return judged(exercise_id, mutants, list(zip(drawn, results, strict=True)), equivalents)


def draw(mutants: list[Mutant], most: int, seed: str) -> list[Mutant]:
    """Return `most` of the mutants at random, in their order; all of them where there are no more."""
    chosen = random.Random(seed).sample(range(len(mutants)), min(most, len(mutants)))
    return [mutants[i] for i in sorted(chosen)]


def judged(
    exercise_id: str,
    mutants: list[Mutant],
    graded: list[tuple[Mutant, ExerciseResult]],
    equivalents: dict[Key, str],
) -> Strength:
    """Return what the verdicts on the mutants that were drawn amount to."""
    alive = [(m, r.outcome) for m, r in graded if r.points is None or r.points >= r.max_points]
    survivors = [(mutant, outcome) for mutant, outcome in alive if mutant.key not in equivalents]
    keys, killed = {m.key for m in mutants}, {m.key for m, _ in graded} - {m.key for m, _ in alive}
    return Strength(
        exercise_id,
        possible=len(mutants),
        drawn=len(graded),
        killed=len(graded) - len(alive),
        equivalent=len(alive) - len(survivors),
        survivors=survivors,
        stale=[text for key, text in equivalents.items() if key not in keys],
        wrong=[text for key, text in equivalents.items() if key in killed],
    )


def _shortened(sandboxes: Sandboxes, exercise: Exercise, seed: int) -> Limits:
    """Return the exercise's limits with little CPU time, so that a mutant that loops for ever costs seconds."""
    slowest = 0.0

    def work(grade: Grade) -> None:
        nonlocal slowest
        solution = Texts({exercise.id: CATALOG.solution(exercise)})
        result = grade(solution, exercise).result
        if result.outcome is not Outcome.PASSED:
            raise SolutionFails(shortfall(result))
        slowest = max(grade(solution, exercise, check.name).result.seconds for check in result.checks)

    judge(CATALOG, [exercise], sandboxes, seed, work)
    own = exercise.limits
    seconds = min(own.cpu_seconds, max(_LEAST_CPU_SECONDS, _TIMES_THE_SOLUTIONS * slowest))
    return Limits(seconds, own.memory_mb, own.output_kb)
