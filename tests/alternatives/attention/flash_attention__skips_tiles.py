"""Another right solution: skips the tiles that causality empties, and updates its running values in place."""

import torch
from torch import Tensor


def flash_attention(q: Tensor, k: Tensor, v: Tensor, block: int = 64, causal: bool = False) -> tuple[Tensor, Tensor]:
    if block <= 0:
        raise ValueError(f"block={block}")
    kind = torch.float64 if q.dtype == torch.float64 else torch.float32
    queries, keys = q.size(-2), k.size(-2)
    output = torch.zeros(*q.shape[:-1], v.size(-1), dtype=kind)
    logsumexp = torch.full(q.shape[:-1], -torch.inf, dtype=kind)
    for top in range(0, queries, block):
        bottom = min(top + block, queries)
        tile = q[..., top:bottom, :].to(kind) * q.size(-1) ** -0.5
        peak = torch.full(tile.shape[:-1], -torch.inf, dtype=kind)
        mass = torch.zeros_like(peak)
        out = output[..., top:bottom, :]
        end = min(keys, bottom + keys - queries) if causal else keys
        for left in range(0, end, block):
            right = min(left + block, end)
            scores = torch.einsum("...rd,...cd->...rc", tile, k[..., left:right, :].to(kind))
            if causal:
                i = torch.arange(top, bottom)[:, None] + keys - queries
                scores.masked_fill_(torch.arange(left, right) > i, -torch.inf)
            new_peak = torch.maximum(peak, scores.max(dim=-1).values)
            seen = new_peak > -torch.inf
            factor = torch.where(seen, torch.exp(peak - new_peak), 0.0)
            scores = torch.where(seen.unsqueeze(-1), torch.exp(scores - new_peak.unsqueeze(-1)), 0.0)
            mass.mul_(factor).add_(scores.sum(dim=-1))
            out.mul_(factor.unsqueeze(-1)).add_(scores @ v[..., left:right, :].to(kind))
            peak = new_peak
        alive = mass > 0
        out.div_(torch.where(alive, mass, 1.0).unsqueeze(-1))
        logsumexp[..., top:bottom] = torch.where(alive, peak + torch.log(mass), -torch.inf)
    return output.to(q.dtype), logsumexp
