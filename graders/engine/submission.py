"""What a grader sees of a learner's module: stand-ins whose calls go to the sandbox and bring plain values back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graders.engine.describe import describe
from graders.engine.session import CheckFailed, Handle, Session

_MODULE = 0  # the handle of the learner's module
_METHODS = ("method", "function", "builtin_function_or_method")


class Submission:
    """The learner's module as a grader sees it: `submission.f(...)` calls f in the sandbox."""

    def __init__(self, session: Session):
        self._session = session

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("_"):
            raise AttributeError(name)
        return RemoteFunction(self._session, name)

    def restart(self) -> None:
        """Go on in a fresh process, in which the module has just been loaded."""
        self._session.restart()


class RemoteFunction:
    """A function or class of the learner's module."""

    def __init__(self, session: Session, name: str):
        self.session = session
        self.__name__ = name

    @property
    def target(self) -> list:
        return ["attribute", _MODULE, self.__name__]

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        result = self.session.call(self.__name__, self.target, arguments, keywords)
        if self.session.makes_objects(self.__name__) and not isinstance(result, Handle):
            raise CheckFailed(f"wanted: an object of a class {self.__name__}; came back: {describe(result)}")
        return result


class RemoteObject(Handle):
    """An object that stays in the child: attributes, calls, operators, indexing and len() are carried out there."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        words = f"{self._kind}.{name}"
        value = self._session.call(words, ["operator", "getattr"], (self, name), {}, words=words)
        if isinstance(value, Handle) and value._kind in _METHODS:
            object.__setattr__(value, "_kind", f"{self._kind}.{name}")  # what a learner reads when its call fails
        return value

    def __setattr__(self, name: str, value: object) -> None:
        self._operate("setattr", f"setting {self._kind}.{name}", self, name, value)

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        return self._session.call(self._kind, ["attribute", self._handle, "__call__"], arguments, keywords)

    def __len__(self) -> int:
        length = self._operate("len", "len", self)
        if type(length) is not int:
            raise CheckFailed(f"len() of {self!r} came back as {type(length).__name__}")
        return length

    def _operate(self, operator: str, name: str, *arguments: object) -> Any:
        return self._session.call(name, ["operator", operator], arguments, {})


def _define_operators() -> None:
    """Give RemoteObject the operators, each carried out in the child by the learner's own methods."""
    binary = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
    comparing = "lt le gt ge getitem contains".split()

    def forward(name: str) -> Callable:
        return lambda self, *others: self._operate(name, name, self, *others)

    def reflected(name: str) -> Callable:
        return lambda self, other: self._operate(name, name, other, self)

    for name in [*binary, *comparing, "neg", "pos", "abs", "invert", "setitem", "delitem"]:
        function = f"{name}_" if name in ("and", "or") else name
        setattr(RemoteObject, f"__{name}__", forward(function))
        if name in binary:
            setattr(RemoteObject, f"__r{name}__", reflected(function))


_define_operators()
