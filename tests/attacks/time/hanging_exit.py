"""Ends itself, with an exit handler that hangs."""
# exercise: foundations/softmax
# outcome: error

import atexit
import sys
import time

atexit.register(time.sleep, 1000)


def softmax(x, axis=-1):
    sys.exit(0)


log_softmax = softmax
