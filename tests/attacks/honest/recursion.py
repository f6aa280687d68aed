"""Goes from axis to axis by recursion, 900 calls deep on the way."""
# exercise: foundations/softmax

import numpy as np


def softmax(x, axis=-1):
    return np.exp(log_softmax(x, axis))


def log_softmax(x, axis=-1):
    down(900)
    return along_last(np.moveaxis(x, axis, -1), axis)


def down(depth):
    return depth and down(depth - 1)


def along_last(x, axis):
    if x.ndim > 1:
        parts = np.stack([along_last(part, -1) for part in x])
        return np.moveaxis(parts, -1, axis) if axis != -1 else parts
    shifted = x - x.max()
    return shifted - np.log(np.exp(shifted).sum())
