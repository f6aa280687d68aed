"""Claims 64 buffers of 64 MB each."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.raw_frame(b"\x90", [64 << 20] * 64)
    wire.wait()


log_softmax = softmax
