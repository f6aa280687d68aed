"""Conditions on what a learner's code returns. Each fails with words for the learner, without the expected values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

from graders.engine.compare import Closeness, difference
from graders.engine.describe import describe
from graders.engine.session import CheckFailed, LearnerRaised
from graders.engine.submission import Submission

Kind = TypeVar("Kind")


def check(
    got: object,
    want: object,
    about: str = "",
    *,
    dtype: object = None,
    work: float = 1,
    tolerance: float | None = None,
) -> None:
    """Require `got` to be `want`: structure, shape (never broadcast), dtype and values.

    Args:
        got: what the learner's code returned.
        want: None, bool, number, str, bytes, array, tensor, or lists, tuples, dicts and sets of them. Where it is a
            Python number, any real number of any library will do; lists are not tuples.
        about: which property or formula was wanted, in a few words.
        dtype: the floating dtype that `got` shall have while `want` is a truth of higher precision.
        work: how many terms were about added up; tolerances grow with its root.
        tolerance: relative, in place of the one that the dtype gives (128 eps, 2 roundings for 16-bit formats).

    Raises:
        CheckFailed: it is not; the message shows `got` and where it parts, never `want`.
    """
    name = None if dtype is None else _dtype_name(dtype)
    parted = difference(got, want, Closeness(work, tolerance, name))
    if parted is not None:
        raise CheckFailed(f"wanted: {about}\n{parted}" if about else parted)


def expect(condition: object, message: str) -> None:
    """Require `condition`; the message says what was wanted in kind, and may say what came back."""
    if not condition:
        raise CheckFailed(message)


def expect_type(got: object, kind: type[Kind] | tuple[type[Kind], ...], what: str = "the result") -> Kind:
    """Require `got` to be of a plain type and return it."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(k.__name__ for k in kinds)
    is_right = isinstance(got, kinds) and not (isinstance(got, bool) and bool not in kinds)
    expect(is_right, f"wanted: {what} as {names}; came back: {describe(got)}")
    return got


def expect_number(got: object, what: str = "the result") -> float:
    """Require `got` to be one real number (Python's, NumPy's, or an array or tensor of rank 0) and return it."""
    value = got.detach().numpy() if _is_tensor(got) and str(got.dtype) != "torch.bfloat16" else got
    is_number = isinstance(value, (int, float, np.number, np.ndarray)) and not isinstance(value, bool)
    is_number = is_number and np.shape(value) == () and np.asarray(value).dtype.kind in "iuf"
    expect(is_number, f"wanted: {what} as a number; came back: {describe(got)}")
    return float(value)


def expect_array(got: object, shape: tuple[int, ...], dtype: object = None, what: str = "the result") -> np.ndarray:
    """Require an array or tensor of this shape (and dtype) and return it in NumPy, floats as float64."""
    is_array = isinstance(got, np.ndarray) or _is_tensor(got)
    kind = f"{_dtype_name(dtype)}" if dtype is not None else ""
    wanted = f"wanted: {what} as {kind}[{', '.join(map(str, shape))}]; came back: {describe(got)}"
    expect(is_array and tuple(got.shape) == tuple(shape), wanted)
    expect(dtype is None or _dtype_name(got.dtype) == _dtype_name(dtype), wanted)
    if _is_tensor(got):
        got = (got.detach().double() if got.is_floating_point() else got.detach()).numpy()
    return got.astype("f8") if got.dtype.kind == "f" else got


@contextmanager
def raises(error: type[Exception], *facts: object) -> Iterator[None]:
    """Require the learner's code to raise `error` (or a subclass) with a message that mentions each fact."""
    name = error.__name__
    try:
        yield
    except LearnerRaised as raised:
        expect(raised.is_a(error), f"wanted: {name}; raised: {raised.name}: {raised.message[:200]}")
        missing = [str(fact) for fact in facts if str(fact) not in raised.message]
        expect(
            not missing, f"wanted: a {name} that mentions {' and '.join(missing)}; its message: {raised.message[:200]}"
        )
        return
    raise CheckFailed(f"wanted: {name}; nothing was raised")


def untouched(submission: Submission) -> None:
    """Require that no call so far in this check changed one of its arguments in place."""
    for call in submission._session.calls:
        expect(not call.changed, f"{call} changed {' and '.join(call.changed)} in place")


def counted(function: Callable) -> Counted:
    """Return `function` with a list `calls` of the argument tuples that it was called with."""
    return Counted(function)


class Counted:
    """A callable that remembers how it was called."""

    def __init__(self, function: Callable):
        self._function = function
        self.__name__ = getattr(function, "__name__", "function")
        self.calls: list[tuple] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        self.calls.append((*arguments, *keywords.values()))
        return self._function(*arguments, **keywords)


def _is_tensor(value: object) -> bool:
    return type(value).__module__ == "torch" and type(value).__name__ == "Tensor"


def _dtype_name(dtype: object) -> str:
    text = str(dtype)
    return text.removeprefix("torch.") if text.startswith("torch.") else np.dtype(dtype).name
