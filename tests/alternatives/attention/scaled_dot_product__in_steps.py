"""Another right solution: one additive mask, softmax only over rows that have something, and flattened leading axes."""

import math

import torch
from torch import Tensor


def _additive(mask: Tensor | None, causal: bool, queries: int, keys: int) -> Tensor:
    total = torch.zeros(queries, keys)
    if causal:
        total = total + torch.triu(torch.full((queries, keys), -math.inf), diagonal=1 + keys - queries)
    if mask is None:
        return total
    if mask.dtype == torch.bool:
        mask = torch.zeros(mask.shape).masked_fill(mask.logical_not(), -math.inf)
    return total + mask


def scaled_dot_product(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    if q.size(-1) != k.size(-1) or k.size(-2) != v.size(-2):
        raise ValueError(f"sizes do not fit: q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}")
    lead, kind = q.shape[:-2], q.dtype
    wide = torch.float64 if kind == torch.float64 else torch.float32
    bias = _additive(mask, causal, q.size(-2), k.size(-2)).to(wide)
    bias = bias.expand(*lead, q.size(-2), k.size(-2)).reshape(-1, q.size(-2), k.size(-2))
    q, k, v = (x.to(wide).reshape(-1, *x.shape[-2:]) for x in (q, k, v))
    scores = torch.baddbmm(torch.zeros((), dtype=wide), q, k.transpose(1, 2), beta=0, alpha=q.size(-1) ** -0.5)
    alive = bias.isneginf().logical_not().any(dim=-1)
    weights = torch.zeros_like(scores)
    weights[alive] = torch.log_softmax((scores + bias)[alive], dim=-1).exp()
    output = torch.bmm(weights, v)
    return output.reshape(*lead, *output.shape[-2:]).to(kind), weights.reshape(*lead, *weights.shape[-2:]).to(kind)
