"""A cohort made of what the repository has: solutions, known mistakes and stubs, of every exercise in turn."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized

from graders.engine.catalog import Catalog, Exercise
from graders.engine.judge import Grade, judge
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Texts
from tests.support.grading import CATALOG

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
    """Several processes, each with a judge and zygotes of its own, that take the pairs of a cohort as they come."""

    def __init__(self, count: int, pairs: Sequence[Pair], level: Isolation):
        spawn = multiprocessing.get_context("spawn")
        self._next = spawn.Value("i")
        self._ends = []
        for _ in range(count):
            near, far = spawn.Pipe()
            process = spawn.Process(target=_serve, args=(far, self._next, pairs, level))
            process.start()
            far.close()
            self._ends.append((process, near))
        self._await_all()  # each has graded something of every exercise, which warms it up

    def run(self) -> float:
        """Return the seconds until all pairs have been graded."""
        self._next.value = 0
        started = time.perf_counter()
        for _, end in self._ends:
            end.send("go")
        self._await_all()
        return time.perf_counter() - started

    def close(self) -> None:
        for process, end in self._ends:
            end.close()
            process.join()

    def _await_all(self) -> None:
        for _, end in self._ends:
            end.recv()


def _serve(caller: Connection, following: Synchronized, pairs: Sequence[Pair], level: Isolation) -> None:
    def take() -> Iterator[Pair]:
        while True:
            with following.get_lock():
                number = following.value
                following.value += 1
            if number >= len(pairs):
                return
            yield pairs[number]

    def work(isolated: Grade) -> None:
        todo: Iterable[Pair] = dict(pairs).items()
        while True:
            for pair in todo:
                grade(isolated, pair)
            caller.send("done")
            try:
                caller.recv()
            except EOFError:
                return
            todo = take()

    exercises = [CATALOG.exercises[name] for name in dict(pairs)]
    with Sandboxes(level) as sandboxes:
        judge(CATALOG, exercises, sandboxes, 0, work)
