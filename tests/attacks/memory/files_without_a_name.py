"""Asks for memory that belongs to no heap: anonymous files, System V segments, message queues, locked pages."""
# exercise: foundations/softmax
# outcome: failed
# denies: memfd_create EPERM, memfd_secret EPERM, shmget EPERM, msgget EPERM, semget EPERM, mq_open EPERM
# denies: locking pages EPERM

import os

from exercises.tools.attempt import attempt, syscall

CREATE = 0o1600

attempt("memfd_create", os.memfd_create, "x")
attempt("memfd_secret", syscall, "memfd_secret", 0)
attempt("shmget", syscall, "shmget", 0, 1 << 20, CREATE)
attempt("msgget", syscall, "msgget", 0, CREATE)
attempt("semget", syscall, "semget", 0, 1, CREATE)
attempt("mq_open", syscall, "mq_open", b"x", os.O_RDWR | os.O_CREAT, 0o600, None)
attempt("locking pages", syscall, 151 if os.uname().machine == "x86_64" else 230, 1)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
