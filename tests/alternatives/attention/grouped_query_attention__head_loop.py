"""Another right solution: query heads one after another, each with a slice of the weights, masks as a bias."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class GroupedQueryAttention(nn.Module):
    def __init__(self, dim: int, heads: int, kv_heads: int) -> None:
        super().__init__()
        size, left = divmod(dim, heads)
        share, over = divmod(heads, kv_heads)
        if left or over:
            pair = (dim, heads) if left else (heads, kv_heads)
            raise ValueError("{} is not a multiple of {}".format(*pair))
        self.heads, self.share = heads, share
        rows = {"q_proj": dim, "k_proj": kv_heads * size, "v_proj": kv_heads * size, "out_proj": dim}
        for name, count in rows.items():
            self.add_module(name, nn.Linear(dim, count, bias=False))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        b, t, dim = x.shape
        size = dim // self.heads
        if mask is None:
            mask = torch.ones((), dtype=torch.bool)
        mask = mask.expand(b, self.heads, t, t)
        results = []
        for h in range(self.heads):
            q = F.linear(x, self.q_proj.weight[h * size : (h + 1) * size])
            start = h // self.share * size
            k, v = (F.linear(x, layer.weight[start : start + size]) for layer in (self.k_proj, self.v_proj))
            scores = torch.bmm(q, k.transpose(1, 2)).div(math.sqrt(size))
            seen = mask[:, h]
            low = scores.masked_fill(~seen, -math.inf)
            top = low.detach().amax(dim=-1, keepdim=True).clamp(min=-1e30)
            parts = torch.where(seen, (torch.where(seen, scores, top) - top).exp(), 0.0)
            total = parts.sum(dim=-1, keepdim=True)
            results.append(torch.bmm(parts / total.clamp(min=1e-30), v))
        return F.linear(torch.cat(results, dim=-1), self.out_proj.weight)
