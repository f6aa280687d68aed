"""Group by group in float64, the rows of a cluster picked by a mask and the unneeded tails skipped."""

from itertools import pairwise

import torch
import torch.nn.functional as F


def adaptive_log_probs(hidden, head, tails, cutoffs):
    wide = hidden.double()
    scores = F.linear(wide, head.double())
    scores = scores - torch.logsumexp(scores, 1, keepdim=True)
    table = wide.new_zeros(len(wide), cutoffs[-1])
    table[:, : cutoffs[0]] = scores[:, : cutoffs[0]]
    for i in range(len(tails)):
        a, b = (weight.double() for weight in tails[i])
        inner = F.log_softmax(F.linear(F.linear(wide, a), b), 1)
        table[:, cutoffs[i] : cutoffs[i + 1]] = inner + scores[:, [cutoffs[0] + i]]
    return table.to(hidden.dtype)


def adaptive_nll(hidden, targets, head, tails, cutoffs):
    bad = [t for t in targets.tolist() if not 0 <= t < cutoffs[-1]]
    if bad:
        raise ValueError(f"targets have to be below {cutoffs[-1]} and not negative: {bad[:3]}")
    dtype, wide = hidden.dtype, hidden.double()
    short, *_ = cutoffs
    labels, losses = targets.clone(), []
    for i, (a, b) in enumerate(tails):
        mask = (targets >= cutoffs[i]) & (targets < cutoffs[i + 1])
        if mask.any():
            inner = F.linear(F.linear(wide[mask], a.double()), b.double())
            losses.append(F.cross_entropy(inner, targets[mask] - cutoffs[i], reduction="sum"))
        labels[mask] = short + i
    losses.append(F.cross_entropy(F.linear(wide, head.double()), labels, reduction="sum"))
    return (sum(losses) / targets.numel()).to(dtype)


def expected_cost(cutoffs, class_probs, D, tail_dims):
    below = torch.cat([torch.zeros(1, dtype=torch.float64), class_probs.cumsum(0)])
    widths = [b - a for a, b in pairwise(cutoffs)]
    shares = [below[b] - below[a] for a, b in pairwise(cutoffs)]
    tails = [share * r * (D + width) for share, r, width in zip(shares, tail_dims, widths, strict=True)]
    return (cutoffs[0] + len(widths)) * D + sum(tails)
