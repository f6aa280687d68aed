"""What a child gives up before it sees a learner's code. The order matters; each step says why it stands there."""

import os
import resource
import sys
from collections.abc import Sequence
from enum import StrEnum

from graders.engine.sandbox import landlock, linux, seccomp
from graders.engine.sandbox.syscalls import AUDIT_ARCH

SCRATCH_MEGABYTES = 16
SCRATCH_FILES = 1024
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_OPEN_FILES, _PROCESSES, _STACK_BYTES, _FILE_BYTES = 64, 32, 8 << 20, 16 << 20


class Isolation(StrEnum):
    """How far a child is kept apart, the best first."""

    FULL = "full"  # namespaces, a private root, Landlock, seccomp, limits
    CONFINED = "confined"  # Landlock, seccomp, limits: where user namespaces are refused
    PROCESS = "process"  # its own process and limits: no security boundary


def lock_down(level: Isolation, readable: Sequence[str], scratch: str) -> None:
    """Confine this process for good.

    Args:
        level: FULL expects to be process 1 of a new pid namespace inside the jail.
        readable: the files and folders that the interpreter and its libraries need.
        scratch: the only folder that may be written; an in-memory file system of its own at FULL.

    Raises:
        OSError: the kernel refused a step; the child has to end.
    """
    os.setsid()
    if level is Isolation.FULL:
        linux.unshare(linux.CLONE_NEWNS)
        options = f"size={SCRATCH_MEGABYTES}m,nr_inodes={SCRATCH_FILES},mode=1777"
        linux.mount("tmpfs", scratch, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC, options)
        # Left unmapped: no capability over the mounts above, and the limit on processes counts for this child alone.
        linux.unshare(linux.CLONE_NEWUSER)
    os.chdir(scratch)
    _limit_resources(processes=level is Isolation.FULL)
    if level is Isolation.PROCESS:
        return
    linux.prctl(linux.PR_SET_PDEATHSIG, 9)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.drop_capabilities()
    landlock.restrict(readable, [scratch], DEVICES)  # after the mounts, which it would forbid
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.load_seccomp(seccomp.program(os.getpid()))  # last: it forbids most of the above


def supported(level: Isolation) -> bool:
    """Return whether kernel and machine have what `level` is made of; of namespaces, only a trial can tell."""
    return level is Isolation.PROCESS or (
        sys.platform == "linux" and AUDIT_ARCH is not None and landlock.version() >= 1
    )


def _limit_resources(processes: bool) -> None:
    limits = {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": _FILE_BYTES,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_STACK": _STACK_BYTES,
    }
    if processes:  # elsewhere it would count all that the user runs
        limits["RLIMIT_NPROC"] = _PROCESSES
    for name, value in limits.items():
        if hasattr(resource, name):
            _lower(getattr(resource, name), value)


def limit_memory(data_bytes: int, address_bytes: int) -> None:
    """Bound the memory of this process: heap and private maps, and all that is mapped (which shared maps count for)."""
    _lower(resource.RLIMIT_DATA, data_bytes)
    _lower(resource.RLIMIT_AS, address_bytes)


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
