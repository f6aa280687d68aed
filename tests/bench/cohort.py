"""A cohort made of what the repository has: solutions, known mistakes and stubs, of every exercise in turn."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from graders.engine.catalog import Catalog, Exercise
from graders.engine.judge import Grade
from graders.engine.pool.local import LocalPool
from graders.engine.pool.work import Job, Task, version_of
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Texts
from tests.support.grading import CATALOG, ROOT

# What only a sandbox ends. Without one such a submission never comes to an end, or takes the judge with it.
_ENDLESS = {Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.CRASHED}
Pair = tuple[str, str]  # exercise id, text


@dataclass(frozen=True)
class Compared:
    """Seconds of a cohort with isolation and without, and in how many pairs the same checks passed."""

    isolated: float
    direct: float
    alike: int


def make_cohort(catalog: Catalog, exercises: Sequence[Exercise], size: int) -> list[Pair]:
    """Return `size` submissions, the exercises in turn, each one's solution, stub and mistakes in turn, shuffled."""
    texts = {e.id: itertools.cycle(_texts(catalog, e)) for e in exercises}
    pairs = [(e.id, next(texts[e.id])) for e in itertools.islice(itertools.cycle(exercises), size)]
    random.Random(0).shuffle(pairs)
    return pairs


def _texts(catalog: Catalog, exercise: Exercise) -> list[str]:
    solution = catalog.solution(exercise)
    wrong = [mistake.apply(solution) for mistake in catalog.mistakes(exercise)]
    return [solution, catalog.stub_path(exercise).read_text(), *wrong]


def without_endless(pairs: Sequence[Pair], isolated: Grade, direct: Grade) -> list[Pair]:
    """Return the pairs that can be graded without isolation too; grading each once, both ways, warms all up."""
    kept = [pair for pair in pairs if not {c.outcome for c in grade(isolated, pair).checks} & _ENDLESS]
    for pair in kept:
        grade(direct, pair)
    return kept


def compare(pairs: Sequence[Pair], isolated: Grade, direct: Grade) -> Compared:
    """Grade the pairs both ways, one after the other, so that a busy machine slows both down."""
    seconds = {isolated: 0.0, direct: 0.0}
    alike = 0
    for pair in pairs:
        passed = []
        for way in (isolated, direct):
            started = time.perf_counter()
            checks = grade(way, pair).checks
            seconds[way] += time.perf_counter() - started
            passed.append([c.name for c in checks if c.outcome is Outcome.PASSED])
        alike += passed[0] == passed[1]
    return Compared(seconds[isolated], seconds[direct], alike)


def grade(way: Grade, pair: Pair) -> ExerciseResult:
    exercise_id, text = pair
    return way(Texts({exercise_id: text}), CATALOG.exercises[exercise_id]).result


class Judges:
    """A pool of the product's judges, each of which has graded something of every exercise."""

    def __init__(self, count: int, pairs: Sequence[Pair], level: Isolation):
        self._pairs = pairs
        exercises = tuple(dict(pairs))
        job = Job(exercises, seed=0, isolation=level, diagnose=False, version=version_of(ROOT))
        self._pool = LocalPool(CATALOG, job, count)
        for _ in range(2):  # the second time, hardly any exercise is new to the judge that gets it
            self.run()

    def run(self) -> float:
        """Return the seconds until all pairs have been graded."""
        tasks = [Task(n, Texts({name: text}), (name,)) for n, (name, text) in enumerate(self._pairs)]
        started = time.perf_counter()
        graded = sum(len(results) for _, results in self._pool.grade(tasks))
        seconds = time.perf_counter() - started
        if graded != len(tasks):
            raise RuntimeError(f"{graded} of {len(tasks)} submissions were graded")
        return seconds

    def close(self) -> None:
        self._pool.__exit__(None, None, None)
