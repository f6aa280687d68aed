"""Opens files until it may open no more."""
# exercise: foundations/softmax
# outcome: failed
# denies: a thousand open files EMFILE

import os

from exercises.tools.attempt import attempt

attempt("a thousand open files", lambda: [os.open("/dev/null", os.O_RDONLY) for _ in range(1000)])


def softmax(x, axis=-1):
    return None


log_softmax = softmax
