"""Another right solution: the module is a ModuleDict of its layers, with one matrix product a head in a loop."""

import math

import torch
from torch import Tensor, nn


class MultiHeadAttention(nn.ModuleDict):
    def __init__(self, dim: int, heads: int) -> None:
        if dim % heads != 0:
            raise ValueError(f"{heads} heads do not divide {dim} features")
        super().__init__({name: nn.Linear(dim, dim) for name in ("out_proj", "k_proj", "q_proj", "v_proj")})
        self.count = heads

    def forward(self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        source = x if context is None else context
        heads = zip(
            self["q_proj"](x).chunk(self.count, dim=-1),
            self["k_proj"](source).chunk(self.count, dim=-1),
            self["v_proj"](source).chunk(self.count, dim=-1),
            self._masks(mask),
            strict=True,
        )
        return self["out_proj"](torch.cat([_attend(*head) for head in heads], dim=-1))

    def _masks(self, mask: Tensor | None) -> list[Tensor | None]:
        if mask is None:
            return [None] * self.count
        if mask.dim() < 3:
            return [mask] * self.count
        return list(mask.expand(*mask.shape[:-3], self.count, *mask.shape[-2:]).unbind(dim=-3))


def _attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.size(-1))
    if mask is None:
        return torch.softmax(scores, dim=-1) @ v
    scores = scores.masked_fill(mask.logical_not(), -math.inf)
    nothing = mask.any(dim=-1, keepdim=True).logical_not()
    return torch.softmax(scores.masked_fill(nothing, 1.0), dim=-1).masked_fill(nothing, 0.0) @ v
