"""Makes system calls by numbers that a filter may have forgotten: the x32 variants, and those newer than it."""
# exercise: foundations/softmax
# outcome: failed
# denies: fork of x32 ENOSYS, execve of x32 ENOSYS, socket of x32 ENOSYS, fchmodat2 ENOSYS, a call of the future ENOSYS
# if: x86-64

from exercises.tools.attempt import attempt, syscall

X32 = 0x40000000

attempt("fork of x32", syscall, X32 + 57)
attempt("execve of x32", syscall, X32 + 520, b"/bin/true", None, None)
attempt("socket of x32", syscall, X32 + 41, 2, 1, 0)
attempt("fchmodat2", syscall, 452, -100, b"/tmp", 0o777, 0)
attempt("a call of the future", syscall, 999)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
