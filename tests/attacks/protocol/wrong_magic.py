"""Sends a frame of another protocol."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.raw_frame(b"\x90", magic=b"LKP0")
    wire.wait()


log_softmax = softmax
