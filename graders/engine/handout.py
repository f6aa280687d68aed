"""Grading in a handout, which has no checks: the public examples alone, and never a verdict that something has passed.

A handout is a repository with a folder stubs/, in which the stubs lie as they came. It has neither solutions nor
graders, and the examples are those of these stubs, whatever became of the docstrings of a learner's file.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from graders.engine.catalog import Catalog, Exercise, Limits
from graders.engine.examples import run_examples
from graders.engine.judge import Grade, Grading, describe_problem, global_seed, make_setting
from graders.engine.judge import judge as judge_by_checks
from graders.engine.results import ExerciseResult, Outcome, of_examples
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.outline import outline
from graders.engine.sandbox.process import SandboxError
from graders.engine.session import CannotLoad, Session
from graders.engine.sources import Sources
from graders.engine.submission import RemoteObject
from graders.engine.triage import Triage


def judge(
    catalog: Catalog,
    exercises: Iterable[Exercise],
    sandboxes: Sandboxes,
    seed: int,
    work: Callable[[Grade], None],
    limits: Limits | None = None,
) -> None:
    """Call `work(grade)` as the judge does; in a handout `grade` runs the public examples alone."""
    if not catalog.is_handout:
        judge_by_checks(catalog, exercises, sandboxes, seed, work, limits)
        return
    rehearsal = _Rehearsal(catalog, sandboxes, seed, limits)
    try:
        work(rehearsal.grade)
    finally:
        rehearsal.close()


class _Rehearsal:
    def __init__(self, catalog: Catalog, sandboxes: Sandboxes, seed: int, limits: Limits | None):
        self._catalog = catalog
        self._sandboxes = sandboxes
        self._seed = seed
        self._limits = limits
        self._triage = Triage(catalog, sandboxes)

    def grade(
        self, sources: Sources, exercise: Exercise, only: str | None = None, with_examples: bool = True
    ) -> Grading:
        """Return what can be said of an exercise by its examples."""
        started = time.perf_counter()
        verdict = self._triage.verdict(sources, exercise)
        if verdict is not None:
            return Grading(verdict, {})
        session = self._open(sources, exercise)
        try:
            result = self._run(session, exercise)
        except CannotLoad as problem:
            result = _nothing(exercise, problem.outcome, describe_problem(problem))
        except SandboxError as problem:
            result = _nothing(exercise, Outcome.GRADER_ERROR, str(problem))
        finally:
            session.close()
        return Grading(replace(result, seconds=time.perf_counter() - started, files=tuple(session.files)), {})

    def close(self) -> None:
        self._triage.close()

    def _open(self, sources: Sources, exercise: Exercise) -> Session:
        setting = make_setting(self._catalog, exercise, self._limits, global_seed(exercise.id, "", self._seed))
        zygote = self._sandboxes.zygote(self._catalog.uses_torch(exercise))
        return Session(zygote, sources, setting, RemoteObject)

    def _run(self, session: Session, exercise: Exercise) -> ExerciseResult:
        session.restart()
        docstrings = outline(self._catalog.contract(exercise))["docstrings"]
        examples = run_examples(session, docstrings, global_seed(exercise.id, "examples", self._seed))
        return of_examples(exercise.id, exercise.points, examples, 0.0)


def _nothing(exercise: Exercise, outcome: Outcome, message: str) -> ExerciseResult:
    return ExerciseResult(exercise.id, outcome, None, exercise.points, message)
