"""Raises what a stub raises, with more around it, so that it is neither begun nor wrong."""
# exercise: foundations/softmax
# outcome: error


def softmax(x, axis=-1):
    text = "not yet"
    raise NotImplementedError(text)


log_softmax = softmax
