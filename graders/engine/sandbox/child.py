"""One sandboxed process as the judge sees it: exchanges, deadlines, and its end.

Deadlines live here, out of a learner's reach: a child's CPU time is read from its clock, so that a busy machine does
not decide, and the wall clock is the generous second bound for what sleeps.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from graders.engine import protocol
from graders.engine.protocol import Closed, ProtocolError, ReadAhead, TooLarge
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sandbox.process import Process, SandboxError, receive_process
from graders.engine.sandbox.scratch import remove_tree

UNPRIVILEGED_UID = 64999  # whom root becomes: no account of the system, so that nothing else runs as it
_READY_SECONDS = 30
_END_SECONDS = 10
_CHUNK = 1 << 20
_REQUEST_STRUCTURE_BYTES = 64 << 20
_CORES = os.cpu_count() or 1


class ChildDied(Exception):
    """A child is gone, or had to be ended.

    Attributes:
        outcome: timed_out, out_of_memory, crashed or forged.
    """

    def __init__(self, outcome: str, message: str):
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True)
class Budget:
    """What a child may use from now on: seconds of its own CPU time, and of the wall clock."""

    cpu_seconds: float
    wall_seconds: float


@dataclass(frozen=True)
class Memory:
    """Resident bytes of a process: the highest so far, now, and the part of now that no file is behind."""

    peak: int
    now: int
    held: int


class Child:
    """One sandboxed process. Every method that talks to it raises ChildDied when it ends, stalls or lies.

    Attributes:
        room: how many bytes of buffers it may still hand back; whoever keeps what comes back lowers it.
    """

    def __init__(self, level: Isolation):
        self._rpc, far_rpc = socket.socketpair()
        self._status, far_status = socket.socketpair()
        self._output, far_output = os.pipe()
        os.set_blocking(far_output, False)  # what a program prints past the pipe's size is dropped, it never waits
        os.set_blocking(self._output, False)
        self._far_ends = [far_rpc.detach(), far_output, far_status.detach()]
        self._rpc.setblocking(False)
        self._ahead = ReadAhead(self._receive_into)
        self._number = 0  # of the last request; a reply carries it
        self._process: Process | None = None
        self._cpu_end = self._wall_end = 0.0
        self.room: float = protocol.MAX_TOTAL_BYTES
        self.scratch = self._make_scratch(level)

    def _make_scratch(self, level: Isolation) -> str | None:
        if level is Isolation.FULL:
            return None  # a file system in memory, mounted by the child for itself
        folder = tempfile.mkdtemp(prefix="llm-katas-")
        if os.getuid() == 0:
            os.chown(folder, UNPRIVILEGED_UID, UNPRIVILEGED_UID)
        return folder

    def take_far_ends(self) -> list[int]:
        return self._far_ends

    def close_far_ends(self) -> None:
        for descriptor in self._far_ends:
            os.close(descriptor)
        self._far_ends = []

    def wait_until_ready(self) -> None:
        """Wait for the lockdown to be complete."""
        self._status.settimeout(_READY_SECONDS)
        try:
            self._process = receive_process(self._status)
            self.allow(Budget(_READY_SECONDS, _READY_SECONDS))
            (kind, *fields), _ = self._receive()
        except (TimeoutError, ChildDied) as error:
            self.end()
            raise SandboxError(f"a child could not be made: {error}") from error
        if kind != "ready":
            self.end()
            raise SandboxError(f"a child could not be made: {fields}")

    def allow(self, budget: Budget) -> None:
        """Give the child a new budget, counted from now."""
        self._cpu_end = self._process.cpu_seconds() + budget.cpu_seconds
        self._wall_end = time.monotonic() + budget.wall_seconds

    def memory(self) -> Memory | None:
        """Return the memory as the kernel counts it; None where it does not tell."""
        found = self._process.memory_bytes("VmHWM", "VmRSS", "RssAnon", "RssShmem")
        return found and Memory(found[0], found[1], found[2] + found[3])

    def exchange(
        self, message: list, buffers: list, asked: Callable[[list, list], tuple[list, list]]
    ) -> tuple[list, list]:
        """Send a request and return the reply; `asked` answers what the child asks for meanwhile.

        Raises:
            ChildDied: it ended, used up its budget, or broke the protocol.
            Unsendable: our own request is too large.
        """
        if not self.is_quiet():
            raise self.ended("forged", "it sent a message that nobody had asked for")
        self._number += 1
        self._send(message, buffers)
        while True:
            reply, reply_buffers = self._receive()
            if reply[0] not in ("callback", "source"):
                return reply, reply_buffers
            self._send(*asked(reply, reply_buffers))

    def is_quiet(self) -> bool:
        """Return whether no byte is waiting to be read; one that nobody asked for is a forgery."""
        poll = select.poll()
        poll.register(self._rpc, select.POLLIN)
        if not self._ahead.is_empty:
            return False
        return not any(event & select.POLLIN for _, event in poll.poll(0)) or self._has_ended_silently()

    def _has_ended_silently(self) -> bool:
        try:
            return self._rpc.recv(1, socket.MSG_PEEK) == b""
        except (BlockingIOError, ConnectionResetError):
            return True

    def forged(self, problem: str) -> ChildDied:
        """End the child and return the error that says how it broke the protocol."""
        return self.ended("forged", problem)

    def ended(self, outcome: str, message: str) -> ChildDied:
        """End the child and return the error that says why."""
        self.end()
        return ChildDied(outcome, message)

    def overflowed(self) -> ChildDied:
        """End the child, which has handed back more than there is room for, and return the error that says so."""
        return self.ended("out_of_memory", "all that it has handed back takes more memory than there is for it")

    def end(self) -> None:
        """Kill the child without waiting for it. May be called again."""
        if self._output == -1:
            return
        if self._process is not None:
            self._process.kill()
        self.discard()

    def discard(self) -> None:
        """Close this side's descriptors."""
        self.close_far_ends()
        self._rpc.close()
        os.close(self._output)
        self._output = -1

    def abandon(self) -> None:
        """Let go of a child that was never forked."""
        self.discard()
        self._status.close()
        if self.scratch is not None:
            remove_tree(self.scratch)

    def is_gone(self, seconds: float) -> bool:
        """Return whether a child that was told to end has ended, waiting at most `seconds`; then nothing is left."""
        if self._output != -1:
            return False  # it was not told to end
        poll = select.poll()
        poll.register(self._status, select.POLLIN)
        while poll.poll(seconds * 1000):
            # A child that was never used still owes its pid; it ends by itself, for its socket is closed.
            data, descriptors, _, _ = socket.recv_fds(self._status, 64, 1)
            for descriptor in descriptors:
                os.close(descriptor)
            if not data:
                self._status.close()
                if self._process is not None:
                    self._process.close()
                if self.scratch is not None:
                    remove_tree(self.scratch)
                return True
        return False

    def _send(self, message: list, buffers: list) -> None:
        name, *fields = message
        for piece in protocol.frame([name, self._number, *fields], buffers, _REQUEST_STRUCTURE_BYTES):
            view = memoryview(piece).cast("B")
            while view:
                try:
                    view = view[self._rpc.send(view[:_CHUNK]) :]
                except BlockingIOError:
                    self._wait(select.POLLOUT)
                except (BrokenPipeError, ConnectionResetError) as error:
                    raise self._died_by_itself() from error

    def _receive(self) -> tuple[list, list]:
        try:
            (name, *fields), buffers = protocol.read_frame(self._ahead.read, room=self.room)
        except TooLarge as error:
            raise self.overflowed() from error
        except ProtocolError as error:
            raise self.ended("forged", f"it broke the protocol: {error}") from error
        except Closed as error:
            raise self._died_by_itself() from error
        # Of another type, True would be 1.
        if not fields or type(fields[0]) is not int or fields[0] != self._number:
            raise self.ended("forged", "it replied to another request than the one that was made")
        return [name, *fields[1:]], buffers

    def _receive_into(self, view: memoryview) -> int:
        while True:
            self._wait(select.POLLIN)
            try:
                got = self._rpc.recv_into(view)
            except BlockingIOError:
                continue
            except ConnectionResetError as error:
                raise Closed from error
            if not got:
                raise Closed
            return got

    def _wait(self, event: int) -> None:
        poll = select.poll()
        poll.register(self._rpc, event)
        while True:
            cpu_left = self._cpu_end - self._process.cpu_seconds()
            wall_left = self._wall_end - time.monotonic()
            if cpu_left <= 0:
                raise self.ended("timed_out", "it used up its CPU time")
            if wall_left <= 0:
                raise self.ended("timed_out", "it neither worked nor answered")
            # The CPU time cannot run out sooner than this, on however many cores.
            if poll.poll(1000 * min(wall_left, max(cpu_left / _CORES, 0.005))):
                return

    def _died_by_itself(self) -> ChildDied:
        said = self._last_output()
        self._process.kill()  # it may have closed the socket and live on
        self._status.settimeout(_END_SECONDS)
        try:
            data = self._status.recv(4, socket.MSG_WAITALL)
        except TimeoutError:
            data = b""
        (code,) = struct.unpack("<i", data) if len(data) == 4 else (None,)
        self.end()
        return ChildDied("crashed", f"{_describe(code)}{said and ', last output: ' + said}")

    def _last_output(self) -> str:
        try:
            return os.read(self._output, 1 << 16).decode("utf-8", "replace")[-500:].strip()
        except BlockingIOError:
            return ""


def _describe(code: int | None) -> str:
    if code is None:
        return "the program ended in an unknown way"
    if code >= 0:
        return f"the program ended itself with exit status {code}"
    names = {number.value: number.name for number in signal.Signals}  # a real-time signal has none
    return f"the program was ended by {names.get(-code, f'signal {-code}')}"
