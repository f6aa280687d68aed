"""Names the known mistake that a failing submission made: the one that, replayed, gives the same values.

A mistake is an edit of the reference solution. It is graded like a submission, in the sandbox, with the same seed. It
is named when it fails no check that the learner passed, and in at least one failing check every call ended as the
learner's did, and no other mistake explains as many with one of these among them. So two mistakes in one file can both
be named, and what could be either is not.
"""

from __future__ import annotations

from collections.abc import Mapping

from graders.engine.catalog import Catalog, Exercise, Mistake
from graders.engine.compare import Closeness, difference
from graders.engine.judge import Grade, Grading
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.session import Call, LearnerRaised
from graders.engine.sources import Texts

# Outcomes that a mistake can explain: anything else is no honest attempt, or never ran.
_EXPLAINED = {Outcome.FAILED, Outcome.PARTIAL, Outcome.ERROR, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY}
# Two ways of writing one mistake round differently; two mistakes differ by far more.
_SAME = Closeness(work=16.0)


class Diagnosis:
    """Diagnoses the submissions of one judge session; a replay is made once, and only when it can matter."""

    def __init__(self, catalog: Catalog, grade: Grade):
        self._catalog = catalog
        self._grade = grade
        self._replays: dict[tuple, Grading] = {}

    def diagnose(self, exercise: Exercise, grading: Grading) -> ExerciseResult:
        """Return the result with the names of the mistakes, or as it is."""
        result = grading.result
        if result.outcome not in _EXPLAINED:
            return result
        explained: dict[str, set[str]] = {}
        for name in _failing(grading):
            if not any(name in names for names in explained.values()):
                explained |= self._explain(exercise, grading, name)
        return result.with_diagnosis(why for why in explained if _is_best(why, explained))

    def _explain(self, exercise: Exercise, grading: Grading, name: str) -> dict[str, set[str]]:
        """Return the mistakes that end check `name` as the submission did: why -> the failing checks that they explain.

        One check is replayed for each mistake; the others only for the few that end it alike.
        """
        explained = {}
        for mistake in self._catalog.mistakes(exercise):
            alone = self._replay(exercise, mistake, name)
            if name not in _failing(alone) or not _ended_alike(alone.calls[name], grading.calls[name]):
                continue
            whole = self._replay(exercise, mistake)
            if set(_failing(whole)) <= set(_failing(grading)):
                explained[mistake.why] = {
                    check for check in _failing(whole) if _ended_alike(whole.calls[check], grading.calls[check])
                }
        return explained

    def _replay(self, exercise: Exercise, mistake: Mistake, only: str | None = None) -> Grading:
        key = (exercise.id, mistake.why, only)
        if key not in self._replays:
            wrong = Texts({exercise.id: mistake.apply(self._catalog.solution(exercise))})
            self._replays[key] = self._grade(wrong, exercise, only)
        return self._replays[key]


def _is_best(why: str, explained: Mapping[str, set[str]]) -> bool:
    mine = explained[why]
    rivals = (names for other, names in explained.items() if other != why and names & mine)
    return bool(mine) and all(len(names) < len(mine) for names in rivals)


def _failing(grading: Grading) -> list[str]:
    """Return the names of the checks that fell short and ran."""
    return [c.name for c in grading.result.checks if c.outcome is not Outcome.PASSED and c.name in grading.calls]


def _ended_alike(ours: list[Call], theirs: list[Call]) -> bool:
    """Return whether the same calls were made and each ended in the same way with the same value."""
    return len(ours) == len(theirs) and bool(ours) and all(map(_same_ending, ours, theirs))


def _same_ending(ours: Call, theirs: Call) -> bool:
    if (ours.name, ours.ending, ours.changed) != (theirs.name, theirs.ending, theirs.changed):
        return False
    if isinstance(ours.result, LearnerRaised):
        return isinstance(theirs.result, LearnerRaised) and ours.result.types == theirs.result.types
    return difference(theirs.result, ours.result, _SAME) is None
