"""Right in another style: rows one by one in plain Python, and the draw by inverting the cumulative sum."""

import bisect
import itertools
import math


def _ranked(row):
    top = max(row)
    weights = [math.exp(x - top) for x in row]
    total = sum(weights)
    return sorted(((w / total, i) for i, w in enumerate(weights)), key=lambda pair: (-pair[0], pair[1]))


def _nucleus(row, p, min_keep):
    taken, mass = [], 0.0
    for share, token in _ranked(row):
        if mass >= p and len(taken) >= min_keep and p < 1:
            break
        taken.append(token)
        mass += share
    return taken


def _require(p, min_keep, size):
    if p <= 0 or p > 1:
        raise ValueError(f"bad p: {p}")
    if min_keep < 1 or min_keep > size:
        raise ValueError(f"bad min_keep: {min_keep}")


def top_p_filter(logits, p, min_keep=1):
    _require(p, min_keep, logits.shape[-1])
    out = logits.copy().reshape(-1, logits.shape[-1])
    for row in out:
        keep = set(_nucleus(row.tolist(), p, min_keep))
        for token in range(len(row)):
            if token not in keep:
                row[token] = -math.inf
    return out.reshape(logits.shape)


def sample_top_p(logits, p, rng, temperature=1.0):
    _require(p, 1, len(logits))
    if temperature <= 0:
        raise ValueError(f"bad temperature: {temperature}")
    row = [x / temperature for x in logits.tolist()]
    keep = _nucleus(row, p, 1)
    sums = list(itertools.accumulate(math.exp(row[t] - max(row)) for t in keep))
    return keep[bisect.bisect(sums, rng.random() * sums[-1])]
