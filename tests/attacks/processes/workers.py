"""Starts worker processes through the standard library."""
# exercise: foundations/softmax
# outcome: error

import multiprocessing


def softmax(x, axis=-1):
    process = multiprocessing.get_context("fork").Process(target=print)
    process.start()
    return x


log_softmax = softmax
