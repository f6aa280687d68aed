"""Row by row, with the log-sum-exp from pairs of logarithms; what counts is collected first."""

import numpy as np


def cross_entropy(logits, targets, ignore_index=-100, label_smoothing=0.0):
    n, v = logits.shape
    gradient = np.zeros((n, v), dtype=logits.dtype)
    total, counting = 0.0, []
    for row, target in enumerate(targets.tolist()):
        if target == ignore_index:
            continue
        if target not in range(v):
            raise ValueError(f"{target} is outside 0..{v - 1} (V = {v})")
        counting.append(row)
        log_p = logits[row].astype(np.float64)
        log_p -= log_p.max()
        log_p -= np.logaddexp.reduce(log_p)
        total -= (1 - label_smoothing) * log_p[target] + label_smoothing * log_p.mean()
        gradient[row] = np.exp(log_p) - label_smoothing / v
        gradient[row, target] -= 1 - label_smoothing
    if counting:
        gradient /= len(counting)
        total /= len(counting)
    return total, gradient


def perplexity(loss):
    return float("inf") if loss > 709.782 else np.exp(np.float64(loss))
