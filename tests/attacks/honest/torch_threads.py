"""Lets torch work in two threads."""
# exercise: attention/scaled_dot_product

import torch

torch.set_num_threads(2)


def scaled_dot_product(q, k, v, mask=None, causal=False):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape[-1]} features against {k.shape[-1]}")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"{k.shape[-2]} keys and {v.shape[-2]} values")
    torch.ones(300, 300) @ torch.ones(300, 300)
    wide = torch.promote_types(q.dtype, torch.float32)
    scores = (q.to(wide) @ k.to(wide).mT) * k.shape[-1] ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
    if causal:
        queries, keys = q.shape[-2], k.shape[-2]
        later = torch.arange(keys) > torch.arange(queries)[:, None] + keys - queries
        scores = scores.masked_fill(later, -torch.inf)
    empty = scores.isneginf().all(dim=-1, keepdim=True)
    weights = scores.masked_fill(empty, 0).softmax(dim=-1).masked_fill(empty, 0)
    return (weights @ v.to(wide)).to(q.dtype), weights.to(q.dtype)
