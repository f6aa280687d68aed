"""Returns a list of half a million integers."""
# exercise: foundations/softmax
# outcome: error or out_of_memory

ANSWER = [0] * 500_000


def softmax(x, axis=-1):
    return ANSWER


log_softmax = softmax
