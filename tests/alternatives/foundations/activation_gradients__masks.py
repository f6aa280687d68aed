"""Copies filled by masks, and GELU entry by entry with its limits written out."""

from math import erf, exp, isinf, pi, sqrt

import numpy as np


def relu(x):
    y = x.copy()
    y[x < 0] = 0
    return y


def relu_grad(x):
    return np.heaviside(x, 0).astype(x.dtype)


def leaky_relu(x, slope):
    y = x.copy()
    y[x < 0] *= slope
    return y


def leaky_relu_grad(x, slope):
    d = np.ones_like(x)
    d[x <= 0] = slope
    return d


def _each(f, x):
    return np.array([f(v) for v in x.ravel().tolist()], dtype=x.dtype).reshape(x.shape)


def gelu(x):
    return _each(lambda v: max(v, 0.0) if isinf(v) else 0.5 * v * (1 + erf(v / sqrt(2))), x)


def gelu_grad(x):
    def slope(v):
        below = 0.5 * (1 + erf(v / sqrt(2)))
        return below if isinf(v) else below + v * exp(-0.5 * v * v) / sqrt(2 * pi)

    return _each(slope, x)
