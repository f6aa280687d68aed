"""What the kernel knows of this process and of all that it started (Linux, from /proc)."""

from __future__ import annotations

import os
import re
from pathlib import Path

_PROC = Path("/proc")


def descendants(pid: int) -> list[int]:
    """Return the processes that `pid` started, that these started, and so on."""
    parents = {}
    for folder in _PROC.glob("[0-9]*"):
        status = _read(folder / "status")
        if status:
            parents[int(folder.name)] = _number(status, "PPid")
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found[1:]


def resident_bytes(pid: int) -> int:
    """Return the resident memory, with all that is shared with other processes."""
    return _number(_read(_PROC / str(pid) / "status"), "VmRSS") << 10


def open_descriptors(pid: int) -> int:
    """Return how many descriptors a process has open; 0 where it may not be read."""
    try:
        return len(os.listdir(_PROC / str(pid) / "fd"))
    except OSError:
        return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended, or is not ours to look at
        return ""


def _number(text: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0
