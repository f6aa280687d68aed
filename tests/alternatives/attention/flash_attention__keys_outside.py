"""Another right solution: the loop over keys outside and all queries at once; parts are merged by their logsumexp."""

import math

import torch
from torch import Tensor


def _part(q: Tensor, k: Tensor, v: Tensor, forbidden: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return the attention to these keys alone, and the logsumexp of their scores."""
    scores = torch.matmul(q, k.transpose(-1, -2))
    if forbidden is not None:
        scores.masked_fill_(forbidden, -math.inf)
    logsumexp = torch.logsumexp(scores, dim=-1, keepdim=True)
    scores.sub_(logsumexp.clamp(min=-1e30)).exp_()
    return scores @ v, logsumexp


def flash_attention(q: Tensor, k: Tensor, v: Tensor, block: int = 64, causal: bool = False) -> tuple[Tensor, Tensor]:
    if block < 1:
        raise ValueError(f"block is at least 1, not {block}")
    wide, narrow = torch.promote_types(q.dtype, torch.float32), q.dtype
    queries = q.to(wide) / math.sqrt(q.shape[-1])
    own = torch.arange(q.shape[-2])[:, None] + k.shape[-2] - q.shape[-2]
    output = queries.new_zeros(*q.shape[:-1], v.shape[-1])
    total = queries.new_full((*q.shape[:-1], 1), -math.inf)
    start = 0
    for keys, values in zip(k.split(block, dim=-2), v.split(block, dim=-2), strict=True):
        stop = start + keys.shape[-2]
        forbidden = torch.arange(start, stop) > own if causal else None
        part, logsumexp = _part(queries, keys.to(wide), values.to(wide), forbidden)
        merged = torch.logaddexp(total, logsumexp)
        floor = merged.clamp(min=-1e30)
        output = output * (total - floor).exp() + part * (logsumexp - floor).exp()
        total, start = merged, stop
    return output.to(narrow), total.squeeze(-1)
