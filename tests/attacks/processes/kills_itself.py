"""Kills itself: as process 1 of its own namespace it does not even notice."""
# exercise: foundations/softmax
# outcome: failed
# differs at confined: it is an ordinary process there, and ends
# outcome at confined: crashed

import os
import signal


def softmax(x, axis=-1):
    os.kill(os.getpid(), signal.SIGKILL)
    return x


log_softmax = softmax
