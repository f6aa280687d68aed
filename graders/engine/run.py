"""One run of grading: exercises of one submission, from triage to a report. Returns values; prints nothing."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from graders.engine.catalog import Catalog, Exercise, Limits
from graders.engine.diagnosis import Diagnosis
from graders.engine.handout import judge
from graders.engine.judge import Grade
from graders.engine.results import ExerciseResult, Outcome, Report
from graders.engine.sandbox.host import Sandboxes, available, best_level
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Snapshot, Sources, Unreadable
from graders.engine.store import Store, content_key
from graders.engine.triage import Triage

_ENGINE = Path(__file__).resolve().parent
_LIBRARIES = ("numpy", "torch", "pytest", "msgspec")
_USERS = {"terminal", "pool", "learner", "cohort"}  # what stands on grading decides no verdict


class IsolationRefused(Exception):
    """The level of isolation that was asked for does not work on this machine; the message says why."""


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        isolation: None for the highest level that works here.
        limits: in place of each exercise's own.
        diagnose: whether to replay the known mistakes against what failed.
        examples: whether to run the public examples too, for whoever is shown them.
    """

    seed: int = 0
    isolation: Isolation | None = None
    limits: Limits | None = None
    diagnose: bool = True
    examples: bool = False


def grade_all(
    catalog: Catalog,
    exercises: Iterable[Exercise],
    sources: Sources,
    options: Options,
    store: Store | None = None,
    on_result: Callable[[ExerciseResult], None] = lambda result: None,
) -> Report:
    """Grade `exercises` of one submission and return the report, in the order given.

    Args:
        store: where verdicts are kept; one whose every input is as it was is taken from there.
        on_result: told of each verdict as it is reached.

    Raises:
        IsolationRefused, JudgeError, SandboxError, StoreError: nothing can be graded.
    """
    exercises = list(exercises)
    sources = Snapshot(sources)  # a verdict is kept under the text that it was reached on
    level = choose_level(options.isolation)
    results: dict[str, ExerciseResult] = {}

    def settle(result: ExerciseResult) -> None:
        results[result.id] = result
        on_result(result)

    with Sandboxes(level) as sandboxes:
        memory = Memory(catalog, replace(options, isolation=level), store)
        _settle_ungraded(catalog, exercises, sources, sandboxes, memory, settle)
        waiting = [e for e in exercises if e.id not in results]
        for with_torch in {catalog.uses_torch(e) for e in waiting}:
            sandboxes.zygote(with_torch)  # it imports while pytest collects

        def work(grade: Grade) -> None:
            diagnosis = Diagnosis(catalog, grade)
            for exercise in waiting:
                grading = grade(sources, exercise, with_examples=options.examples)
                result = diagnosis.diagnose(exercise, grading) if options.diagnose else grading.result
                memory.keep(sources, exercise, result)
                settle(result)

        if waiting:
            judge(catalog, waiting, sandboxes, options.seed, work, options.limits)
    return Report(options.seed, level, tuple(results[e.id] for e in exercises))


def choose_level(wanted: Isolation | None) -> Isolation:
    """Return `wanted` if it works on this machine, or the highest that does.

    Raises:
        IsolationRefused: `wanted` does not work here.
    """
    if wanted is None:
        return best_level()
    refusal = available(wanted)
    if refusal is not None:
        raise IsolationRefused(refusal)
    return wanted


def _settle_ungraded(
    catalog: Catalog,
    exercises: list[Exercise],
    sources: Sources,
    sandboxes: Sandboxes,
    memory: Memory,
    settle: Callable[[ExerciseResult], None],
) -> None:
    """Settle what needs no judge: verdicts that are kept, stubs, and what cannot be read or parsed."""
    triage = Triage(catalog, sandboxes)
    try:
        for exercise in exercises:
            verdict = memory.recall(sources, exercise) or triage.verdict(sources, exercise)
            if verdict is not None:
                settle(verdict)
    finally:
        triage.close()


class Memory:
    """Kept verdicts: found again only when all that decided them is as it was."""

    def __init__(self, catalog: Catalog, options: Options, store: Store | None):
        """Take where to keep verdicts, if anywhere.

        Args:
            options: with the level of isolation that grading really has.
        """
        self._catalog = catalog
        self._options = options
        self._store = store
        self._engine = engine_version() if store is not None else ""
        self._ours: dict[str, str] = {}  # exercise id -> a digest of all that decides its verdicts but the submission

    def recall(self, sources: Sources, exercise: Exercise) -> ExerciseResult | None:
        """Return the verdict that is kept for what `sources` hold, or None."""
        text = _text(sources, exercise.id)
        if self._store is None or text is None:
            return None
        return self._store.get(self._key(exercise, text), lambda name: _text(sources, name))

    def keep(self, sources: Sources, exercise: Exercise, result: ExerciseResult) -> None:
        """Keep a verdict, unless it is an error of ours: the next run may be free of it."""
        text = _text(sources, exercise.id)
        if self._store is None or text is None or result.outcome is Outcome.GRADER_ERROR:
            return
        files = {name: _text(sources, name) for name in result.files if name != exercise.id}
        self._store.put(self._key(exercise, text), files, result)

    def _key(self, exercise: Exercise, text: str) -> str:
        if exercise.id not in self._ours:
            is_handout = self._catalog.is_handout
            grader = b"" if is_handout else self._catalog.grader_path(exercise).read_bytes()
            asked = repr((exercise, self._catalog.mistakes(exercise), self._options, is_handout))
            self._ours[exercise.id] = content_key(self._engine, self._catalog.contract(exercise), grader, asked)
        return content_key(self._ours[exercise.id], text)


def _text(sources: Sources, exercise_id: str) -> str | None:
    try:
        return sources.read(exercise_id)
    except Unreadable:
        return None


def engine_version() -> str:
    """Return a digest of all that is ours and of the libraries that results depend on."""
    ours = [path.read_bytes() for path in sorted(_ENGINE.rglob("*.py")) if _decides(path)]
    return content_key(*ours, platform.python_version(), *(f"{name} {_version(name)}" for name in _LIBRARIES))


def _decides(path: Path) -> bool:
    first = path.relative_to(_ENGINE).parts[0]
    return first not in _USERS and first != "cli.py"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
