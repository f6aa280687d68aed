"""Starts other programs, in each way that Python has."""
# exercise: foundations/softmax
# outcome: failed
# denies: execve EPERM, execveat EPERM, subprocess EPERM, posix_spawn EPERM, a shell EPERM, the loader EPERM

import os
import subprocess
import sys

from exercises.tools.attempt import attempt, syscall

attempt("execve", os.execv, sys.executable, ["python"])
attempt("execveat", syscall, "execveat", -100, sys.executable.encode(), None, None, 0)
attempt("subprocess", subprocess.run, [sys.executable, "-c", "pass"])
attempt("posix_spawn", os.posix_spawn, sys.executable, ["python"], {})
attempt("the loader", os.execv, "/lib64/ld-linux-x86-64.so.2", ["ld", sys.executable])


def shell():
    if os.waitstatus_to_exitcode(os.system("true")) != 0:
        raise PermissionError(1, "the shell did not run")


attempt("a shell", shell)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
