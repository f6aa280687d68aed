"""One persistent pytest session that grades (submission, exercise) pairs one after another.

pytest collects the graders once. Each pair then runs their items again, against a fresh child of the sandbox. The
learner's code is never in this process: what a check gets is data.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import importlib.util
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
import pytest

from graders.engine.catalog import Catalog, Exercise, Limits
from graders.engine.examples import run_examples
from graders.engine.results import CheckResult, ExampleResult, ExerciseResult, Outcome, score
from graders.engine.sandbox.child import Budget, ChildDied
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.process import SandboxError
from graders.engine.session import (
    BannedCall,
    Call,
    CannotLoad,
    CheckFailed,
    LearnerRaised,
    Session,
    Setting,
)
from graders.engine.sources import Sources, Texts
from graders.engine.submission import RemoteObject, Submission
from graders.engine.triage import Triage

_TIME_OUTS = 2  # after so many the rest of an exercise's checks are not run: each would take as long again
_PR_SET_DUMPABLE = 4


@dataclass(frozen=True)
class Grading:
    """A verdict and what it was reached by: check name -> the calls that it made, for the diagnosis."""

    result: ExerciseResult
    calls: Mapping[str, list[Call]]


class JudgeError(Exception):
    """The judge could not work at all: pytest did not start."""


class Grade(Protocol):
    """Grades one exercise of a submission; `only` names a single check to run.

    `with_examples` runs the public examples too.
    """

    def __call__(
        self, sources: Sources, exercise: Exercise, only: str | None = None, with_examples: bool = False
    ) -> Grading: ...


def judge(
    catalog: Catalog,
    exercises: Iterable[Exercise],
    sandboxes: Sandboxes,
    seed: int,
    work: Callable[[Grade], None],
    limits: Limits | None = None,
) -> None:
    """Collect the graders of `exercises` and call `work(grade)`, in which `grade(sources, exercise)` may be used.

    Args:
        seed: decides all that is drawn.
        limits: in place of each exercise's own.

    Raises:
        JudgeError: pytest could not collect or run; whatever `work` raises is raised as it is.
    """
    _hide_memory()
    plugin = _Plugin(catalog, list(exercises), sandboxes, seed, limits, work)
    for exercise in plugin.exercises:
        # pytest would take the module of an earlier session, whatever the file holds by now.
        sys.modules.pop(f"graders.{exercise.topic}.{exercise.name}", None)
    arguments = [str(catalog.grader_path(e)) for e in plugin.exercises]
    status = pytest.main([*_pytest_options(catalog.root), *arguments], plugins=[plugin])
    if plugin.failure is not None:
        raise plugin.failure
    if not plugin.has_worked:
        raise JudgeError(
            f"pytest did not run (exit status {int(status)}): {plugin.collect_errors or 'no reason given'}"
        )


def _pytest_options(root: Path) -> list[str]:
    return [
        *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:junitxml", "-p", "no:faulthandler"),
        *("-p", "no:logging", "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:warnings"),
        "--capture=no",  # what a learner prints is caught in the sandbox; nothing here prints
        "--assert=plain",  # rewriting would put expected values into messages
        "--import-mode=importlib",
        "--continue-on-collection-errors",
        "--strict-markers",
        *("-o", "markers=weight(value, core): how much a check counts"),
        *("-c", "/dev/null", f"--rootdir={root}", f"--confcutdir={root / 'graders'}", "--noconftest"),
    ]


class _Plugin:
    """The judge as pytest sees it: fixtures, the run loop, and the verdict on each item."""

    def __init__(
        self,
        catalog: Catalog,
        exercises: list[Exercise],
        sandboxes: Sandboxes,
        seed: int,
        limits: Limits | None,
        work: Callable[[Grade], None],
    ):
        self.exercises = exercises
        self.has_worked = False
        self.failure: BaseException | None = None
        self.collect_errors: dict[Path, str] = {}
        self._catalog = catalog
        self._sandboxes = sandboxes
        self._seed = seed
        self._limits = limits
        self._work = work
        self._triage = Triage(catalog, sandboxes)
        self._items: dict[Path, list[pytest.Item]] = {}
        self._references: dict[str, ModuleType] = {}
        self._settings: dict[str, tuple[bool, Setting]] = {}  # found by parsing: exercise id -> (with torch, setting)
        self._session: Session | None = None
        self._exercise: Exercise | None = None
        self._verdict: CheckResult | None = None
        self._proven: dict[str, bool] = {}  # node id -> whether the check passes on the solution

    # What graders ask for.

    @pytest.fixture
    def submission(self) -> Submission:
        """The learner's module, in the sandbox."""
        return Submission(self._session)

    @pytest.fixture
    def reference(self) -> ModuleType:
        """The solution's module, in this process."""
        return self._reference(self._exercise)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """All randomness of a check, from (exercise, check, seed)."""
        return np.random.default_rng(_entropy(self._exercise.id, request.node.name, self._seed))

    # What pytest asks for.

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            path = self._catalog.root / report.nodeid.partition("::")[0]
            self.collect_errors[path] = str(report.longrepr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item in session.items:
            self._items.setdefault(item.path, []).append(item)
        self.has_worked = True
        if "torch" in sys.modules:  # one thread, as in the sandbox: judges share the cores, and checks are small
            sys.modules["torch"].set_num_threads(1)
        gc.freeze()  # pytest, torch and the graders stay: collecting among them took a twentieth of the time
        try:
            self._work(self.grade)
        except BaseException as error:
            self.failure = error
        finally:
            gc.unfreeze()
            self._triage.close()
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> pytest.TestReport:
        error = call.excinfo and call.excinfo.value
        if isinstance(error, KeyboardInterrupt):
            raise error
        if call.when == "call" or error is not None:
            self._note(item, call.when, error)
        outcome = "failed" if error is not None else "passed"
        return pytest.TestReport(item.nodeid, item.location, item.keywords, outcome, None, call.when)

    # Grading.

    def grade(
        self, sources: Sources, exercise: Exercise, only: str | None = None, with_examples: bool = False
    ) -> Grading:
        """Return the verdict on one exercise of a submission, or what a single check of it gives."""
        started = time.perf_counter()
        verdict = self._triage.verdict(sources, exercise)
        if verdict is not None:
            return Grading(verdict, {})
        self._exercise = exercise
        self._session = self._open(sources)
        examples: tuple[ExampleResult, ...] = ()
        try:
            checks, calls = self._run_checks(self._items_of(exercise, only))
            result = score(exercise.id, exercise.points, checks, time.perf_counter() - started)
            if with_examples:
                docstrings = self._triage.docstrings(sources.read(exercise.id))
                examples = run_examples(self._session, docstrings, self._seed_of("examples"))
        except CannotLoad as problem:
            message = describe_problem(problem)
            result, calls = ExerciseResult(exercise.id, problem.outcome, 0.0, exercise.points, message), {}
        except (SandboxError, GraderBroken) as problem:
            result = ExerciseResult(exercise.id, Outcome.GRADER_ERROR, None, exercise.points, str(problem))
            calls = {}
        finally:
            self._session.close()
        seconds = time.perf_counter() - started
        return Grading(replace(result, seconds=seconds, files=tuple(self._session.files), examples=examples), calls)

    def _open(self, sources: Sources) -> Session:
        exercise = self._exercise
        if exercise.id not in self._settings:
            setting = make_setting(self._catalog, exercise, self._limits, self._seed_of(""))
            self._settings[exercise.id] = self._catalog.uses_torch(exercise), setting
        with_torch, setting = self._settings[exercise.id]
        return Session(self._sandboxes.zygote(with_torch), sources, setting, RemoteObject)

    def _seed_of(self, check: str) -> int:
        """Return the seed of the child's own generators in a check, or while it loads; not that of `rng`."""
        return global_seed(self._exercise.id, check, self._seed)

    def _items_of(self, exercise: Exercise, only: str | None) -> list[pytest.Item]:
        path = self._catalog.grader_path(exercise)
        if path in self.collect_errors:
            raise GraderBroken(f"the grader cannot be collected:\n{self.collect_errors[path]}")
        if path not in self._items:
            raise GraderBroken(f"no checks were collected from {path.relative_to(self._catalog.root)}")
        return [item for item in self._items[path] if only in (None, item.name)]

    def _run_checks(self, items: list[pytest.Item]) -> tuple[list[CheckResult], dict[str, list[Call]]]:
        checks: list[CheckResult] = []
        calls: dict[str, list[Call]] = {}
        cases = Counter(item.function for item in items)
        for item, following in zip(items, [*items[1:], None], strict=True):
            weight, core = _weight(item)
            ended = _has_ended(checks)
            if ended is None:
                check = self._run(item, following)
                calls[item.name] = self._session.calls
                if check.outcome is Outcome.GRADER_ERROR and self._holds_for_solution(item):
                    check = replace(check, outcome=Outcome.FAILED, message=_unusable(self._session.calls, check))
            else:
                check = _check(item, *ended)
            checks.append(replace(check, weight=weight / cases[item.function], core=core))
        return checks, calls

    def _holds_for_solution(self, item: pytest.Item) -> bool:
        """Return whether a check that raised by itself passes on the solution.

        Then what raised is not the check alone but what it was handed, and a learner cannot turn failures into errors
        of ours by handing in what no check expects.
        """
        if item.nodeid not in self._proven:
            learners, self._session = self._session, self._open(self._solution())
            try:
                self._proven[item.nodeid] = self._run(item, None).outcome is Outcome.PASSED
            except CannotLoad:
                self._proven[item.nodeid] = False
            finally:
                self._session.close()
                self._session = learners
        return self._proven[item.nodeid]

    def _solution(self) -> Sources:
        return Texts({self._exercise.id: self._catalog.solution(self._exercise)})

    def _run(self, item: pytest.Item, following: pytest.Item | None) -> CheckResult:
        self._verdict = None
        self._session.begin_check(self._seed_of(item.name))
        item._report_sections.clear()  # else what earlier submissions left would be in this one's reports
        item.user_properties.clear()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        item.session.testsfailed, item.session.shouldfail, item.session.shouldstop = 0, False, False
        try:
            self._session.end_check()
        except ChildDied as died:
            self._note(item, "call", died)
        return self._verdict or _check(item, Outcome.GRADER_ERROR, "pytest gave no verdict")

    def _note(self, item: pytest.Item, when: str, error: BaseException | None) -> None:
        """Turn how an item's phase ended into the check's verdict; a teardown can only make it worse."""
        outcome, message = self._judge(error, when)
        if when == "teardown" and self._verdict is not None and self._verdict.outcome is Outcome.GRADER_ERROR:
            return
        self._verdict = _check(item, outcome, message, self._session.printed)

    def _judge(self, error: BaseException | None, when: str) -> tuple[Outcome, str]:
        call = self._session.calls[-1] if self._session.calls else None
        if error is None:
            if call is None:
                return Outcome.GRADER_ERROR, "the check passed without having called the submission"
            return Outcome.PASSED, ""
        if isinstance(error, LearnerRaised):
            text = f"{call} raised {error}"
            return error.outcome, _with_frames(text, error.frames)
        if isinstance(error, BannedCall):
            return Outcome.BANNED, f"{call} called {error}, which this exercise bans"
        if isinstance(error, ChildDied):
            return Outcome(error.outcome), f"{call}: {error}"
        if isinstance(error, CannotLoad):
            return error.outcome, _with_frames(f"in a fresh process: {error}", error.frames)
        if isinstance(error, AssertionError) and when == "call" and call is not None:
            # A bare assert of a grader has no words for a learner; CheckFailed always has.
            words = (
                str(error) if isinstance(error, CheckFailed) else str(error) or "the check's condition does not hold"
            )
            return Outcome.FAILED, f"{call}\n{words}"
        return Outcome.GRADER_ERROR, self._describe_for_author(error)

    def _describe_for_author(self, error: BaseException) -> str:
        """Return the error with the frames from the grader inwards; what lies outside is pytest's."""
        grader = str(self._catalog.grader_path(self._exercise))
        frames = traceback.extract_tb(error.__traceback__)
        first = next((i for i, frame in enumerate(frames) if frame.filename == grader), max(0, len(frames) - 3))
        lines = [*traceback.format_list(frames[first:]), *traceback.format_exception_only(error)]
        return "".join(lines).rstrip()

    def _reference(self, exercise: Exercise) -> ModuleType:
        if exercise.id not in self._references:
            name = f"solutions.{exercise.topic}.{exercise.name}"
            spec = importlib.util.spec_from_file_location(name, self._catalog.solution_path(exercise))
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module  # dataclasses look their module up there
            spec.loader.exec_module(module)
            self._references[exercise.id] = module
        return self._references[exercise.id]


def make_setting(catalog: Catalog, exercise: Exercise, limits: Limits | None, seed: int) -> Setting:
    """Return how an exercise is run.

    Args:
        limits: in place of the exercise's own.
        seed: of the child's global generators while the file is loaded.
    """
    limits = limits or exercise.limits
    return Setting(
        exercise_id=exercise.id,
        names=catalog.public_names(exercise),
        classes=catalog.public_classes(exercise),
        bans=exercise.bans,
        budget=Budget(limits.cpu_seconds, limits.wall_seconds),
        memory_bytes=limits.memory_mb << 20,
        output_bytes=limits.output_kb << 10,
        seed=seed,
    )


def global_seed(exercise_id: str, check: str, seed: int) -> int:
    """Return the seed of a child's own generators in a check, or, for "", while it loads."""
    return _entropy(exercise_id, f"global {check}", seed) & 0xFFFFFFFF


def describe_problem(problem: CannotLoad) -> str:
    """Return why a file cannot be loaded, with the learner's own lines and what was printed."""
    return _with_frames(str(problem), problem.frames, problem.printed)


class GraderBroken(Exception):
    """A grader cannot be used; the message is for its author."""


def _weight(item: pytest.Item) -> tuple[float, bool]:
    mark = item.get_closest_marker("weight")
    if mark is None:
        raise GraderBroken(f"{item.name} has no weight: mark it with @weight(value) or @weight(value, core=True)")
    return float(mark.args[0]), bool(mark.kwargs.get("core", False))


def _has_ended(checks: list[CheckResult]) -> tuple[Outcome, str] | None:
    """Return outcome and message of the checks that are not run after `checks`, or None to go on."""
    if any(c.outcome is Outcome.FORGED for c in checks):  # the exercise is worth nothing already
        return Outcome.FORGED, "not run: a check before it broke the protocol"
    if sum(c.outcome is Outcome.TIMED_OUT for c in checks) >= _TIME_OUTS:
        return Outcome.TIMED_OUT, f"not run: {_TIME_OUTS} checks before it ran out of time"
    return None


def _check(item: pytest.Item, outcome: Outcome, message: str, printed: str = "") -> CheckResult:
    return CheckResult(item.name, outcome, 0.0, sentence=_sentence(item), message=message, printed=printed)


def _sentence(item: pytest.Item) -> str:
    """Return what the check looks at, in words: the first line of its docstring, else its name, with its case."""
    doc = (item.function.__doc__ or "").strip().splitlines()
    words = doc[0].rstrip(".") if doc else item.originalname.removeprefix("test_").replace("_", " ")
    case = item.callspec.id if hasattr(item, "callspec") else ""
    return f"{words}: {case}" if case else words


def _unusable(calls: list[Call], check: CheckResult) -> str:
    called = f"{calls[-1]}\n" if calls else ""
    return f"{called}came back: something that the check cannot use ({_kind_of_error(check)})"


def _kind_of_error(check: CheckResult) -> str:
    """Return the name of the exception alone: its text may hold what was expected."""
    return check.message.splitlines()[-1].partition(":")[0]


def _with_frames(text: str, frames: Iterable, printed: str = "") -> str:
    lines = [text, *(f"  {file}:{line} in {function or 'module'}: {code}" for file, line, function, code in frames)]
    return "\n".join([*lines, *(["it had printed:", printed] if printed else [])])


def _entropy(exercise_id: str, check: str, seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{exercise_id}\0{check}\0{seed}".encode()).digest()[:16], "little")


def _hide_memory() -> None:
    """Keep processes of the same user from reading this one: the expected values are in here (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)
