"""Asks NumPy for 100 GB."""
# exercise: foundations/softmax
# outcome: out_of_memory

import numpy as np


def softmax(x, axis=-1):
    return np.ones(100 << 27)


log_softmax = softmax
