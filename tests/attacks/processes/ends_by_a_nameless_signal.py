"""Ends by a real-time signal, for which Python has no name."""
# exercise: foundations/softmax
# outcome: failed
# differs at confined: it is an ordinary process there, and ends
# outcome at confined: crashed

import os


def softmax(x, axis=-1):
    os.kill(os.getpid(), 40)
    return x


log_softmax = softmax
