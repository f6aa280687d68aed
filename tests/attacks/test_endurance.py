"""A judge may grade for long, be killed, or grade in any order: nothing is left behind, and no verdict changes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.attack import ROOT
from tests.attacks.endurance import SUBMISSIONS
from tests.support.as_user import command_as_user

MOST_MEGABYTES = 8  # of growth from the 200th to the 1,000th grading
LEVELS = ["full", "confined"]


@pytest.fixture
def folder() -> Iterator[str]:
    """An empty folder that any user may write to, which serves for temporary files too."""
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o777)
        yield made


def begin(task: str, folder: str, level: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.attacks.endurance", task, f"{folder}/repository", level]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TMPDIR": folder}
    return subprocess.Popen(command_as_user(command), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def descendants(ancestor: int) -> dict[int, str]:
    """Return pid -> start time of every process below `ancestor`."""
    parents, began = {}, {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        pid = int(place.parent.name)
        parents[pid], began[pid] = int(fields[1]), fields[19]

    def is_below(pid: int) -> bool:
        return pid in parents and (parents[pid] == ancestor or is_below(parents[pid]))

    return {pid: began[pid] for pid in parents if is_below(pid)}


def still_there(processes: dict[int, str]) -> list[int]:
    """Return those of `processes` that live: a number that another process has taken over does not count."""
    return [pid for pid, began in processes.items() if _start_time(pid) == began]


def _start_time(pid: int) -> str | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def wait_until_gone(processes: dict[int, str]) -> list[int]:
    end = time.monotonic() + 10
    while still_there(processes) and time.monotonic() < end:
        time.sleep(0.05)
    return still_there(processes)


@pytest.mark.parametrize("level", LEVELS)
def test_a_thousand_gradings_leave_nothing_behind(folder: str, level: str) -> None:
    shared = set(os.listdir("/dev/shm"))
    snapshots = []
    with begin("many", folder, level) as judge:
        for line in judge.stdout:
            snapshots.append(json.loads(line))
            # The jail's two processes, the zygote, children at work or on their way out, the spare.
            assert len(descendants(judge.pid)) <= 8
    assert judge.returncode == 0
    first, *_, last = snapshots
    assert last["gradings"] == 1000
    assert last["megabytes"] - first["megabytes"] <= MOST_MEGABYTES, snapshots
    assert abs(last["descriptors"] - first["descriptors"]) <= 4, snapshots  # of a child on its way out
    assert os.listdir(folder) == ["repository"]
    assert set(os.listdir("/dev/shm")) <= shared


@pytest.mark.parametrize("level", LEVELS)
def test_a_judge_that_is_killed_leaves_no_process_behind(folder: str, level: str) -> None:
    with begin("endless", folder, level) as judge:
        assert json.loads(judge.stdout.readline()) == "begun"
        time.sleep(0.3)  # long enough for the loop to run; if it does not yet, the test is only easier to pass
        below = descendants(judge.pid)
        assert len(below) >= 3  # the zygote, the child that works, the spare one
        judge.send_signal(signal.SIGKILL)
    assert wait_until_gone(below) == []


@pytest.mark.parametrize("level", LEVELS)
def test_a_verdict_does_not_depend_on_what_was_graded_before(folder: str, level: str) -> None:
    with begin("shuffled", folder, level) as judge:
        first, *others = map(json.loads, judge.stdout)
    assert judge.returncode == 0
    assert len(others) == 2
    for verdicts in others:
        for name in SUBMISSIONS:
            assert verdicts[name] == first[name], name
    assert first["right"]["outcome"] == "passed"
    assert [name for name, verdict in first.items() if verdict["points"] == verdict["max_points"]] == [
        *("right", "prints", "leaves files", "leaves a thread"),
    ]
