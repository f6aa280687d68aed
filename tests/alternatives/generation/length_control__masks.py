"""Right in another style: a table of divisors, and eos picked by a mask over the vocabulary."""

import numpy as np

DIVISORS = {
    "power": lambda length, penalty: length**penalty,
    "gnmt": lambda length, penalty: (5 + length) ** penalty / 6**penalty,
    "none": lambda length, penalty: 1.0,
}


def length_score(log_prob, length, penalty, style):
    if style not in DIVISORS:
        raise ValueError(f"unknown {style=}, choose from {sorted(DIVISORS)}")
    if length <= 0:
        raise ValueError(f"{length=} has no score")
    return np.float64(log_prob) / DIVISORS[style](length, penalty)


def min_length(logits, length, minimum, eos_id):
    is_eos = np.arange(logits.shape[-1]) == eos_id
    return np.where(is_eos & (length < minimum), logits.dtype.type(-np.inf), logits)


def exponential_decay(logits, length, start, factor, eos_id):
    if factor < 1:
        raise ValueError(f"{factor=} lowers eos")
    power = float(factor) ** max(0, length - start)
    changed = (np.arange(logits.shape[-1]) == eos_id) & (length > start) & (logits > -np.inf)
    x = np.where(changed, logits.astype(float), 0.0)
    rise = np.where(x > 0, x * power - x, x - x * power)
    return np.where(changed, x + rise, logits).astype(logits.dtype)
