"""Returns 80 MB, more than one message may hold."""
# exercise: foundations/softmax
# outcome: error or out_of_memory

import numpy as np


def softmax(x, axis=-1):
    return np.broadcast_to(np.uint8(0), (80 << 20,))


log_softmax = softmax
