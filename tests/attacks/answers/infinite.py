"""Returns infinity everywhere."""
# exercise: foundations/softmax
# outcome: failed

import numpy as np


def softmax(x, axis=-1):
    return np.full(x.shape, np.inf, x.dtype)


log_softmax = softmax
