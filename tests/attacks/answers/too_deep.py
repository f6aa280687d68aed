"""Returns a list nested 100 levels deep."""
# exercise: foundations/softmax
# outcome: error


def softmax(x, axis=-1):
    answer = []
    for _ in range(100):
        answer = [answer]
    return answer


log_softmax = softmax
