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
from graders.engine.store import content_key
from graders.engine.triage import read

Handed = Mapping[str, Sources]  # what identifies an attempt -> its texts


class Grading:
    """The verdicts on a cohort's attempts."""

    def __init__(self, exercises: Sequence[Exercise], memory: Memory):
        self._exercises = exercises
        self._memory = memory
        self._failed: dict[tuple[str, str], ExerciseResult] = {}  # our own errors, which are not kept, by digest and id

    def missing(self, handed: Handed) -> dict[str, tuple[str, ...]]:
        """Return what has to be graded: attempt -> ids; of attempts with the same texts the first alone."""
        seen: set[str] = set()
        found: dict[str, tuple[str, ...]] = {}
        for key, sources in handed.items():
            digest = self._digest(sources)
            ids = () if digest in seen else tuple(self._open(sources))
            seen.add(digest)
            if ids:
                found[key] = ids
        return found

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
        by_id = {e.id: e for e in self._exercises}
        with pool as opened:
            for task, results in opened.grade(self._tasks(handed, missing)):
                for result in results:
                    self._keep(task.texts, by_id[result.id], result)
                    on_result(result)

    def verdicts(self, sources: Sources) -> tuple[ExerciseResult, ...]:
        """Return the verdicts on an attempt, one an exercise."""
        return tuple(self._verdict(sources, e) for e in self._exercises)

    def _open(self, sources: Sources) -> Iterator[str]:
        for exercise in self._exercises:
            if self._known(sources, exercise) is None:
                yield exercise.id

    def _known(self, sources: Sources, exercise: Exercise) -> ExerciseResult | None:
        text = read(sources, exercise)
        if isinstance(text, ExerciseResult):  # there is nothing to grade
            return text
        return self._memory.recall(sources, exercise)

    def _verdict(self, sources: Sources, exercise: Exercise) -> ExerciseResult:
        found = self._known(sources, exercise) or self._failed.get((self._digest(sources), exercise.id))
        if found is None:
            reason = "its verdict was not in the store after the run: run the same command again"
            return ExerciseResult(exercise.id, Outcome.GRADER_ERROR, None, exercise.points, reason)
        return found

    def _digest(self, sources: Sources) -> str:
        held = in_memory(sources, (e.id for e in self._exercises))
        return content_key(repr(sorted(held.texts.items())), repr(sorted(held.unreadable.items())))

    def _tasks(self, handed: Handed, missing: Mapping[str, tuple[str, ...]]) -> Iterator[Task]:
        every = [e.id for e in self._exercises]  # one exercise may import another
        for number, (key, ids) in enumerate(missing.items()):
            yield Task(number, in_memory(handed[key], every), ids)

    def _keep(self, sources: Sources, exercise: Exercise, result: ExerciseResult) -> None:
        if result.outcome is Outcome.GRADER_ERROR:
            self._failed[self._digest(sources), exercise.id] = result
        else:
            self._memory.keep(sources, exercise, result)


def counted(missing: Mapping[str, Iterable[str]]) -> int:
    """Return how many verdicts are missing."""
    return sum(len(tuple(ids)) for ids in missing.values())
