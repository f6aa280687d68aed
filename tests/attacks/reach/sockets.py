"""Opens a socket of every family that could leave the process."""
# exercise: foundations/softmax
# outcome: failed
# denies: inet EPERM, inet6 EPERM, unix EPERM, raw EPERM, netlink EPERM, packet EPERM, vsock EPERM, alg EPERM
# denies: a datagram pair EPERM, connecting the channel EPERM, listening on the channel EPERM

import socket

from exercises.tools.attempt import attempt, syscall

CHANNEL = 3

attempt("inet", socket.socket, socket.AF_INET)
attempt("inet6", socket.socket, socket.AF_INET6)
attempt("unix", socket.socket, socket.AF_UNIX)
attempt("raw", socket.socket, socket.AF_INET, socket.SOCK_RAW)
attempt("netlink", socket.socket, socket.AF_NETLINK, socket.SOCK_RAW)
attempt("packet", socket.socket, socket.AF_PACKET, socket.SOCK_RAW)
attempt("vsock", socket.socket, socket.AF_VSOCK)
attempt("alg", socket.socket, socket.AF_ALG, socket.SOCK_SEQPACKET)
attempt("a datagram pair", socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM)  # could send to any named socket
attempt("connecting the channel", syscall, "connect", CHANNEL, b"\1\0/run/socket", 14)
attempt("listening on the channel", syscall, "listen", CHANNEL, 1)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
