"""Raises an exception whose message has 10 MB."""
# exercise: foundations/softmax
# outcome: error


def softmax(x, axis=-1):
    raise ValueError("x" * (10 << 20))


log_softmax = softmax
