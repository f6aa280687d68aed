"""The verdicts on a learner's files as they are: taken from the store, or reached in the judge session of a watch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graders.engine.catalog import Exercise
from graders.engine.diagnosis import Diagnosis
from graders.engine.judge import Grade
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.run import Memory
from graders.engine.sources import Snapshot, Sources

Contents = dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True)
class Verdict:
    """A verdict and the files that it was reached on."""

    result: ExerciseResult
    sources: Snapshot
    contents: Contents


class Verdicts:
    """Reaches verdicts and remembers the last on each exercise."""

    def __init__(self, grade: Grade, diagnosis: Diagnosis, memory: Memory, sources: Sources):
        self._grade = grade
        self._diagnosis = diagnosis
        self._memory = memory
        self._sources = sources
        self._last: dict[str, Verdict] = {}

    def reach(self, exercise: Exercise) -> Verdict:
        """Return the verdict on an exercise's file as it is now."""
        sources = Snapshot(self._sources)
        result = self._memory.recall(sources, exercise)
        if result is None:
            result = self._diagnosis.diagnose(exercise, self._grade(sources, exercise, with_examples=True))
            self._memory.keep(sources, exercise, result)
        verdict = Verdict(result, sources, _contents(sources, {exercise.id, *result.files}))
        self._last[exercise.id] = verdict
        return verdict

    def last(self, exercise_id: str) -> Verdict | None:
        """Return the last verdict on an exercise, if any."""
        return self._last.get(exercise_id)

    def is_solved(self, exercise_id: str) -> bool:
        last = self._last.get(exercise_id)
        return last is not None and last.result.outcome is Outcome.PASSED

    def is_current(self, verdict: Verdict) -> bool:
        """Return whether the files that a verdict rests on are as they were."""
        return _contents(Snapshot(self._sources), verdict.contents) == verdict.contents


def is_whole(verdict: Verdict) -> bool:
    """Return whether its file can be what somebody meant to save."""
    text, problem = verdict.contents[verdict.result.id]
    return problem is not None or bool(text and text.strip())


def _contents(sources: Snapshot, names: Iterable[str]) -> Contents:
    return {name: sources.content(name) for name in names}
