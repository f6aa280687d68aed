"""Sends to a named socket of the machine from one end of a pair, which needs no socket of its own."""
# exercise: foundations/softmax
# outcome: failed
# denies: a datagram EPERM, a raw pair EPERM

import os
import socket

from exercises.tools.attempt import attempt


def send():
    end, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    if os.path.exists("@others@/socket"):
        end.sendto(b"x", "@others@/socket")
        print("ESCAPED: a datagram has left")


attempt("a datagram", send)
attempt("a raw pair", socket.socketpair, socket.AF_UNIX, socket.SOCK_RAW)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
