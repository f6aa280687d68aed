"""Sends signals to every process, its parent, its group, the judge."""
# exercise: foundations/softmax
# outcome: failed
# denies: all EPERM, the parent EPERM, the group EPERM, another group EPERM, the judge EPERM
# denies: the judge by a thread EPERM
# denies: the next process EPERM, tkill EPERM, a queued signal EPERM, a pidfd EPERM, a signal by pidfd EPERM

import os
import signal

from exercises.tools.attempt import attempt, syscall

JUDGE = int("@judge@")

attempt("all", os.kill, -1, signal.SIGKILL)
attempt("the parent", os.kill, os.getppid() or 0, signal.SIGKILL)
attempt("the group", os.kill, 0, signal.SIGKILL)
attempt("another group", os.killpg, JUDGE, signal.SIGKILL)
attempt("the judge", os.kill, JUDGE, signal.SIGKILL)
attempt("the judge by a thread", syscall, "tgkill", JUDGE, JUDGE, 9)
attempt("the next process", os.kill, os.getpid() + 1, signal.SIGKILL)
attempt("tkill", syscall, "tkill", JUDGE, 9)
attempt("a queued signal", syscall, "rt_sigqueueinfo", JUDGE, 9, bytes(128))
attempt("a pidfd", syscall, "pidfd_open", JUDGE, 0)
attempt("a signal by pidfd", syscall, "pidfd_send_signal", 3, 9, None, 0)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
