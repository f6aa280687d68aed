"""Stops itself, neither working nor gone."""
# exercise: foundations/softmax
# outcome: failed
# differs at confined: it is an ordinary process there, and stands still until its time is over
# outcome at confined: timed_out

import os
import signal


def softmax(x, axis=-1):
    os.kill(os.getpid(), signal.SIGSTOP)
    return x


log_softmax = softmax
