"""Another right solution: a buffer that doubles when it is full, with the time axis first, and steps of their own."""

import torch
from torch import Tensor, nn


class CachedAttention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f"{dim} is not a multiple of {heads}")
        self.heads, self.size = heads, dim // heads
        for name in ("out_proj", "v_proj", "k_proj", "q_proj"):
            setattr(self, name, nn.Linear(dim, dim, bias=False))
        self.reset()

    def reset(self) -> None:
        self._buffer: Tensor | None = None  # [2, capacity, B, heads, size]
        self._used = 0

    def _store(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Append the keys and values of x [T, B, dim] and return all of them, [S, B, heads, size] each."""
        end = self._used + len(x)
        shape = x.shape[1], self.heads, self.size
        if self._buffer is None or end > self._buffer.shape[1]:
            larger = x.new_zeros(2, max(2 * end, 16), *shape)
            if self._buffer is not None:
                larger[:, : self._used] = self._buffer[:, : self._used]
            self._buffer = larger
        for kept, layer in zip(self._buffer, (self.k_proj, self.v_proj), strict=True):
            kept[self._used : end] = layer(x).view(len(x), *shape)
        self._used = end
        return self._buffer[0, :end], self._buffer[1, :end]

    @torch.inference_mode()
    def prefill(self, x: Tensor) -> Tensor:
        if self._buffer is not None and self._buffer.shape[2] != x.shape[0]:
            raise ValueError(f"batch of {x.shape[0]}, but {self._buffer.shape[2]} texts are in the cache")
        x, past = x.transpose(0, 1), self._used
        k, v = self._store(x)
        q = self.q_proj(x).view(*x.shape[:2], self.heads, self.size)
        scores = torch.einsum("tbhd,sbhd->bhts", q, k) * self.size**-0.5
        future = torch.arange(len(k)) > past + torch.arange(len(x))[:, None]
        weights = torch.softmax(scores.masked_fill(future, -torch.inf), dim=-1)
        mixed = torch.einsum("bhts,sbhd->tbhd", weights, v).flatten(2)
        return self.out_proj(mixed).transpose(0, 1).contiguous()

    @torch.inference_mode()
    def step(self, x: Tensor) -> Tensor:
        batch, length, dim = x.shape
        if length != 1:
            raise ValueError(f"{length} positions in a step")
        if self._buffer is not None and self._buffer.shape[2] != batch:
            raise ValueError(f"batch of {batch}, but {self._buffer.shape[2]} texts are in the cache")
        k, v = self._store(x.transpose(0, 1))
        q = self.q_proj(x).view(batch, self.heads, self.size)
        weights = torch.softmax(torch.einsum("bhd,sbhd->bhs", q, k) / self.size**0.5, dim=-1)
        return self.out_proj(torch.einsum("bhs,sbhd->bhd", weights, v).reshape(batch, 1, dim))
