"""Raises an exception that leaves when it is asked for its message."""
# exercise: foundations/softmax
# outcome: error


class Evil(Exception):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__


def softmax(x, axis=-1):
    raise Evil


log_softmax = softmax
