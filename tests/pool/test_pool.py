"""Pools of judges: every task is answered once, whatever becomes of the judges."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from graders.engine.pool.local import LocalPool
from graders.engine.pool.process import JudgeProcess
from graders.engine.pool.work import Job, PoolError, Task, version_of
from graders.engine.results import Outcome
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Texts
from tests.support.grading import CATALOG, ROOT

SOFTMAX = "foundations/softmax"
STOPPING = "foundations/early_stopping"


def job(*exercises, **changes):
    made = Job(exercises or (SOFTMAX,), seed=3, isolation=Isolation.FULL, diagnose=True, version=version_of(ROOT))
    return replace(made, **changes)


def solution(exercise_id):
    return CATALOG.solution(CATALOG.exercises[exercise_id])


def tasks(count, *exercises, text=None):
    for number in range(count):
        texts = {e: text or solution(e) for e in exercises or (SOFTMAX,)}
        yield Task(number, Texts(texts), exercises or (SOFTMAX,))


def judging():
    """Return the judges' processes that this one started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            line = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue  # it has just ended
        if parent == os.getpid() and b"graders.engine.pool.judging" in line:
            found.append(int(status.parent.name))
    return found


def test_each_task_is_answered_once_with_a_result_for_each_exercise():
    with LocalPool(CATALOG, job(SOFTMAX, STOPPING), 2) as pool:
        answers = [(task.number, results) for task, results in pool.grade(tasks(15, STOPPING, SOFTMAX))]
    assert sorted(number for number, _ in answers) == list(range(15))
    assert all([r.id for r in results] == [STOPPING, SOFTMAX] for _, results in answers)
    assert {r.outcome for _, results in answers for r in results} == {Outcome.PASSED}


def test_mistakes_are_named_and_what_cannot_be_read_says_why():
    mistake = CATALOG.mistakes(CATALOG.exercises[SOFTMAX])[0]
    wrong = Task(0, Texts({SOFTMAX: mistake.apply(solution(SOFTMAX))}), (SOFTMAX,))
    unreadable = Task(1, Texts({}, {SOFTMAX: "it is a link"}), (SOFTMAX,))
    with LocalPool(CATALOG, job(), 1) as pool:
        answers = {task.number: results[0] for task, results in pool.grade([wrong, unreadable])}
    assert answers[0].diagnosis == (mistake.why,)
    assert (answers[1].outcome, answers[1].message) == (Outcome.INVALID, "it is a link")


def test_tasks_are_taken_as_they_are_needed():
    taken = []

    def endless():
        for task in tasks(10_000):
            taken.append(task.number)
            yield task

    with LocalPool(CATALOG, job(), 1) as pool:
        answers = pool.grade(endless())
        for _ in range(3):
            next(answers)
        assert len(taken) < 12


def test_a_judge_that_is_killed_is_replaced_and_no_task_is_lost_or_doubled():
    numbers = []
    with LocalPool(CATALOG, job(), 2) as pool:
        for task, results in pool.grade(tasks(12)):
            numbers.append(task.number)
            assert results[0].outcome is Outcome.PASSED
            if len(numbers) in (2, 5):
                os.kill(judging()[0], signal.SIGKILL)
    assert sorted(numbers) == list(range(12))


def kill_judges(count):
    """Kill so many judges, each as soon as it is there."""
    killed = set()
    while len(killed) < count:
        for pid in set(judging()) - killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        time.sleep(0.01)


def test_a_task_that_costs_three_judges_is_our_error_and_the_others_go_on():
    with LocalPool(CATALOG, job(), 1) as pool, ThreadPoolExecutor(1) as killer:
        answers = pool.grade(tasks(2))
        killing = killer.submit(kill_judges, 3)
        lost, graded = next(answers)[1][0], next(answers)[1][0]
        killing.result()
    assert (lost.outcome, lost.points) == (Outcome.GRADER_ERROR, None)
    assert lost.message == "a judge's process ended with exit status -9"
    assert graded.outcome is Outcome.PASSED


def test_a_judge_of_other_files_refuses():
    with (
        LocalPool(CATALOG, job(version="another"), 1) as pool,
        pytest.raises(PoolError, match="has other graders, solutions or libraries"),
    ):
        list(pool.grade(tasks(1)))


def test_no_process_is_left_when_a_pool_ends_in_the_middle():
    def fail(results):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), LocalPool(CATALOG, job(), 2) as pool:
        fail(next(pool.grade(tasks(50))))
    assert not judging()


ASKING = """
import os
from graders.engine.pool.local import LocalPool
from tests.pool.test_pool import CATALOG, job, judging, tasks
with LocalPool(CATALOG, job(), 1) as pool:
    for _ in pool.grade(tasks(10_000)):
        print(*judging(), flush=True)
"""


def test_judges_end_when_the_one_who_asks_is_killed():
    asking = subprocess.Popen([sys.executable, "-c", ASKING], cwd=ROOT, stdout=subprocess.PIPE)
    with asking.stdout:
        judge = int(asking.stdout.readline())
        asking.kill()
        asking.wait()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{judge}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{judge}").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_a_terminal_sends_does_not_reach_a_judge_however_early_it_comes(number):
    judge = JudgeProcess(job())
    for pid in judging():
        os.kill(pid, number)
    try:
        assert judge.grade(next(tasks(1)))[0].outcome is Outcome.PASSED
    finally:
        judge.close()
