"""Writes to the descriptors behind standard output and standard error, which nobody reads while it works."""
# exercise: foundations/softmax
# outcome: failed
# denies: 100 MB of output EAGAIN, 100 MB of errors EAGAIN

import os

from exercises.tools.attempt import attempt


def write(descriptor):
    for _ in range(100):
        os.write(descriptor, bytes(1 << 20))


attempt("100 MB of output", write, 1)
attempt("100 MB of errors", write, 2)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
