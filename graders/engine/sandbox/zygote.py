"""Imports what learners need once, then forks a child on request. It never runs a learner's code itself.

The judge asks on descriptor 0: a length (u32), JSON {scratch}, and three descriptors: the child's socket, its output,
and a socket on which the zygote answers with the child's pid and pidfd, and later with how it ended.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress

from graders.engine.sandbox import linux, lockdown, outline, worker
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sandbox.scratch import remove_tree

LENGTH = struct.Struct("<I")
MAX_REQUEST_BYTES = 65536
RPC = 3  # the descriptor of a child's socket to the judge
_PASSED = 3
_has_pidfd = hasattr(os, "pidfd_open")


def import_libraries(with_torch: bool) -> None:
    """Import numpy (and torch) whole, so that no child does; leave exactly one thread."""
    import numpy.fft
    import numpy.linalg
    import numpy.random  # noqa: F401

    if with_torch:
        import torch
        import torch._dynamo  # else the first optimiser step imports 800 modules, in every child
        import torch.utils.data
        import torch.utils.flop_counter

        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)


class Zygote:
    """The fork server. `level` and `readable` go to `lockdown.lock_down`; `code` is our place in sys.path."""

    def __init__(self, level: Isolation, readable: Iterable[str], code: str):
        self._level = level
        self._code = code
        self._readable = tuple(readable)
        self._control = socket.socket(fileno=0)
        self._own_namespace = os.pidfd_open(os.getpid()) if level is Isolation.FULL else None
        self._waiting: dict[int, socket.socket] = {}  # pid -> where its end is told
        self._scratch: set[str] = set()  # folders that the judge takes away, unless it is killed first

    def serve(self) -> None:
        """Fork on request until the judge goes away."""
        wakeup, ring = socket.socketpair()
        for end in (wakeup, ring):
            end.setblocking(False)
        signal.set_wakeup_fd(ring.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._control.sendall(b"\1")
        if _has_pidfd:
            own = os.pidfd_open(os.getpid())
            socket.send_fds(self._control, [b"\1"], [own])
            os.close(own)
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(wakeup, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is wakeup:
                    wakeup.recv(4096)
                    self._tell_ends()
                elif not self._take_request():
                    self._clear_up()
                    return

    def _take_request(self) -> bool:
        head, descriptors, _, _ = socket.recv_fds(self._control, LENGTH.size, _PASSED)
        if not head:
            return False
        (length,) = LENGTH.unpack(head)
        request = json.loads(self._control.recv(length, socket.MSG_WAITALL))
        rpc, output, status = descriptors
        self._scratch.add(request["scratch"])
        pid = self._fork(rpc, output, request["scratch"])
        teller = socket.socket(fileno=status)
        pidfds = [os.pidfd_open(pid)] if _has_pidfd else []
        with suppress(OSError):  # the judge may be gone, which shows on its own socket next
            socket.send_fds(teller, [struct.pack("<q", pid)], pidfds)
        for descriptor in (rpc, output, *pidfds):
            os.close(descriptor)
        self._waiting[pid] = teller
        return True

    def _fork(self, rpc: int, output: int, scratch: str) -> int:
        if self._own_namespace is not None:
            linux.unshare(linux.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            try:
                self._become_child(rpc, output, scratch)
            finally:
                os._exit(97)  # not reached unless something of ours raised
        if self._own_namespace is not None:
            linux.setns(self._own_namespace, linux.CLONE_NEWPID)  # back, so that one fork is enough
        return pid

    def _become_child(self, rpc: int, output: int, scratch: str) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        rpc, output = os.dup(rpc), os.dup(output)  # out of the way of 0 to 3
        null = os.open("/dev/null", os.O_RDWR)
        for source, target in ((null, 0), (output, 1), (output, 2), (rpc, RPC)):
            os.dup2(source, target)
        os.closerange(RPC + 1, 4096)
        channel = worker.Channel(RPC)
        try:
            lockdown.lock_down(self._level, self._readable, scratch)
        except (OSError, ValueError, KeyError) as error:
            channel.send(["broken", f"the sandbox could not be locked down: {error}"])
            return
        sys.path.remove(self._code)  # all of it is imported; a learner has no use for it
        worker.rehearse()
        channel.send(["ready"])
        worker.serve(channel)

    def _clear_up(self) -> None:
        """End the children and take away their scratch folders: a judge that was killed has not."""
        for pid in self._waiting:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if self._level is not Isolation.FULL:  # where they are in memory, and gone
            for folder in self._scratch:
                remove_tree(folder)

    def _tell_ends(self) -> None:
        while self._waiting:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            teller = self._waiting.pop(pid, None)
            if teller is not None:
                with suppress(OSError):  # the judge may no longer ask
                    teller.sendall(struct.pack("<i", os.waitstatus_to_exitcode(status)))
                teller.close()


def main() -> None:
    """Start from the JSON in the first argument: {level, readable, code, torch}."""
    request = json.loads(sys.argv[1])
    import_libraries(request["torch"])
    outline.outline("pass\n")  # warms the parser
    worker.rehearse()
    gc.collect()
    gc.freeze()  # a child's collector leaves these pages alone, so they stay shared
    Zygote(Isolation(request["level"]), request["readable"], request["code"]).serve()


if __name__ == "__main__":
    main()
