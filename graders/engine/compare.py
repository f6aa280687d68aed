"""Whether two plain values are the same, and where they part. Nothing is broadcast and no value compares itself."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from numbers import Real

import numpy as np

from graders.engine.describe import describe

_REAL_KINDS = "biuf"
_EPSILONS = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
_COMPLEX_PARTS = {"complex128": "float64", "complex64": "float32"}
_STEPS = 128  # how many roundings a float32 or float64 result may be off, times the root of the work


@dataclass(frozen=True)
class Closeness:
    """How far apart floats may be: |got - want| <= relative * (|want| + largest finite |want|)."""

    work: float = 1.0
    tolerance: float | None = None
    dtype: str | None = None

    def relative(self, dtype: str) -> float:
        """Return the relative tolerance for results of `dtype`, 0.0 for what is exact."""
        if self.tolerance is not None:
            return self.tolerance
        epsilon = _EPSILONS.get(_COMPLEX_PARTS.get(dtype, dtype), 0.0)
        # A half-precision format rounds by eps / 2 at the most; twice that is allowed against an exact truth.
        return epsilon if dtype in ("float16", "bfloat16") else _STEPS * epsilon * math.sqrt(self.work)


EXACT = Closeness(tolerance=0.0)


def difference(got: object, want: object, closeness: Closeness, where: str = "") -> str | None:
    """Return None when `got` is `want`, else one sentence about `got` that gives nothing of `want` away but its kind.

    Lists are not tuples; an array's shape and dtype count; where `want` is a Python number any real number of any
    library will do. nan equals nan, and infinities equal those of their sign.
    """
    at = f" at {where}" if where else ""
    if _is_array(want):
        return _array_difference(got, want, closeness, at)
    if isinstance(want, (bool, np.bool_)):
        kind = isinstance(got, (bool, np.bool_)) or (_is_array(got) and _numpy(got).shape == () and _kind(got) == "b")
        return _unequal(kind, "a bool", got, at) or (None if bool(got) == bool(want) else f"came back{at}: {got}")
    if isinstance(want, (complex, np.complexfloating)):
        kind = isinstance(got, (complex, Real, np.number)) and not isinstance(got, (bool, np.bool_))
        return _unequal(kind, "a complex number", got, at) or _array_difference(
            np.array(got, "c16"), np.array(want, "c16"), closeness, at
        )
    if isinstance(want, (Real, np.number)):
        return _number_difference(got, want, closeness, at)
    if isinstance(want, (list, tuple)):
        return _sequence_difference(got, want, closeness, where, at)
    if isinstance(want, dict):
        return _dict_difference(got, want, closeness, where, at)
    if isinstance(want, (set, frozenset)):
        same = isinstance(got, (set, frozenset)) and got == want
        return None if same else f"came back{at}: {describe(got)}, which is not the right set"
    if want is None:
        return _unequal(got is None, "None", got, at)
    if isinstance(want, (str, bytes)):
        kind = type(want).__name__
        return _unequal(type(got) is type(want), f"a {kind}", got, at) or (
            None if got == want else f"came back{at}: {describe(got)}"
        )
    return _unequal(type(got) is type(want), describe(want), got, at)


def _unequal(is_right: bool, wanted: str, got: object, at: str) -> str | None:
    return None if is_right else f"wanted{at}: {wanted}; came back: {describe(got)}"


def _is_array(value: object) -> bool:
    torch = sys.modules.get("torch")
    return isinstance(value, np.ndarray) or (torch is not None and isinstance(value, torch.Tensor))


def _dtype_name(value: object) -> str:
    return str(value.dtype).removeprefix("torch.")


def _kind(value: object) -> str:
    return _numpy(value).dtype.kind


def _numpy(value: object) -> np.ndarray:
    """Return an array or tensor as a NumPy array that holds each of its values exactly."""
    if isinstance(value, np.ndarray):
        return value
    value = value.detach()
    return (value.float() if _dtype_name(value) == "bfloat16" else value).numpy()


def _number_difference(got: object, want: object, closeness: Closeness, at: str) -> str | None:
    scalar = _is_array(got) and _numpy(got).shape == () and _kind(got) in _REAL_KINDS
    is_number = isinstance(got, (Real, np.number)) and not isinstance(got, (bool, np.bool_))
    if not (scalar or is_number):
        return _unequal(False, "a number", got, at)
    dtype = closeness.dtype or (_dtype_name(want) if isinstance(want, np.floating) else "float64")
    if isinstance(want, (int, np.integer)) and closeness.tolerance is None:
        value = _numpy(got).item() if scalar else got
        return None if value == want else f"came back{at}: {describe(got)}"
    value = _as_float(_numpy(got).item() if scalar else got)
    limit = closeness.relative(dtype)
    return None if _close(np.float64(value), np.float64(want), limit).all() else f"came back{at}: {value!r}"


def _as_float(value: object) -> float:
    try:
        return float(value)
    except OverflowError:  # an int beyond the range of floats
        return math.inf if value > 0 else -math.inf


def _sequence_difference(got: object, want: object, closeness: Closeness, where: str, at: str) -> str | None:
    kind = "list" if isinstance(want, list) else "tuple"
    if not isinstance(got, list if kind == "list" else tuple):
        return _unequal(False, f"a {kind}", got, at)
    if len(got) != len(want):
        return f"wanted{at}: {len(want)} elements; came back: {len(got)}"
    parts = (difference(g, w, closeness, f"{where}[{i}]") for i, (g, w) in enumerate(zip(got, want, strict=True)))
    return next((part for part in parts if part is not None), None)


def _dict_difference(got: object, want: dict, closeness: Closeness, where: str, at: str) -> str | None:
    if not isinstance(got, dict):
        return _unequal(False, "a dict", got, at)
    if got.keys() != want.keys():
        extra = [k for k in got if k not in want]
        more = f", such as {describe(extra[0])}" if extra else ""
        return f"came back{at}: a dict of {len(got)} keys; {len(extra)} of them do not belong there{more}, " + (
            f"{sum(k not in got for k in want)} are missing"
        )
    parts = (difference(got[k], want[k], closeness, f"{where}[{describe(k)}]") for k in want)
    return next((part for part in parts if part is not None), None)


def _array_difference(got: object, want: object, closeness: Closeness, at: str) -> str | None:
    if not _is_array(got) or isinstance(got, np.ndarray) != isinstance(want, np.ndarray):
        return _unequal(False, _describe_wanted(want, closeness), got, at)
    dtype = _wanted_dtype(want, closeness)
    if tuple(got.shape) != tuple(want.shape) or _dtype_name(got) != dtype:
        return _unequal(False, _describe_wanted(want, closeness), got, at)
    ours, theirs = _numpy(want), _numpy(got)
    if np.array_equal(ours, theirs):  # most comparisons are of arguments that a call has left alone
        return None
    limit = closeness.relative(dtype) if ours.dtype.kind in "fc" or theirs.dtype.kind in "fc" else 0.0
    right = _close(theirs, ours, limit)
    if right.all():
        return None
    return f"came back{at}: {_describe_mismatch(theirs, ours, right, describe(got))}"


def _wanted_dtype(want: object, closeness: Closeness) -> str:
    is_floating = _kind(want) in "fc"
    return closeness.dtype if closeness.dtype and is_floating else _dtype_name(want)


def _describe_wanted(want: object, closeness: Closeness) -> str:
    return describe(want).replace(_dtype_name(want), _wanted_dtype(want, closeness), 1)


def _describe_mismatch(got: np.ndarray, want: np.ndarray, right: np.ndarray, kind: str) -> str:
    """Say how many elements are wrong, the first of them, and by how much at the most: got's values only."""
    first = tuple(int(i) for i in np.argwhere(~right)[0])
    value = got[first].item()
    text = f"{kind}, wrong in {int((~right).sum()):,} of {right.size:,} elements"
    text += f", first at {list(first)} with {value!r}" if first else f", it is {value!r}"
    with np.errstate(all="ignore"):
        distance = np.abs(got.astype("c16") - want.astype("c16")) if got.dtype.kind == "c" else _distance(got, want)
    finite = distance[np.isfinite(distance) & ~right]
    if (np.isnan(got) & ~np.isnan(want)).any() if got.dtype.kind in "fc" else False:
        text += f"; {int((np.isnan(got) & ~np.isnan(want)).sum()):,} of them nan"
    return f"{text}; off by {finite.max():.3g} at the most" if finite.size and finite.max() > 0 else text


def _distance(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    return np.abs(got.astype("f8") - want.astype("f8"))


def _close(got: np.ndarray, want: np.ndarray, limit: float) -> np.ndarray:
    """Return where `got` is within `limit` of `want`, relative to the element and to the largest finite one."""
    if limit == 0.0 or want.dtype.kind not in "fc" or got.dtype.kind not in "fc":
        both_nan = (got != got) & (want != want)
        return np.asarray((got == want) | both_nan)
    wide = "c16" if "c" in (got.dtype.kind, want.dtype.kind) else "f8"
    got, want = got.astype(wide), want.astype(wide)
    with np.errstate(all="ignore"):
        finite = np.abs(want[np.isfinite(want)])
        scale = np.abs(want) + (finite.max() if finite.size else 0.0)
        near = np.abs(got - want) <= limit * scale
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    return np.asarray(np.where(np.isfinite(want) & np.isfinite(got), near, same))
