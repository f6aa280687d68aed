"""A uniform draw for each entry of a flat copy, and a factor that is made once."""

import numpy as np


def _factor(p):
    return 0.0 if p >= 1.0 else 1.0 / (1.0 - p)


def dropout(x, p, rng, training=True):
    if p < 0 or p > 1 or p != p:
        raise ValueError(f"p = {p!r} is no probability")
    stays = np.full(x.size, True)
    y = x.flatten()
    if training:
        gone = np.flatnonzero(rng.uniform(size=x.size) < p)
        stays[gone] = False
        y = y * _factor(p)
        y[gone] = 0
    return y.reshape(x.shape), stays.reshape(x.shape)


def dropout_backward(grad, mask, p):
    return np.where(mask, grad * _factor(p), 0).astype(grad.dtype)
