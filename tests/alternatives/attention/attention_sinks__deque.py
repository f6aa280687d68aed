"""Another right solution: a list of sinks and a deque that forgets by itself, one position an entry."""

from collections import deque

import torch
from torch import Tensor


class SinkCache:
    def __init__(self, sinks: int, window: int) -> None:
        if sinks < 0:
            raise ValueError(f"sinks has to be 0 or more, not {sinks}")
        if window <= 0:
            raise ValueError(f"window has to be positive, not {window}")
        self._first, self._most = [], sinks
        self._last = deque(maxlen=window)

    def append(self, k: Tensor, v: Tensor) -> None:
        lengths = k.shape[-2], v.shape[-2]
        if lengths[0] != lengths[1]:
            raise ValueError(f"lengths differ: {lengths}")
        for entry in zip(k.unbind(-2), v.unbind(-2), strict=True):
            where = self._first if len(self._first) < self._most else self._last
            where.append([x.clone() for x in entry])

    def positions(self) -> Tensor:
        return torch.arange(len(self._first) + len(self._last))

    def view(self) -> tuple[Tensor, Tensor]:
        entries = [*self._first, *self._last]
        if not entries:
            raise ValueError("nothing is held")
        return tuple(torch.stack(list(parts), dim=-2) for parts in zip(*entries, strict=True))
