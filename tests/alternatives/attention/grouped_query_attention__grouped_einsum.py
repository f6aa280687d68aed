"""Another right solution: nothing is repeated; a group axis in einsum lets the query heads of a group share."""

import torch
from torch import Tensor, nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, dim: int, heads: int, kv_heads: int) -> None:
        super().__init__()
        if heads % kv_heads != 0:
            raise ValueError(f"kv_heads={kv_heads} does not divide heads={heads}")
        if dim % heads != 0:
            raise ValueError(f"heads={heads} does not divide dim={dim}")
        self.groups = kv_heads, heads // kv_heads, dim // heads
        self.out_proj = nn.Linear(dim, dim, bias=False)
        self.v_proj = nn.Linear(dim, kv_heads * (dim // heads), bias=False)
        self.k_proj = nn.Linear(dim, kv_heads * (dim // heads), bias=False)
        self.q_proj = nn.Linear(dim, dim, bias=False)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        b, t, dim = x.shape
        g, r, d = self.groups
        q = self.q_proj(x).reshape(b, t, g, r, d) / d**0.5
        k, v = (layer(x).reshape(b, t, g, d) for layer in (self.k_proj, self.v_proj))
        scores = torch.einsum("btgrd,bsgd->bgrts", q, k).reshape(b, g * r, t, t)
        if mask is None:
            weights = scores.softmax(-1)
        else:
            weights = torch.where(mask, torch.softmax(torch.where(mask, scores, -torch.inf), -1), 0.0)
        mixed = torch.einsum("bgrts,bsgd->btgrd", weights.reshape(b, g, r, t, t), v)
        return self.out_proj(mixed.reshape(b, t, dim))
