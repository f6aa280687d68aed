"""Leaves through sys.exit in the middle of a call."""
# exercise: foundations/softmax
# outcome: error

import sys


def softmax(x, axis=-1):
    sys.exit(0)


log_softmax = softmax
