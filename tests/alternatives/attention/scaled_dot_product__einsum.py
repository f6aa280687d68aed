"""Another right solution: einsum, the scale shared by both factors, and a softmax spelled out."""

import torch
from torch import Tensor


def scaled_dot_product(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    *_, queries, size = q.shape
    *_, keys, key_size = k.shape
    if size != key_size:
        raise ValueError(f"q has {size} features, k has {key_size}")
    if keys != v.shape[-2]:
        raise ValueError(f"k has {keys} rows, v has {v.shape[-2]}")
    dtype = q.dtype
    if dtype in (torch.float16, torch.bfloat16):
        q, k, v = q.float(), k.float(), v.float()
    bias = q.new_zeros(queries, keys)
    if causal:
        i, j = torch.arange(queries).view(-1, 1), torch.arange(keys)
        bias = torch.where(j - i > keys - queries, -torch.inf, bias)
    if mask is not None:
        bias = bias + (torch.where(mask, 0.0, -torch.inf) if mask.dtype is torch.bool else mask)
    root = size**-0.25
    scores = torch.einsum("...qd,...kd->...qk", q * root, k * root)
    forbidden = (bias == -torch.inf).expand(scores.shape)
    scores = torch.where(forbidden, 0.0, scores + torch.where(bias == -torch.inf, 0.0, bias))
    highest = torch.where(forbidden, -torch.inf, scores).detach().amax(dim=-1, keepdim=True).clamp(min=-1e30)
    shares = torch.where(forbidden, 0.0, torch.exp(torch.where(forbidden, 0.0, scores - highest)))
    total = shares.sum(dim=-1, keepdim=True)
    weights = shares / torch.where(total == 0, 1.0, total)
    return torch.einsum("...qk,...kv->...qv", weights, v).to(dtype), weights.to(dtype)
