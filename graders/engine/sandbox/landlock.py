"""Landlock: which files a process, and all it starts, may ever touch; no TCP; signals stay inside. See landlock(7)."""

import os
import struct
from collections.abc import Iterable

from graders.engine.sandbox import linux

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << n for n in range(6))
_MAKE_DIR, _MAKE_REG, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 7, 1 << 8, 1 << 13, 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_SCRATCH = _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_BIND_TCP_AND_CONNECT_TCP = 3
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3


def version() -> int:
    """Return the Landlock ABI of the running kernel, 0 where there is none."""
    try:
        return linux.syscall("landlock_create_ruleset", None, 0, 1)
    except (OSError, KeyError):
        return 0


def restrict(readable: Iterable[str], scratch: Iterable[str], devices: Iterable[str]) -> None:
    """Let this process read below `readable`, write below `scratch`, read and write `devices`, and nothing else.

    Paths that do not exist are passed over. What the kernel's ABI does not know yet is not restricted here.
    """
    abi = version()
    files = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        files |= right if abi >= since else 0
    handled = struct.pack(
        "<QQQ",
        files,
        _BIND_TCP_AND_CONNECT_TCP if abi >= 4 else 0,
        _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
    )[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    rules = linux.syscall("landlock_create_ruleset", handled, len(handled), 0)
    for paths, rights in ((readable, _READ), (scratch, _SCRATCH), (devices, _READ_FILE | _WRITE_FILE)):
        for path in paths:
            _allow(rules, path, rights & files)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.syscall("landlock_restrict_self", rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _ON_FILES
        linux.syscall("landlock_add_rule", rules, 1, struct.pack("<Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)
