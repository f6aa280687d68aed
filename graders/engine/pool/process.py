"""A judge in a process of its own, as whoever asks it sees it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from multiprocessing.connection import Pipe

from graders.engine.pool.judging import READY
from graders.engine.pool.work import Job, PoolError, Task
from graders.engine.results import ExerciseResult
from graders.engine.terminal.interrupts import uninterrupted
from graders.engine.terminal.repository import ROOT

_END_SECONDS = 20
_starting = threading.Lock()  # else a judge that another thread starts meanwhile would inherit this one's end


class JudgeLost(Exception):
    """The judge's process ended while it worked; the message says how."""


class JudgeProcess:
    """A judge for one job, which grades one task after another."""

    def __init__(self, job: Job):
        """Start it; the first call of `grade` waits until it is ready."""
        with _starting, uninterrupted():  # which the judge inherits, and so it starts in peace
            self._channel, theirs = Pipe()
            with theirs:
                os.set_inheritable(theirs.fileno(), True)
                command = [sys.executable, "-m", "graders.engine.pool.judging", str(theirs.fileno())]
                self._process = subprocess.Popen(
                    command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
                )
        self._job = job
        self._is_ready = False

    def grade(self, task: Task) -> tuple[ExerciseResult, ...]:
        """Return a result for each exercise of `task`.

        Raises:
            PoolError: the judge refused to work at all.
            JudgeLost: its process ended.
        """
        if not self._is_ready:
            self._send(self._job)
            hello = self._receive()
            if hello != READY:
                raise PoolError(str(hello))
            self._is_ready = True
        self._send(task)
        answer = self._receive()
        if isinstance(answer, str):
            raise JudgeLost(answer)
        return answer

    def close(self) -> None:
        """End it; what it was at is given up."""
        self._channel.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its sandbox sees to itself
            self._process.wait()

    def kill(self) -> None:
        """End it at once, from any thread: whoever waits for it finds it lost."""
        self._process.kill()

    def _send(self, message: object) -> None:
        try:
            self._channel.send(message)
        except OSError as error:
            raise self._lost() from error

    def _receive(self) -> object:
        try:
            return self._channel.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error

    def _lost(self) -> JudgeLost:
        return JudgeLost(f"a judge's process ended with exit status {self._process.wait()}")
