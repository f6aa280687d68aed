"""What can be known of, and done to, a process from outside."""

from __future__ import annotations

import os
import signal
import socket
import struct
import time


class SandboxError(Exception):
    """The sandbox itself failed: never a learner's fault."""


class Process:
    """A process of the sandbox, by its pidfd where the system has them."""

    def __init__(self, pid: int, pidfd: int | None):
        self._pidfd = pidfd
        self.pid = self._own_view() if pidfd is not None else pid  # the other side may number it otherwise

    def _own_view(self) -> int:
        with open(f"/proc/self/fdinfo/{self._pidfd}") as info:
            return next(int(line.split()[1]) for line in info if line.startswith("Pid:"))

    @property
    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/task")) if self._pidfd is not None else 1

    def cpu_seconds(self) -> float:
        """Return the CPU time used by all threads, 0.0 where the system does not tell or the process is gone."""
        if self._pidfd is None:
            return 0.0
        try:
            return time.clock_gettime((~self.pid << 3) | 2)  # CPUCLOCK_SCHED of a process, as clock_getcpuclockid(3)
        except OSError:
            return 0.0

    def memory_bytes(self, *names: str) -> tuple[int, ...] | None:
        if self._pidfd is None:
            return None
        try:
            with open(f"/proc/{self.pid}/status") as status:
                found = dict(line.split(":", 1) for line in status)
            return tuple(int(found[name].split()[0]) << 10 for name in names)
        except (OSError, KeyError):
            return None

    def kill(self) -> None:
        try:
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has ended by itself

    def close(self) -> None:
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None


def receive_process(sender: socket.socket, default: bytes | None = None) -> Process:
    """Take a pid (or `default`) and, on Linux, a pidfd from a zygote."""
    if default is not None and not hasattr(os, "pidfd_open"):
        return Process(0, None)
    data, descriptors, _, _ = socket.recv_fds(sender, 8 if default is None else len(default), 1)
    if not data:
        raise SandboxError("the zygote ended while it forked")
    pid = struct.unpack("<q", data)[0] if default is None else 0
    return Process(pid, descriptors[0] if descriptors else None)
