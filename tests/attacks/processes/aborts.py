"""Calls abort() of the C library."""
# exercise: foundations/softmax
# outcome: crashed

import ctypes


def softmax(x, axis=-1):
    ctypes.CDLL(None).abort()


log_softmax = softmax
