"""Becomes root, or anybody else."""
# exercise: foundations/softmax
# outcome: failed
# denies: setuid EPERM, setgid EPERM, setgroups EPERM, setresuid EPERM, all capabilities EPERM, being root Nobody
# differs at confined: the user is the one that grades, or the one that root becomes, under its own number

import os
import struct

from exercises.tools.attempt import attempt, syscall


class Nobody(Exception):
    """This process has no privileges."""


def is_root():
    if 0 not in (os.getuid(), os.geteuid(), *os.getgroups()):
        raise Nobody


attempt("setuid", os.setuid, 0)
attempt("setgid", os.setgid, 0)
attempt("setgroups", os.setgroups, [0])
attempt("setresuid", os.setresuid, 0, 0, 0)
attempt("all capabilities", syscall, "capset", struct.pack("<Ii", 0x20080522, 0), struct.pack("<6I", *[0xFFFFFFFF] * 6))
attempt("being root", is_root)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
