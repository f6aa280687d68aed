"""Another right solution: buffers of the final size, the window a ring that is turned when it is viewed."""

import torch
from torch import Tensor


class SinkCache:
    def __init__(self, sinks: int, window: int) -> None:
        if sinks < 0 or window < 1:
            raise ValueError(f"sinks={sinks}, window={window}")
        self.sinks, self.window, self.count = sinks, window, 0
        self.buffers = ()

    def append(self, k: Tensor, v: Tensor) -> None:
        if k.size(-2) != v.size(-2):
            raise ValueError(f"{k.size(-2)} keys, {v.size(-2)} values")
        if not self.buffers:
            self.buffers = tuple(x.new_zeros(*x.shape[:-2], self.sinks + self.window, x.shape[-1]) for x in (k, v))
        for i in range(k.size(-2)):
            place = self.count
            if place >= self.sinks:
                place = self.sinks + (place - self.sinks) % self.window
            for buffer, x in zip(self.buffers, (k, v), strict=True):
                buffer[..., place, :] = x[..., i, :]
            self.count += 1

    def positions(self) -> Tensor:
        return torch.tensor(range(min(self.count, self.sinks + self.window)), dtype=torch.long)

    def view(self) -> tuple[Tensor, Tensor]:
        if not self.buffers:
            raise ValueError("empty")
        order = list(range(min(self.count, self.sinks + self.window)))
        if self.count > self.sinks + self.window:
            oldest = (self.count - self.sinks) % self.window
            ring = order[self.sinks :]
            order[self.sinks :] = ring[oldest:] + ring[:oldest]
        k, v = (buffer[..., order, :] for buffer in self.buffers)
        return k, v
