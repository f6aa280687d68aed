"""Linux calls that Python lacks, through ctypes. Each raises OSError with the call's name when the kernel refuses."""

import ctypes
import os
import struct

from graders.engine.sandbox.syscalls import NUMBERS

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 4096, 16384, 1 << 18, 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def checked(result: int, what: str) -> int:
    """Return `result`, or raise the OSError that errno names when it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(name: str, *arguments: object) -> int:
    """Make a system call by name: ints, bytes and None as arguments."""
    return checked(_libc.syscall(NUMBERS[name], *arguments), name)


def unshare(flags: int) -> None:
    checked(_libc.unshare(flags), f"unshare {flags:#x}")


def setns(descriptor: int, kind: int) -> None:
    checked(_libc.setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, data: str | None = None) -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind, data)]
    checked(_libc.mount(*texts[:3], ctypes.c_ulong(flags), texts[3]), f"mount {source} on {target}")


def unmount(path: str, flags: int) -> None:
    checked(_libc.umount2(path.encode(), flags), f"umount {path}")


def pivot_root(new: str, old: str) -> None:
    syscall("pivot_root", new.encode(), old.encode())


def set_mount_attributes(path: str, attributes: int) -> None:
    """Set mount attributes (MS_RDONLY | MS_NOSUID | MS_NODEV have the same bits here) on `path` and all below it."""
    request = struct.pack("<QQQQ", attributes, 0, 0, 0)
    syscall("mount_setattr", _AT_FDCWD, path.encode(), _AT_RECURSIVE, request, len(request))


def prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(v) for v in (*values, 0, 0, 0, 0)[:4]]
    checked(_libc.prctl(option, *padded), f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability, for good: bounding, ambient, effective, permitted and inheritable."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last that this kernel knows, or none may be dropped because none is held
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    syscall("capset", struct.pack("<Ii", _CAPABILITY_VERSION_3, 0), struct.pack("<6I", *[0] * 6))


def load_seccomp(program: bytes) -> None:
    """Install a BPF filter (8 bytes an instruction) on this process; it cannot be taken off again."""
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(instructions))
    pointer = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(pointer))
