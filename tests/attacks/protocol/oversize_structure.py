"""Claims a structure of 4 GB."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.raw_frame(b"", claimed=0xFFFFFFFF)
    wire.wait()


log_softmax = softmax
