"""The kept places of each slice are picked out, turned into shares, and put back."""

import numpy as np


def masked_softmax(scores, mask, axis=-1):
    result = np.zeros_like(scores)
    rows, places = np.swapaxes(scores, axis, -1), np.swapaxes(np.broadcast_to(mask, scores.shape), axis, -1)
    out = np.swapaxes(result, axis, -1)
    for index in np.ndindex(rows.shape[:-1]):
        kept = places[index] & ~np.isneginf(rows[index])
        if kept.any():
            parts = rows[index][kept]
            parts = np.exp(parts - parts.max())
            out[index][kept] = parts / parts.sum()
    return result
