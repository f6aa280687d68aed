"""What can be said of a submission without running it: not there, not readable, not Python, not begun."""

from __future__ import annotations

from dataclasses import replace

from graders.engine.catalog import Catalog, Exercise
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.sandbox.child import Budget, Child, ChildDied
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.outline import outline
from graders.engine.sources import Sources, Unreadable

_PARSING = Budget(cpu_seconds=5, wall_seconds=30)


class Triage:
    """Sorts out what need not be graded. Texts are parsed in a child, which never runs any of them."""

    def __init__(self, catalog: Catalog, sandboxes: Sandboxes):
        self._catalog = catalog
        self._sandboxes = sandboxes
        self._child: Child | None = None
        self._last: tuple[str, dict] | None = None  # what is parsed for a verdict is asked for its docstrings next

    def verdict(self, sources: Sources, exercise: Exercise) -> ExerciseResult | None:
        """Return NOT_STARTED or INVALID with the reason, or None for what has to be graded."""
        found = self._find(sources, exercise)
        return replace(found, points=None) if found is not None and self._catalog.is_handout else found

    def _find(self, sources: Sources, exercise: Exercise) -> ExerciseResult | None:
        text = read(sources, exercise)
        if isinstance(text, ExerciseResult):
            return text
        found = self._outline(text)
        if found["error"] is not None:
            return _result(exercise, Outcome.INVALID, _describe_syntax_error(exercise, found["error"]))
        if is_stub(found["functions"], self._catalog.contract(exercise)):
            return _result(exercise, Outcome.NOT_STARTED, "the stub is as it was")
        return None

    def docstrings(self, text: str) -> list[str]:
        """Return the docstrings of a learner's text that hold examples."""
        return [text for text in self._outline(text)["docstrings"] if type(text) is str]

    def close(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _outline(self, text: str) -> dict:
        if self._last is None or self._last[0] != text:
            self._last = text, self._parsed(text)
        return self._last[1]

    def _parsed(self, text: str) -> dict:
        if self._child is None:
            self._child = self._sandboxes.zygote(with_torch=False).spawn()
        self._child.allow(_PARSING)
        try:
            (kind, *fields), _ = self._child.exchange(["inspect", text], [], lambda *_: (["source", None], []))
        except ChildDied as died:
            self._child = None
            return _unparsable(f"Python's parser did not survive it: {died}")
        if kind != "outlined" or not fields or type(fields[0]) is not dict:
            return _unparsable("it has too many functions, or is nested too deeply, to be parsed")
        return fields[0]


def read(sources: Sources, exercise: Exercise) -> str | ExerciseResult:
    """Return the text, or the verdict where there is none that can be read."""
    try:
        text = sources.read(exercise.id)
    except Unreadable as problem:
        return _result(exercise, Outcome.INVALID, str(problem))
    return _result(exercise, Outcome.NOT_STARTED, f"there is no file {exercise.id}.py") if text is None else text


def is_stub(functions: dict[str, list], solution: str) -> bool:
    """Return whether something is unwritten and all that is written was given: it is as in the solution.

    Args:
        functions: of an outline.
        solution: its text, or that of the stub as it came.
    """
    written = {name: digest for name, (digest, unwritten) in functions.items() if not unwritten}
    if len(written) == len(functions):
        return False
    given = outline(solution)["functions"]
    return all(given.get(name, [None])[0] == digest for name, digest in written.items())


def _unparsable(message: str) -> dict:
    return {"error": {"line": 0, "column": 0, "text": "", "message": message}, "functions": {}, "docstrings": []}


def _describe_syntax_error(exercise: Exercise, error: dict) -> str:
    """Say where the text stops being Python, with the line and a caret under the place."""
    where = f"{exercise.id}.py" + (f", line {error['line']}" if error["line"] else "")
    lines = [f"{where}: {error['message']}"]
    code = error["text"]
    if code.strip():
        indent = len(code) - len(code.lstrip())
        lines += ["    " + code.strip(), "    " + " " * max(0, error["column"] - 1 - indent) + "^"]
    return "\n".join(lines)


def _result(exercise: Exercise, outcome: Outcome, message: str) -> ExerciseResult:
    return ExerciseResult(exercise.id, outcome, 0.0, exercise.points, message=message)
