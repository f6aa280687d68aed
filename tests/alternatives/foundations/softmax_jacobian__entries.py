"""The Jacobian entry by entry, and the product slice by slice with two dot products."""

import numpy as np


def _shares(row):
    e = np.exp(row - np.max(row))
    return e / np.sum(e)


def softmax_jacobian(x):
    s = _shares(x)
    n = len(s)
    jacobian = np.empty((n, n), dtype=x.dtype)
    for i in range(n):
        for j in range(n):
            jacobian[i, j] = s[i] * (1 - s[i]) if i == j else -s[i] * s[j]
    return jacobian


def softmax_vjp(x, g):
    out = np.empty(x.shape, x.dtype)
    for place in np.ndindex(*x.shape[:-1]):
        s = _shares(x[place])
        out[place] = s * g[place] - s * np.dot(s, g[place])
    return out
