"""Sends a valid reply so slowly that it never ends."""
# exercise: foundations/softmax
# outcome: timed_out

import struct
import time

from exercises.tools import wire


def softmax(x, axis=-1):
    frame = struct.pack("<4sII", b"LKP1", 200_000, 0) + bytes(200_000)
    for place in range(len(frame)):
        wire.write(frame[place : place + 1])
        time.sleep(0.1)


log_softmax = softmax
