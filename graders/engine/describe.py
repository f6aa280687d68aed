"""Words for values and calls: kinds, shapes and dtypes; small scalars as they are. Whole arrays are never printed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence, Sized

import numpy as np

_MAX_TEXT, _MAX_ITEMS, _MAX_LINE = 60, 8, 80


def describe(value: object) -> str:
    """Return what `value` is in kind, such as `float32[3, 5]`, `list of 4`, `'abc'` or `2.5`."""
    torch = sys.modules.get("torch")
    if isinstance(value, np.ndarray):
        return f"{value.dtype}[{', '.join(map(str, value.shape))}]"
    if torch is not None and isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} tensor[{', '.join(map(str, value.shape))}]"
    if isinstance(value, np.generic):
        return f"{value!r}"
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        return _short(repr(value))
    if isinstance(value, (list, tuple)):
        end = ",)" if len(value) == 1 else ")"
        return _describe_items(value, map(describe, value), *(("[", "]") if isinstance(value, list) else ("(", end)))
    if isinstance(value, Mapping):
        return _describe_items(value, (f"{describe(k)}: {describe(v)}" for k, v in value.items()), "{", "}")
    if isinstance(value, (set, frozenset)):
        return _describe_items(value, map(describe, value), "{", "}") if value else f"{type(value).__name__} of 0"
    if isinstance(value, np.random.Generator):
        return "rng"
    if callable(value) and hasattr(value, "__name__"):
        return f"the function {value.__name__}"
    return repr(value) if type(value).__module__.startswith("graders.") else f"an object of type {type(value).__name__}"


def _describe_items(value: Sized, items: Iterable[str], start: str, end: str) -> str:
    """Return the items between `start` and `end` if they are few and short, else the type and how many there are."""
    if len(value) <= _MAX_ITEMS and len(text := ", ".join(items)) <= _MAX_LINE:
        return f"{start}{text}{end}"
    kind = next(kind for kind in (dict, list, tuple, set, frozenset) if isinstance(value, kind))
    return f"{kind.__name__} of {len(value)}"


def describe_call(name: str, arguments: Sequence, keywords: Mapping) -> str:
    """Return the call as a line of text: `softmax(float32[3, 5], axis=0)`."""
    parts = [*map(describe, arguments), *(f"{key}={describe(value)}" for key, value in keywords.items())]
    return f"{name}({', '.join(parts)})"


def _short(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 20]}...{text[-10:]} ({len(text)} characters)"
