"""The trusted side of the sandbox: which isolation works here, and zygotes that hand out children."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile

from graders.engine.sandbox import jail, layout
from graders.engine.sandbox.child import UNPRIVILEGED_UID, Child
from graders.engine.sandbox.lockdown import Isolation, supported
from graders.engine.sandbox.process import Process, SandboxError, receive_process
from graders.engine.sandbox.zygote import LENGTH

_START_SECONDS = 120  # importing torch on a loaded machine
_END_SECONDS = 10


def available(level: Isolation) -> str | None:
    """Return None when this machine can isolate at `level`, else why it cannot."""
    if not supported(level):
        return f"isolation {level} needs Linux 5.13 or later with Landlock, on x86-64 or aarch64"
    try:
        place = layout.plan(level, with_torch=False)
    except layout.Unsupported as error:
        return str(error)
    trial = [place.python, "-I", "-S", "-c", "pass"]
    started = subprocess.run(
        _jail_command(level, place, trial), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    if started.returncode == 0:
        return None
    reason = started.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
    return f"isolation {level} is refused here: {reason[-1]}"


def best_level() -> Isolation:
    """Return the highest level of isolation that works on this machine."""
    return next(level for level in Isolation if available(level) is None)


def _jail_command(level: Isolation, place: layout.Layout, command: list[str]) -> list[str]:
    request = {
        "level": level,
        "uid": UNPRIVILEGED_UID,
        "binds": place.binds,
        "masks": place.masks,
        "command": command,
        "environment": place.environment,
    }
    return [sys.executable, "-I", "-S", jail.__file__, json.dumps(request)]


class Zygote:
    """A fork server at one level of isolation, with or without torch. Starts at once, is waited for when first used."""

    def __init__(self, level: Isolation, with_torch: bool):
        self.level = level
        place = layout.plan(level, with_torch)
        options = {"level": level, "readable": place.readable, "code": place.code, "torch": with_torch}
        command = [place.python, "-s", "-P", "-m", "graders.engine.sandbox.zygote", json.dumps(options)]
        self._control, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the zygote)
        self._process = subprocess.Popen(
            _jail_command(level, place, command), stdin=theirs, stdout=subprocess.DEVNULL, stderr=self._errors
        )
        theirs.close()
        self._facts: Process | None = None
        self._spare: Child | None = None
        self._children: list[Child] = []  # all that were asked for and not yet seen to have ended

    def spawn(self) -> Child:
        """Return a fresh, locked down child; the next one is forked while this one works.

        Raises:
            SandboxError: the zygote or the child could not be set up.
        """
        self._children = [child for child in self._children if not child.is_gone(0)]
        child = self._spare or self._request()
        child.wait_until_ready()
        self._spare = self._request()
        return child

    @property
    def memory(self) -> tuple[int, int] | None:
        """Return (heap bytes, mapped bytes) of the zygote, which each child starts with; None without /proc."""
        return self._ready().memory_bytes("VmData", "VmSize")

    @property
    def resident_bytes(self) -> int:
        """Return the resident memory of the zygote, 0 without /proc."""
        return (self._ready().memory_bytes("VmRSS") or (0,))[0]

    def close(self) -> None:
        """End the zygote and every child, and wait until they are gone."""
        for child in self._children:
            child.end()
        remaining = [child for child in self._children if not child.is_gone(_END_SECONDS)]
        self._control.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._facts is not None:
            self._facts.close()
        self._errors.close()
        if remaining:
            raise SandboxError(f"{len(remaining)} children did not end within {_END_SECONDS} seconds")

    def _ready(self) -> Process:
        if self._facts is None:
            self._control.settimeout(_START_SECONDS)
            try:
                hello = self._control.recv(1)
                if not hello:
                    raise SandboxError(f"the sandbox did not start: {self._last_words()}")
                self._facts = receive_process(self._control, b"\1")
            except TimeoutError as error:
                raise SandboxError(f"the sandbox did not start within {_START_SECONDS} seconds") from error
            if self._facts.threads > 1:
                # One parallel operation in a forked child would wait for threads that were not forked.
                raise SandboxError(f"the zygote has {self._facts.threads} threads; to fork it has to have one")
        return self._facts

    def _request(self) -> Child:
        self._ready()
        child = Child(self.level)
        try:
            request = json.dumps({"scratch": child.scratch or jail.SCRATCH}).encode()
            socket.send_fds(self._control, [LENGTH.pack(len(request))], child.take_far_ends())
            self._control.sendall(request)
        except OSError as error:
            child.abandon()
            raise SandboxError(f"the zygote is gone ({error}): {self._last_words()}") from error
        child.close_far_ends()
        self._children.append(child)
        return child

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


class Sandboxes:
    """The zygotes of one run at one level of isolation, each started when it is first asked for."""

    def __init__(self, level: Isolation):
        self.level = level
        self._zygotes: dict[bool, Zygote] = {}

    def __enter__(self) -> Sandboxes:
        return self

    def __exit__(self, *_: object) -> None:
        for zygote in self._zygotes.values():
            zygote.close()

    def zygote(self, with_torch: bool) -> Zygote:
        """Return the zygote that has torch imported, or the one that has not; it starts in the background."""
        if with_torch not in self._zygotes:
            self._zygotes[with_torch] = Zygote(self.level, with_torch)
        return self._zygotes[with_torch]
