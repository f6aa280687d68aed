"""Grades a cohort's attempts over a pool: what is kept is not graded again, and what was graded is kept at once.

So a run that was ended in any way goes on where it stopped. All verdicts are taken from the store in the end, which
makes what is written the same whether or not a run was stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from graders.engine.catalog import Exercise
from graders.engine.pool.work import Pool, Task
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.run import Memory
from graders.engine.sources import Sources, in_memory
from graders.engine.triage import read

Handed = Mapping[str, Sources]  # what identifies an attempt -> its texts


class Grading:
    """The verdicts on a cohort's attempts."""

    def __init__(self, exercises: Sequence[Exercise], memory: Memory):
        self._exercises = exercises
        self._memory = memory
        self._failed: dict[tuple[str, str], ExerciseResult] = {}  # our own errors, which are not kept

    def missing(self, handed: Handed) -> dict[str, tuple[str, ...]]:
        """Return what has to be graded: attempt -> ids; nothing for an attempt whose verdicts are all there."""
        wanted = {key: tuple(self._open(key, sources)) for key, sources in handed.items()}
        return {key: ids for key, ids in wanted.items() if ids}

    def grade(
        self,
        handed: Handed,
        missing: Mapping[str, tuple[str, ...]],
        pool: AbstractContextManager[Pool],
        on_result: Callable[[ExerciseResult], None],
    ) -> None:
        """Have what is missing graded and keep it.

        Raises:
            PoolError, StoreError: nothing can be graded, or kept.
        """
        keys = list(missing)
        by_id = {e.id: e for e in self._exercises}
        with pool as opened:
            for task, results in opened.grade(self._tasks(handed, missing)):
                for result in results:
                    self._keep(keys[task.number], task.texts, by_id[result.id], result)
                    on_result(result)

    def verdicts(self, key: str, sources: Sources) -> tuple[ExerciseResult, ...]:
        """Return the verdicts on an attempt, one an exercise."""
        return tuple(self._verdict(key, sources, e) for e in self._exercises)

    def _open(self, key: str, sources: Sources) -> Iterator[str]:
        for exercise in self._exercises:
            if self._known(key, sources, exercise) is None:
                yield exercise.id

    def _known(self, key: str, sources: Sources, exercise: Exercise) -> ExerciseResult | None:
        text = read(sources, exercise)
        if isinstance(text, ExerciseResult):  # there is nothing to grade
            return text
        return self._memory.recall(sources, exercise) or self._failed.get((key, exercise.id))

    def _verdict(self, key: str, sources: Sources, exercise: Exercise) -> ExerciseResult:
        found = self._known(key, sources, exercise)
        if found is None:
            reason = "its verdict was not in the store after the run: run the same command again"
            return ExerciseResult(exercise.id, Outcome.GRADER_ERROR, None, exercise.points, reason)
        return found

    def _tasks(self, handed: Handed, missing: Mapping[str, tuple[str, ...]]) -> Iterator[Task]:
        every = [e.id for e in self._exercises]  # one exercise may import another
        for number, (key, ids) in enumerate(missing.items()):
            yield Task(number, in_memory(handed[key], every), ids)

    def _keep(self, key: str, sources: Sources, exercise: Exercise, result: ExerciseResult) -> None:
        if result.outcome is Outcome.GRADER_ERROR:
            self._failed[key, exercise.id] = result
        else:
            self._memory.keep(sources, exercise, result)


def counted(missing: Mapping[str, Iterable[str]]) -> int:
    """Return how many verdicts are missing."""
    return sum(len(tuple(ids)) for ids in missing.values())
