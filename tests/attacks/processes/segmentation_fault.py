"""Reads at address 0."""
# exercise: foundations/softmax
# outcome: crashed

import ctypes


def softmax(x, axis=-1):
    ctypes.string_at(0)


log_softmax = softmax
