"""Fills pipes, whose bytes lie in the kernel, until it may open no more."""
# exercise: foundations/softmax
# outcome: failed
# denies: a hundred full pipes EMFILE

import contextlib
import fcntl
import os

from exercises.tools.attempt import attempt


def fill_pipes():
    for _ in range(100):
        _, writer = os.pipe()
        os.set_blocking(writer, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 20)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(writer, bytes(65536))


attempt("a hundred full pipes", fill_pipes)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
