"""Returns text that is no Unicode."""
# exercise: foundations/softmax
# outcome: failed


def softmax(x, axis=-1):
    return "\ud800"


log_softmax = softmax
