"""Never ends."""
# exercise: foundations/softmax
# outcome: timed_out


def softmax(x, axis=-1):
    while True:
        pass


log_softmax = softmax
