"""The program in a judge's own process: python -m graders.engine.pool.judging DESCRIPTOR.

On the descriptor come a job, then tasks; back go READY or a refusal, then each task's results. The end of what comes
is the end of the work. Both sides are ours; what a submission returns has become plain records before it gets here.
"""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from graders.engine.catalog import Catalog, CatalogError, Exercise
from graders.engine.diagnosis import Diagnosis
from graders.engine.judge import Grade, JudgeError, judge
from graders.engine.pool.work import Job, Task, version_of
from graders.engine.results import ExerciseResult
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.process import SandboxError
from graders.engine.terminal.interrupts import INTERRUPTING
from graders.engine.terminal.repository import ROOT

READY = "ready"


class _Left(Exception):
    """Whoever asked is gone, killed perhaps: there is nobody to answer to."""


def serve(channel: Connection) -> None:
    """Take a job and its tasks from `channel` until it ends."""
    with suppress(_Left):
        job: Job = _asked(channel)
        try:
            _work(channel, job)
        except (CatalogError, JudgeError, SandboxError) as error:
            _answer(channel, str(error))


def _asked(channel: Connection) -> Any:
    try:
        return channel.recv()
    except (EOFError, ConnectionError) as error:
        raise _Left from error


def _answer(channel: Connection, answer: object) -> None:
    try:
        channel.send(answer)
    except ConnectionError as error:
        raise _Left from error


def _work(channel: Connection, job: Job) -> None:
    if version_of(ROOT) != job.version:
        text = f"{ROOT} has other graders, solutions or libraries than the one that asks: make them the same"
        _answer(channel, text)
        return
    catalog = Catalog.load(ROOT)
    exercises = [catalog.exercises[name] for name in job.exercises]
    with Sandboxes(job.isolation) as sandboxes:
        for with_torch in {catalog.uses_torch(e) for e in exercises}:
            sandboxes.zygote(with_torch)  # it imports while pytest collects

        def work(grade: Grade) -> None:
            diagnosis = Diagnosis(catalog, grade) if job.diagnose else None
            _answer(channel, READY)
            while True:
                task: Task = _asked(channel)
                _answer(channel, tuple(_graded(grade, diagnosis, task, catalog.exercises[e]) for e in task.exercises))

        judge(catalog, exercises, sandboxes, job.seed, work)


def _graded(grade: Grade, diagnosis: Diagnosis | None, task: Task, exercise: Exercise) -> ExerciseResult:
    grading = grade(task.texts, exercise)
    return grading.result if diagnosis is None else diagnosis.diagnose(exercise, grading)


def main() -> None:
    for number in INTERRUPTING:
        signal.signal(number, signal.SIG_IGN)  # a terminal sends them to us as well; whoever asks will end us
    signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTING)  # they were held back until now
    with Connection(int(sys.argv[1])) as channel:
        serve(channel)


if __name__ == "__main__":
    main()
