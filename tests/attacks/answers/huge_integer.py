"""Returns an integer of a million digits."""
# exercise: foundations/softmax
# outcome: error


def softmax(x, axis=-1):
    return 1 << 3_000_000


log_softmax = softmax
