"""Starts threads until it may start no more."""
# exercise: foundations/softmax
# outcome: failed
# denies: 500 threads RuntimeError
# differs at confined: threads are bounded by memory alone, since a limit would count all that the user runs

import threading
import time

from exercises.tools.attempt import attempt


def start_threads():
    for _ in range(500):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()


attempt("500 threads", start_threads)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
