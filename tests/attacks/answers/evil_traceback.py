"""Raises from 100,000 frames down, each with a line of its own that is very long."""
# exercise: foundations/softmax
# outcome: error

import sys

sys.setrecursionlimit(1_000_000)


def fall(depth):
    return 1 / 0 if depth == 0 else fall(depth - 1)  # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx


def softmax(x, axis=-1):
    return fall(20_000)


log_softmax = softmax
