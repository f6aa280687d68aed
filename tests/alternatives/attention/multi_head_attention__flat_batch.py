"""Another right solution: batch and heads are folded into one axis, and the mask is an additive one."""

import torch
from torch import Tensor, nn


class MultiHeadAttention(nn.Module):
    k_proj: nn.Linear
    q_proj: nn.Linear

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        if dim // heads * heads != dim:
            raise ValueError(f"heads={heads} for dim={dim}")
        self.dim, self.n = dim, heads
        self.k_proj, self.q_proj, self.out_proj, self.v_proj = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        lead, queries = x.shape[:-2], x.shape[-2]
        context = x if context is None else context
        keys = context.shape[-2]
        x, context = x.reshape(-1, queries, self.dim), context.reshape(-1, keys, self.dim)
        batch = x.shape[0]

        def fold(y: Tensor) -> Tensor:
            return y.view(batch, -1, self.n, self.dim // self.n).permute(0, 2, 1, 3).flatten(0, 1)

        q, k, v = fold(self.q_proj(x)), fold(self.k_proj(context)), fold(self.v_proj(context))
        bias = torch.zeros((), dtype=q.dtype)
        if mask is not None:
            bias = torch.full(mask.shape, -torch.inf, dtype=q.dtype).masked_fill(mask, 0.0)
        bias = bias.expand(*lead, self.n, queries, keys).reshape(-1, queries, keys)
        scores = torch.bmm(q * (self.dim // self.n) ** -0.5, k.transpose(1, 2)) + bias
        alive = ~torch.isneginf(bias).all(dim=-1, keepdim=True)
        weights = torch.softmax(torch.where(alive, scores, 0.0), dim=-1) * alive
        mixed = torch.bmm(weights, v).view(batch, self.n, queries, -1)
        return self.out_proj(mixed.permute(0, 2, 1, 3).reshape(*lead, queries, self.dim))
