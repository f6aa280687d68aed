"""Sends text that is not UTF-8."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.raw_frame(b"\x94\xa8returned\xa2\xff\xfe\x92\x00\x90\xa0")
    wire.wait()


log_softmax = softmax
