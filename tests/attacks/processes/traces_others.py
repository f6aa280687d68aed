"""Reads, writes and traces the memory of other processes, and asks the kernel's less travelled corners."""
# exercise: foundations/softmax
# outcome: failed
# denies: ptrace EPERM, being traced EPERM, reading memory EPERM, writing memory EPERM, comparing EPERM, counting EPERM
# denies: bpf EPERM, userfaultfd EPERM, keyctl EPERM, add_key EPERM, io_uring EPERM, pidfd_getfd EPERM, a filter EPERM
# denies: becoming dumpable EPERM, outliving its parent EPERM, personality EPERM, moving pages EPERM
# denies: the kernel's log EPERM

from exercises.tools.attempt import attempt, syscall

JUDGE = int("@judge@")
ATTACH, TRACE_ME = 16, 0
PDEATHSIG, DUMPABLE = 1, 4

attempt("ptrace", syscall, "ptrace", ATTACH, JUDGE, 0, 0)
attempt("being traced", syscall, "ptrace", TRACE_ME, 0, 0, 0)
attempt("reading memory", syscall, "process_vm_readv", JUDGE, 0, 0, 0, 0, 0)
attempt("writing memory", syscall, "process_vm_writev", JUDGE, 0, 0, 0, 0, 0)
attempt("comparing", syscall, "kcmp", JUDGE, JUDGE, 0, 0, 0)
attempt("counting", syscall, "perf_event_open", bytes(128), 0, -1, -1, 0)
attempt("bpf", syscall, "bpf", 0, bytes(128), 128)
attempt("userfaultfd", syscall, "userfaultfd", 0)
attempt("keyctl", syscall, "keyctl", 0, -3, 0, 0, 0)
attempt("add_key", syscall, "add_key", b"user", b"x", b"x", 1, -3)
attempt("io_uring", syscall, "io_uring_setup", 8, bytes(120))
attempt("pidfd_getfd", syscall, "pidfd_getfd", 3, 1, 0)
attempt("a filter", syscall, "seccomp", 1, 0, 0)
attempt("becoming dumpable", syscall, "prctl", DUMPABLE, 1, 0, 0, 0)
attempt("outliving its parent", syscall, "prctl", PDEATHSIG, 0, 0, 0, 0)
attempt("personality", syscall, "personality", 0x40000)
attempt("moving pages", syscall, "move_pages", JUDGE, 0, 0, 0, 0, 0)
attempt("the kernel's log", syscall, "syslog", 3, bytes(100), 100)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
