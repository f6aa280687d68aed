"""A judge for each thread, replaced when it is lost: what a local pool and a Dask worker have in common."""

from __future__ import annotations

import threading
from contextlib import suppress

from graders.engine.pool.process import JudgeLost, JudgeProcess
from graders.engine.pool.work import Job, Task
from graders.engine.results import ExerciseResult

_TRIES = 3


class Judges:
    """The judges of one job, one for each thread that asks."""

    def __init__(self, job: Job):
        self._job = job
        self._own = threading.local()
        self._all: set[JudgeProcess] = set()
        self._changing = threading.Lock()
        self._is_stopped = False

    def grade(self, task: Task) -> tuple[ExerciseResult, ...]:
        """Return a result for each exercise of `task`; a lost judge is replaced, and the task given to the next.

        Raises:
            PoolError: a judge refused to work at all.
            JudgeLost: the task has cost as many judges as it may.
        """
        for _ in range(_TRIES - 1):
            with suppress(JudgeLost):
                return self._judge().grade(task)
            self._replace()
        return self._judge().grade(task)

    def stop(self) -> None:
        """Make whoever waits for a judge find it lost, and start no more."""
        with self._changing:
            self._is_stopped = True
            for judge in self._all:
                judge.kill()

    def close(self) -> None:
        """End all judges. No thread may be waiting for one any more."""
        for judge in self._all:
            judge.close()

    def _judge(self) -> JudgeProcess:
        judge = getattr(self._own, "judge", None)
        if judge is None:
            with self._changing:
                if self._is_stopped:
                    raise JudgeLost("the pool has been stopped")
                judge = JudgeProcess(self._job)
                self._all.add(judge)
            self._own.judge = judge
        return judge

    def _replace(self) -> None:
        """Let go of this thread's judge, so that the next call starts another."""
        with self._changing:
            self._all.discard(self._own.judge)
        self._own.judge.close()
        self._own.judge = None
