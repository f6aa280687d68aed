"""Prints all that it does, far more than is kept."""
# exercise: foundations/softmax

import sys

import numpy as np


def softmax(x, axis=-1):
    for step in range(20):
        print("step", step, x, flush=True)
    print("x" * 500_000, file=sys.stderr)
    weights = np.exp(x - x.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    sys.stdout.write(f"shape {x.shape}\n")
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
