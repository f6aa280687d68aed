"""Another right solution: every query's keys and values are gathered by index, [..., T, keys of a window, features]."""

import torch
from torch import Tensor


def sliding_window_attention(q: Tensor, k: Tensor, v: Tensor, window: int, causal: bool = True) -> Tensor:
    if window < 1:
        raise ValueError(f"no window of {window}")
    total = q.shape[-2]
    reach = min(window, total) - 1
    offsets = torch.arange(-reach, 1 if causal else reach + 1)
    index = torch.arange(total).unsqueeze(1) + offsets
    inside = (index >= 0) & (index < total)
    index = index.clamp(0, total - 1)
    scores = torch.einsum("...td,...tnd->...tn", q * q.shape[-1] ** -0.5, k[..., index, :])
    scores = torch.where(inside, scores, -torch.inf)
    return torch.einsum("...tn,...tnv->...tv", torch.softmax(scores, -1), v[..., index, :])
