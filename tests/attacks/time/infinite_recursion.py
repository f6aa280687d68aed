"""Calls itself for ever."""
# exercise: foundations/softmax
# outcome: error


def softmax(x, axis=-1):
    return softmax(x, axis)


log_softmax = softmax
