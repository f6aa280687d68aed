"""Raises an exception whose cause is itself."""
# exercise: foundations/softmax
# outcome: error


def softmax(x, axis=-1):
    error = ValueError("x")
    error.__cause__ = error.__context__ = error
    raise error


log_softmax = softmax
