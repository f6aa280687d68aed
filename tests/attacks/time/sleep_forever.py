"""Uses no CPU time at all, and never answers."""
# exercise: foundations/softmax
# outcome: timed_out

import time


def softmax(x, axis=-1):
    time.sleep(1000)


log_softmax = softmax
