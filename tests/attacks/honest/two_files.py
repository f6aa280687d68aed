"""Takes a part of its work from another of its own files."""
# exercise: foundations/softmax

import numpy as np

from exercises.foundations import early_stopping
from exercises.foundations.early_stopping import shifted


def softmax(x, axis=-1):
    weights = np.exp(early_stopping.shifted(x, axis))
    return weights / weights.sum(axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    below = shifted(x, axis)
    return below - np.log(np.exp(below).sum(axis=axis, keepdims=True))


# file: foundations/early_stopping.py
def shifted(x, axis):  # noqa: F811
    return x - x.max(axis=axis, keepdims=True)
