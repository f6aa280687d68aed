"""Judges on this machine: a thread for each, which does nothing but wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Self

from graders.engine.catalog import Catalog
from graders.engine.pool.process import JudgeLost
from graders.engine.pool.work import Job, Task, given_up
from graders.engine.pool.worker import Judges
from graders.engine.results import ExerciseResult

_AHEAD = 4  # tasks a judge that are taken beforehand: reading them goes on while it works, and memory stays bounded


class LocalPool:
    """`count` judges, each a process with zygotes of its own."""

    def __init__(self, catalog: Catalog, job: Job, count: int):
        self._catalog = catalog
        self._judges = Judges(job)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="judge")
        self._most = count * _AHEAD

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._judges.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._judges.close()

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, tuple[ExerciseResult, ...]]]:
        """See `Pool.grade`."""
        waiting = iter(tasks)
        begun: dict[Future, Task] = {}
        while True:
            for task in islice(waiting, self._most - len(begun)):
                begun[self._threads.submit(self._judges.grade, task)] = task
            if not begun:
                return
            for future in wait(begun, return_when=FIRST_COMPLETED).done:
                task = begun.pop(future)
                yield task, self._results(future, task)

    def _results(self, future: Future, task: Task) -> tuple[ExerciseResult, ...]:
        try:
            return future.result()
        except JudgeLost as error:
            return given_up(self._catalog, task, str(error))
