"""A pool on a real Dask scheduler with real workers on loopback, one of them killed half-way."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from graders.engine.pool.cluster import ClusterPool
from graders.engine.pool.work import PoolError
from graders.engine.results import Outcome
from tests.pool.test_pool import job, tasks
from tests.support.grading import CATALOG, ROOT

pytestmark = pytest.mark.xdist_group("cluster")


def start(*arguments):
    """Start one of Dask's commands; return its process once its first lines are there."""
    command = [sys.executable, "-m", "dask", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."})


def said(process, pattern):
    """Return what `pattern` finds first in what the process says."""
    for line in process.stderr:
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError(f"it ended with {process.wait()}")


@pytest.fixture
def begin():
    """A function that starts one of Dask's commands, which ends with the test, and finds something in what it says."""
    started = []

    def begin(*arguments, until):
        started.append(start(*arguments, "--host", "127.0.0.1"))
        return started[-1], said(started[-1], until)

    yield begin
    for process in started:
        with process:
            process.kill()


@pytest.fixture
def start_scheduler(begin):
    """A function that starts a scheduler and returns its process and its address."""
    return lambda: begin("scheduler", "--port", "0", "--no-dashboard", until=r"Scheduler at:\s+(tcp://\S+)")


@pytest.fixture
def start_worker_of(begin, tmp_path):
    """A function that starts a scheduler's worker with one thread and returns its process once it has registered."""
    options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path)]
    return lambda address: begin("worker", address, *options, until="(Registered) to")[0]


@pytest.fixture
def scheduler(start_scheduler):
    return start_scheduler()[1]


@pytest.fixture
def start_worker(scheduler, start_worker_of):
    return lambda: start_worker_of(scheduler)


def test_a_lost_worker_and_its_tasks_again_neither_lose_nor_double_a_result(scheduler, start_worker):
    first, _ = start_worker(), start_worker()
    numbers = []
    with ClusterPool(CATALOG, job(), scheduler) as pool:
        for task, results in pool.grade(tasks(30)):
            assert results[0].outcome is Outcome.PASSED
            numbers.append(task.number)
            if len(numbers) == 8:
                first.send_signal(signal.SIGKILL)
    assert sorted(numbers) == list(range(30))


def test_a_worker_may_come_late(scheduler, start_worker):
    with ClusterPool(CATALOG, job(), scheduler) as pool:
        answers = pool.grade(tasks(2))
        start_worker()
        assert [results[0].outcome for _, results in answers] == [Outcome.PASSED] * 2


def test_a_worker_of_other_files_refuses(scheduler, start_worker):
    start_worker()
    with (
        ClusterPool(CATALOG, job(version="another"), scheduler) as pool,
        pytest.raises(PoolError, match="has other graders, solutions or libraries"),
    ):
        list(pool.grade(tasks(1)))


def test_the_judges_of_a_cluster_end_with_the_run(scheduler, start_worker):
    worker = start_worker()
    with ClusterPool(CATALOG, job(), scheduler) as pool:
        list(pool.grade(tasks(1)))
        assert judges_of(worker.pid)
    deadline = time.monotonic() + 60
    while judges_of(worker.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not judges_of(worker.pid)


def judges_of(pid):
    listed = subprocess.run(["ps", "-o", "stat=,args=", "--ppid", str(pid)], capture_output=True, text=True)
    return [line for line in listed.stdout.splitlines() if "engine.pool.judging" in line and not line.startswith("Z")]


def test_without_a_scheduler_it_says_so():
    with pytest.raises(PoolError, match=r"^there is no Dask scheduler at tcp://127\.0\.0\.1:9"):
        ClusterPool(CATALOG, job(), "tcp://127.0.0.1:9")


def test_a_scheduler_that_ends_half_way_is_told(start_scheduler, start_worker_of):
    process, address = start_scheduler()
    start_worker_of(address)
    with ClusterPool(CATALOG, job(), address) as pool:
        answers = pool.grade(tasks(1000))
        next(answers)
        process.kill()
        with pytest.raises(PoolError, match=f"the Dask scheduler at {address} is gone"):
            list(answers)
