"""Another right solution: a loop over blocks of queries, each with torch's own attention to the keys around it."""

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention


def sliding_window_attention(q: Tensor, k: Tensor, v: Tensor, window: int, causal: bool = True) -> Tensor:
    if window <= 0:
        raise ValueError(f"window={window}")
    total = q.size(-2)
    position = torch.arange(total)
    parts = []
    for start in range(0, total, window):
        stop = min(start + window, total)
        first, last = max(start - window + 1, 0), stop if causal else min(stop + window - 1, total)
        offset = position[start:stop, None] - position[first:last]
        mask = (offset < window) & (offset >= 0 if causal else offset > -window)
        keys, values = k[..., first:last, :], v[..., first:last, :]
        parts.append(scaled_dot_product_attention(q[..., start:stop, :], keys, values, attn_mask=mask))
    return torch.cat(parts, dim=-2)
