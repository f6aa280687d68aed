"""Draws random numbers that do not matter, with every generator that there is."""
# exercise: foundations/softmax

import os
import random
import secrets
import uuid

import numpy as np


def softmax(x, axis=-1):
    random.shuffle([1, 2, 3])
    shift = np.random.default_rng().uniform() + np.random.rand() * 0 + secrets.randbelow(1) + len(os.urandom(1)) - 1
    assert uuid.uuid4() != uuid.uuid4()
    assert len(random.sample(range(3), 3)) == 3
    weights = np.exp(x - x.max(axis=axis, keepdims=True) - x.dtype.type(shift - shift))
    return weights / weights.sum(axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
