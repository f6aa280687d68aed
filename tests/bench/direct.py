"""The same checks without isolation: the learner's module in the judge's own process, called as any function is.

This is what isolation is compared with. It lacks what only a sandbox gives (limits, bans, peak memory) and never copies
an argument, so it does not see one changed in place.
"""

from __future__ import annotations

import copy
import gc
import io
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np

from graders.engine import judge as engine
from graders.engine.catalog import Catalog, Exercise
from graders.engine.judge import Grade, Grading
from graders.engine.sandbox import outline, worker
from graders.engine.sandbox.host import Sandboxes
from graders.engine.session import Call, CheckFailed, Handle, LearnerRaised, Session
from graders.engine.sources import Sources
from graders.engine.triage import Triage

_PLAIN = (type(None), int, float, complex, str, bytes, set, frozenset, np.ndarray, np.generic, np.dtype)


def judge_both(
    catalog: Catalog, exercises: list[Exercise], sandboxes: Sandboxes, work: Callable[[Grade, Grade], None]
) -> None:
    """Call `work(isolated, direct)` in one judge session: two ways of grading one exercise of a submission."""
    is_direct = False

    def direct(grade: Grade) -> Grade:
        def grade_directly(sources: Sources, exercise: Exercise, only: str | None = None) -> Grading:
            nonlocal is_direct
            is_direct = True
            gc.freeze()  # as a zygote does: code that collects garbage shall not have to look through all of pytest's
            try:
                with redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
                    return grade(sources, exercise, only)
            finally:
                is_direct = False
                gc.unfreeze()

        return grade_directly

    class Parsing(Triage):
        def _outline(self, text: str) -> dict:
            return outline.outline(text) if is_direct else super()._outline(text)

    def open_session(*arguments: Any) -> Session:
        return (Direct if is_direct else Session)(*arguments)

    with patch.object(engine, "Session", open_session), patch.object(engine, "Triage", Parsing):
        engine.judge(catalog, exercises, sandboxes, 0, lambda grade: work(grade, direct(grade)))


class Direct(Session):
    """One submission to one exercise in this process."""

    def restart(self) -> None:
        topic, name = self._setting.exercise_id.split("/")
        module = ModuleType(f"exercises.{topic}.{name}")
        sys.modules[module.__name__] = module  # dataclasses look their module up there
        code = compile(self._read(f"{topic}/{name}"), f"exercises/{topic}/{name}.py", "exec", dont_inherit=True)
        exec(code, module.__dict__)
        self._objects: list[object] = [module]
        self._child = _Nobody()

    def memory(self) -> None:
        return None

    def _exchange(self, call: Call, head: list) -> Any:
        self.calls.append(call)
        arguments = [self._inside(a) for a in call.arguments]
        keywords = {name: self._inside(a) for name, a in call.keywords.items()}
        try:
            value = self._run(head, arguments, keywords)
        except CheckFailed:
            raise
        except Exception as error:
            types = [f"{t.__module__}.{t.__qualname__}" for t in type(error).__mro__]
            call.ending, call.result = "raised", LearnerRaised(types, str(error), [])
            raise call.result from error
        call.ending, call.result = "returned", self._outside(value)
        return call.result

    def _run(self, head: list, arguments: list, keywords: Mapping) -> object:
        kind, what, detail = head
        if kind == "probe":
            space: dict = {}
            exec(what, space)
            return space[detail](self._objects[0], *arguments, **keywords)
        function = worker.Worker._target(self, what)
        if detail is None:
            return function(*arguments, **keywords)
        return [function(*arguments, **keywords) for _ in range(detail)]

    def _inside(self, value: object) -> object:
        """Return an argument as the learner's code gets it."""
        if isinstance(value, Handle):
            return self._objects[value._handle]
        if isinstance(value, np.random.Generator):
            return copy.deepcopy(value)  # the check draws from its own
        if type(value) in (list, tuple):
            return type(value)(map(self._inside, value))
        return value

    def _outside(self, value: object) -> object:
        """Return a result as the check gets it: what is no plain value behind a handle."""
        if isinstance(value, dict):
            return {key: self._outside(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return (list if isinstance(value, list) else tuple)(map(self._outside, value))
        if hasattr(value, "detach"):
            return value.detach()
        if isinstance(value, _PLAIN) or type(value).__module__ == "torch":
            return value
        self._objects.append(value)
        return self._remote(self, len(self._objects) - 1, type(value).__name__)


class _Nobody:
    """Stands where a session has its child."""

    def allow(self, budget: object) -> None: ...

    def is_quiet(self) -> bool:
        return True

    def end(self) -> None: ...
