"""Claims 128 MB and sends nothing of it."""
# exercise: foundations/softmax
# outcome: timed_out

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.raw_frame(b"\x90", [64 << 20, 64 << 20])
    wire.wait()


log_softmax = softmax
