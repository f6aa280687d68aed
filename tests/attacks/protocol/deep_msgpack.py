"""Nests 100,000 lists in the structure."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.raw_frame(b"\x93\xa8returned" + b"\x91" * 100_000 + b"\xc0")
    wire.wait()


log_softmax = softmax
