"""Returns what no message can carry."""
# exercise: foundations/softmax
# outcome: error

import numpy as np


def softmax(x, axis=-1):
    return np.array([object()])


log_softmax = softmax
