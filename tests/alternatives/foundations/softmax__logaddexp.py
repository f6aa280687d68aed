"""The logarithm first, by pairs of logarithms added; the shares are its exponential."""

import numpy as np


def softmax(x, axis=-1):
    return np.exp(log_softmax(x, axis=axis))


def log_softmax(x, axis=-1):
    x = np.moveaxis(x, axis, 0)
    top = np.max(x, axis=0)
    below = x - top
    result = below - np.logaddexp.reduce(below, axis=0)
    return np.moveaxis(result, 0, axis)
