"""Sends noise."""
# exercise: foundations/softmax
# outcome: forged

import os

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.write(os.urandom(5000))
    wire.wait()


log_softmax = softmax
