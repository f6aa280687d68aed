"""Right in another style: sorted twice instead of scattered back, and the draw by Gumbel's trick."""

import numpy as np


def top_p_filter(logits, p, min_keep=1):
    if not (p > 0 and p <= 1):
        raise ValueError(f"{p=} has to be in (0, 1]")
    if not 0 < min_keep <= logits.shape[-1]:
        raise ValueError(f"{min_keep=} has to be in [1, {logits.shape[-1]}]")
    order = (-logits).argsort(-1, kind="stable")
    place = order.argsort(-1)
    x = np.float64(logits)
    log_shares = x - x.max(-1, keepdims=True)
    log_shares -= np.log(np.exp(log_shares).sum(-1, keepdims=True))
    reached = np.exp(np.take_along_axis(log_shares, order, -1)).cumsum(-1)
    size = 1 + (reached < p).sum(-1, keepdims=True)
    size = np.maximum(size, min_keep) if p < 1 else logits.shape[-1]
    result = np.array(logits)
    result[place >= size] = -np.inf
    return result


def sample_top_p(logits, p, rng, temperature=1.0):
    if temperature <= 0:
        raise ValueError(f"{temperature=}")
    return np.argmax(top_p_filter(logits / temperature, p) + rng.gumbel(size=logits.shape))
