"""Inputs that give wrong code no place to hide: random values, sizes that differ, views that are not contiguous."""

from __future__ import annotations

from typing import Any

import numpy as np


def normal(rng: np.random.Generator, *shape: int, dtype: Any = np.float64, scale: float = 1.0) -> Any:
    """Return normal values of standard deviation `scale`, as an array or tensor by the dtype's library."""
    values = scale * rng.standard_normal(shape)
    if str(dtype).startswith("torch."):
        import torch  # not at the top: a NumPy exercise never loads it

        return torch.from_numpy(np.asarray(values)).to(dtype)
    return np.asarray(values, dtype)


def sizes(rng: np.random.Generator, count: int, low: int, high: int) -> list[int]:
    """Return `count` sizes from low to high inclusive, no two the same."""
    if high - low + 1 < count:
        raise ValueError(f"there are no {count} different sizes from {low} to {high}")
    return [int(n) for n in rng.permutation(np.arange(low, high + 1))[:count]]


def noncontiguous(values: Any) -> Any:
    """Return the same values as every second element along the last axis of something larger."""
    if isinstance(values, np.ndarray):
        room = np.zeros((*values.shape[:-1], 2 * values.shape[-1]), values.dtype)
    else:
        room = values.new_zeros((*values.shape[:-1], 2 * values.shape[-1]))
    view = room[..., ::2]
    view[...] = values
    return view
