"""Raises and catches, defines exceptions of its own, and catches too much."""
# exercise: foundations/softmax

import contextlib
import warnings

import numpy as np


class Shifted(Exception):
    def __init__(self, values):
        super().__init__("shifted")
        self.values = values


def shift(x, axis):
    raise Shifted(x - x.max(axis=axis, keepdims=True))


def softmax(x, axis=-1):
    with contextlib.suppress(ZeroDivisionError):
        1 / 0  # noqa: B018
    try:
        shift(x, axis)
    except BaseException as error:
        weights = np.exp(error.values)
    warnings.warn("about to divide", stacklevel=2)
    return weights / weights.sum(axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    try:
        shift(x, axis)
    except Shifted as error:
        return error.values - np.log(np.exp(error.values).sum(axis=axis, keepdims=True))
    finally:
        np.seterr(all="ignore")
