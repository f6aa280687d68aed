"""Judges on a Dask cluster that the institution runs: a scheduler's address is all it takes.

A Dask worker runs in a clone of this repository; a judge is a process beside it, one for each of the worker's threads.
Nothing is written there: results come back to the process that asked, which keeps them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Self

from graders.engine.catalog import Catalog
from graders.engine.pool.process import JudgeLost
from graders.engine.pool.work import Job, PoolError, Task, given_up
from graders.engine.pool.worker import Judges
from graders.engine.results import ExerciseResult

if TYPE_CHECKING:
    from distributed import Future

_AHEAD = 4  # tasks a thread of the cluster that are sent beforehand
_CONNECT_SECONDS = 10


class ClusterPool:
    """The judges that the workers of a Dask cluster start."""

    def __init__(self, catalog: Catalog, job: Job, address: str):
        """Connect to the scheduler at `address`, such as tcp://host:8786.

        Raises:
            PoolError: distributed is not installed, or there is no scheduler there.
        """
        try:
            from distributed import Client
        except ImportError as error:
            raise PoolError(f"{error}: install the dependency group 'cluster', as docs/cohort.md tells") from error
        self._catalog = catalog
        self._job = job
        self._address = address
        try:
            self._client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise PoolError(f"there is no Dask scheduler at {address}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # the scheduler may be gone, and its workers with it
            self._client.run(end_judges, self._job, on_error="ignore")
        self._client.close()

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, tuple[ExerciseResult, ...]]]:
        """See `Pool.grade`. With no worker in the cluster it waits for one."""
        from distributed import as_completed

        waiting = iter(tasks)
        begun: dict[str, Task] = {}
        finished = as_completed(loop=self._client.loop)
        while True:
            with self._expected():
                most = self._most()
            for task in islice(waiting, max(0, most - len(begun))):
                with self._expected():
                    future = self._client.submit(grade_on_worker, self._job, task, pure=False, retries=0)
                    finished.add(future)
                begun[future.key] = task
            if not begun:
                return
            with self._expected():
                future = next(finished)
                task = begun.pop(future.key)
                results = self._results(future, task)
            yield task, results

    @contextmanager
    def _expected(self) -> Iterator[None]:
        """Say so when the scheduler is gone."""
        try:
            yield
        except (OSError, CancelledError) as error:
            todo = "what was graded is kept: start one, and run the same command again"
            raise PoolError(f"the Dask scheduler at {self._address} is gone: {todo}") from error

    def _most(self) -> int:
        return _AHEAD * max(1, sum(self._client.nthreads().values()))

    def _results(self, future: Future, task: Task) -> tuple[ExerciseResult, ...]:
        from distributed import KilledWorker

        try:
            return future.result()
        except (JudgeLost, KilledWorker) as error:
            return given_up(self._catalog, task, str(error))


_judges: dict[Job, Judges] = {}  # of this Dask worker
_changing = threading.Lock()


def grade_on_worker(job: Job, task: Task) -> tuple[ExerciseResult, ...]:
    """Grade `task` in a Dask worker; the judges of an earlier job are ended."""
    with _changing:
        if job not in _judges:
            for judges in _judges.values():
                judges.stop()
            _judges.clear()
            _judges[job] = Judges(job)
        mine = _judges[job]
    return mine.grade(task)


def end_judges(job: Job) -> None:
    """End the judges that a Dask worker has for `job`: they take a gigabyte each."""
    with _changing:
        judges = _judges.pop(job, None)
    if judges is not None:
        judges.stop()
