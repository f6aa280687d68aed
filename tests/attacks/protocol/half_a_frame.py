"""Sends the beginning of a header and stalls."""
# exercise: foundations/softmax
# outcome: timed_out

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.write(b"LKP1\0")
    wire.wait()


log_softmax = softmax
