"""Imports another of its own files, and that one never ends."""
# exercise: foundations/softmax
# outcome: timed_out


def softmax(x, axis=-1):
    from exercises.foundations import early_stopping

    return early_stopping.answer


log_softmax = softmax
# file: foundations/early_stopping.py
while True:
    pass
