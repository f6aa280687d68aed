"""The system calls that a child may make, as a BPF program (docs: seccomp(2)).

A computation needs memory, files that Landlock allows, threads and the time. What could reach another process, the
network, the kernel's less travelled corners or a file's metadata (which Landlock does not cover) is answered EPERM.
"""

import struct

from graders.engine.sandbox.syscalls import AUDIT_ARCH, LAST_KNOWN, NUMBERS

_DENIED = """
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_open pidfd_getfd pidfd_send_signal
mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
name_to_handle_at open_by_handle_at mknod mknodat fanotify_init fanotify_mark inotify_init inotify_init1
fork vfork execve execveat socket connect bind listen accept accept4 sendmsg sendmmsg
keyctl add_key request_key bpf userfaultfd perf_event_open io_uring_setup io_uring_enter io_uring_register seccomp
init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff quotactl quotactl_fd acct
settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname iopl ioperm personality syslog vhangup
modify_ldt move_pages mbind set_mempolicy migrate_pages vmsplice memfd_create memfd_secret
shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semctl semtimedop mq_open
sched_setscheduler sched_setattr sched_setparam setpriority ioprio_set
setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset
chmod fchmod fchmodat chown fchown lchown fchownat utime utimes futimesat utimensat
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
tkill rt_sigqueueinfo rt_tgsigqueueinfo
""".split()

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24  # offsets in struct seccomp_data (low halves of the arguments)
_CLONE_THREAD, _NEW_NAMESPACES = 0x10000, 0x7E020080
_PRCTL_SETTERS = (1, 4, 22, 35)  # PDEATHSIG, DUMPABLE, SECCOMP, MM
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: type into a terminal
# F_SETOWN, F_SETSIG, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP: have the kernel signal another process of the same user.
_FCNTL_OWNERS, _IOCTL_OWNERS = (8, 10, 15), (0x8901, 0x8902)
_DATAGRAM = 2  # a bit of SOCK_DGRAM and SOCK_RAW, not of SOCK_STREAM: can be sent to any socket that has a path


def program(own_pid: int) -> bytes:
    """Return the filter for a process whose pid, as it sees it, is `own_pid`: it may signal itself only."""
    code = [
        *_unless(_ARCH, [AUDIT_ARCH], _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_GREATER, 0, 1, LAST_KNOWN),
        (_RETURN, 0, 0, _ENOSYS),
    ]
    for name in _DENIED:
        if name in NUMBERS:
            code += [(_EQUAL, 0, 1, NUMBERS[name]), (_RETURN, 0, 0, _EPERM)]
    code += _call("clone3", [(_RETURN, 0, 0, _ENOSYS)])  # glibc falls back to clone, whose flags can be seen
    code += _call("clone", [(_LOAD, 0, 0, _FIRST), *_clone_only_threads()])
    code += _call("prctl", _when(_FIRST, _PRCTL_SETTERS, _EPERM))
    code += _call("ioctl", _when(_SECOND, _TERMINAL_INPUT + _IOCTL_OWNERS, _EPERM))
    code += _call("fcntl", _when(_SECOND, _FCNTL_OWNERS, _EPERM))
    code += _call("socketpair", [(_LOAD, 0, 0, _SECOND), (_ANY_BIT, 0, 1, _DATAGRAM), (_RETURN, 0, 0, _EPERM)])
    for name in ("prlimit64", "sched_setaffinity"):  # with 0 it is the caller itself
        code += _call(name, _unless(_FIRST, [0], _EPERM))
    for name in ("kill", "tgkill"):
        code += _call(name, _unless(_FIRST, [own_pid], _EPERM))
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", op, true, false, value) for op, true, false, value in code)


def _call(name: str, body: list) -> list:
    """Return code that runs `body` for one system call and then allows it; other calls pass by."""
    body = [*body, (_RETURN, 0, 0, _ALLOW)]
    return [(_EQUAL, 0, len(body), NUMBERS[name]), *body]


def _when(offset: int, values: tuple | list, action: int) -> list:
    tests = [(_EQUAL, len(values) - 1 - i, int(i == len(values) - 1), v) for i, v in enumerate(values)]
    return [(_LOAD, 0, 0, offset), *tests, (_RETURN, 0, 0, action)]


def _unless(offset: int, values: list, action: int) -> list:
    (value,) = values
    return [(_LOAD, 0, 0, offset), (_EQUAL, 1, 0, value), (_RETURN, 0, 0, action)]


def _clone_only_threads() -> list:
    return [
        (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, _EPERM),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _EPERM),
    ]
