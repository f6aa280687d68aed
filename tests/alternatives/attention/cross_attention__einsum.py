"""Another right solution: einsum on uncut keys, cut for the cache alone, and shares spelled out."""

import torch
from torch import Tensor, nn


class CrossAttention(nn.Module):
    def __init__(self, dim: int, context_dim: int, heads: int) -> None:
        super().__init__()
        size, rest = divmod(dim, heads)
        if rest:
            raise ValueError(f"dim {dim} is no multiple of heads {heads}")
        self._shape = heads, size
        self.out_proj = nn.Linear(dim, dim)
        self.v_proj = nn.Linear(context_dim, dim)
        self.k_proj = nn.Linear(context_dim, dim)
        self.q_proj = nn.Linear(dim, dim)

    def cache(self, context: Tensor) -> tuple[Tensor, Tensor]:
        b, t, _ = context.shape
        k, v = (layer(context).view(b, t, *self._shape).movedim(2, 1) for layer in (self.k_proj, self.v_proj))
        return k.contiguous(), v.contiguous()

    def forward(self, x: Tensor, context: Tensor | tuple[Tensor, Tensor], context_mask: Tensor | None = None) -> Tensor:
        if isinstance(context, Tensor):
            context = self.cache(context)
        keys, values = context
        queries = self.q_proj(x).reshape(*x.shape[:2], *self._shape) * self._shape[1] ** -0.5
        scores = torch.einsum("bqhd,bhkd->bqhk", queries, keys)
        if context_mask is None:
            weights = scores.softmax(dim=-1)
        else:
            real = context_mask[:, None, None, :]
            low = torch.where(real, scores, -torch.inf)
            top = low.detach().amax(dim=-1, keepdim=True)
            top = torch.where(top.isinf(), 0.0, top)
            shares = torch.where(real, torch.exp(torch.where(real, scores - top, 0.0)), 0.0)
            total = shares.sum(dim=-1, keepdim=True)
            weights = shares / torch.where(total == 0, 1.0, total)
        return self.out_proj(torch.einsum("bqhk,bhkd->bqhd", weights, values).reshape(x.shape))
