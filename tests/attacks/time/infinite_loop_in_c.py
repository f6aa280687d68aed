"""Never ends, and spends all of its time in NumPy's own code."""
# exercise: foundations/softmax
# outcome: timed_out

import numpy as np


def softmax(x, axis=-1):
    large = np.ones((1500, 1500))
    while True:
        large @ large


log_softmax = softmax
