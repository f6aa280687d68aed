"""All positions at once against one-hot targets, and a mask at the end."""

import numpy as np


def cross_entropy(logits, targets, ignore_index=-100, label_smoothing=0.0):
    v = logits.shape[1]
    mask = targets != ignore_index
    bad = mask & ~np.isin(targets, np.arange(v))
    if bad.any():
        raise ValueError(f"targets {targets[bad]} with a vocabulary of {v}")
    count = max(int(mask.sum()), 1)
    one_hot = (targets[:, None] == np.arange(v)).astype(logits.dtype)
    smooth = one_hot * (1 - label_smoothing) + label_smoothing / v
    if len(logits) == 0:
        return np.float32(0), np.zeros_like(logits)
    x = logits - np.max(logits, axis=1, keepdims=True)
    e = np.exp(x)
    z = np.sum(e, axis=1, keepdims=True)
    losses = np.sum(smooth * (np.log(z) - x), axis=1)
    scale = (mask / count).astype(logits.dtype)
    gradient = (e / z - smooth) * scale[:, None]
    return losses @ scale, gradient.astype(logits.dtype)


def perplexity(loss):
    with np.errstate(over="ignore"):
        return np.exp(float(loss))
