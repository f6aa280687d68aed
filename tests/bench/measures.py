"""Measures the figures of the table, one function a row or two."""

from __future__ import annotations

import gc
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect

from graders.engine.catalog import Exercise
from graders.engine.diagnosis import Diagnosis
from graders.engine.judge import Grade
from graders.engine.results import Outcome
from graders.engine.sandbox.host import Sandboxes, Zygote
from graders.engine.sources import Texts
from tests.bench import processes
from tests.bench.cohort import Judges, Pair, compare, grade, make_cohort, without_endless
from tests.bench.rows import Row, spread
from tests.bench.watching import save_to_verdict
from tests.support.grading import CATALOG, EXERCISES, ROOT

WITH_TORCH, WITH_NUMPY = "attention/scaled_dot_product", "foundations/softmax"
_COHORT = 100
_GRADINGS, _WARM_UP = 1000, 300
_CHILDREN = 100
_COUNT = 15  # of repetitions, for a median


class NotMeasured(Exception):
    """A figure could not be measured; the message says why."""


@dataclass(frozen=True)
class Judging:
    """One judge session: its sandboxes, and both ways of grading."""

    sandboxes: Sandboxes
    isolated: Grade
    direct: Grade


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def one_pair(judging: Judging) -> Iterator[Row]:
    pair = _solution(WITH_TORCH)
    _expect_passed(judging, pair)
    both = [_both_ways(judging, pair) for _ in range(_COUNT)]
    isolated, direct = zip(*both, strict=True)
    yield Row(
        f"one submission to {WITH_TORCH}, beyond its own computing time",
        1000 * statistics.median(a - b for a, b in both),
        "ms",
        f"{spread([1000 * s for s in isolated])} ms in the sandbox, {spread([1000 * s for s in direct])} ms for the "
        f"same checks without one, in the same judge; {_COUNT} of each in turn",
        most=30,
    )
    fresh = [_in_fresh_pytest(*pair) for _ in range(5)]
    yield Row(
        "a pytest subprocess for the same submission, in gradings",
        statistics.median(fresh) / statistics.median(isolated),
        "times",
        f"the subprocess: {spread(fresh)} s, which imports torch each time",
        least=30,
    )


def exercise_by_exercise(judging: Judging) -> Iterator[Row]:
    """Yield for each exercise what isolation costs its solution; no target of its own."""
    for exercise in EXERCISES:
        pair = _solution(exercise.id)
        _expect_passed(judging, pair)
        both = [_both_ways(judging, pair) for _ in range(5)]
        isolated, direct = zip(*both, strict=True)
        calls = judging.isolated(Texts(dict([pair])), exercise).calls.values()
        yield Row(
            f"{exercise.id}: isolation",
            1000 * statistics.median(a - b for a, b in both),
            "ms",
            f"{spread([1000 * s for s in isolated])} ms, {spread([1000 * s for s in direct])} ms without; "
            f"{len(calls)} checks make {sum(map(len, calls))} calls",
        )


def whole_cohort(judging: Judging) -> Iterator[Row]:
    pairs = without_endless(make_cohort(CATALOG, EXERCISES, _COHORT), judging.isolated, judging.direct)
    rounds = [compare(pairs, judging.isolated, judging.direct) for _ in range(3)]
    direct = statistics.median(r.direct for r in rounds)
    yield Row(
        f"a cohort of {len(pairs)} submissions, one judge",
        statistics.median(r.isolated / r.direct for r in rounds),
        "times the time",
        f"{spread([r.isolated for r in rounds])} s in the sandbox, {spread([r.direct for r in rounds])} s for the same "
        f"checks without one; 3 rounds of both in turn; the same checks passed in {rounds[0].alike} of {len(pairs)}; "
        f"{_COHORT - len(pairs)} more would never end without a sandbox; starting up is not counted",
        most=1.3,
    )
    judges = Judges(2, pairs, judging.sandboxes.level)
    try:
        spent = [judges.run() for _ in range(3)]
    finally:
        judges.close()
    yield Row(
        "the same cohort, two judges",
        statistics.median(spent) / direct,
        "times the time",
        f"{spread(spent)} s, beside the same {direct:.3g} s; this machine has {os.cpu_count()} cores",
        most=0.75,
    )


def changed_text(judging: Judging) -> Iterator[Row]:
    """Yield what a watch mode would wait for, once a change has been noticed."""
    diagnosis = Diagnosis(CATALOG, judging.isolated)
    for name in (WITH_NUMPY, WITH_TORCH):
        exercise = CATALOG.exercises[name]
        right, wrong = CATALOG.solution(exercise), CATALOG.mistakes(exercise)[0].apply(CATALOG.solution(exercise))

        def verdict(text: str, exercise: Exercise = exercise) -> float:
            sources = Texts({exercise.id: text})
            return 1000 * seconds(lambda: diagnosis.diagnose(exercise, judging.isolated(sources, exercise)))

        first = verdict(wrong)
        times = [verdict(f"{text}\n# {i}\n") for i in range(_COUNT) for text in (right, wrong)]
        yield Row(
            f"changed text to verdict in a warm judge, {name}",
            statistics.median(times),
            "ms",
            f"{spread(times)} ms, a right and a wrong text in turn, with diagnosis; the first wrong one, for which "
            f"known mistakes were replayed: {first:.0f} ms",
            most=150,
        )


def saved_file(judging: Judging) -> Iterator[Row]:
    """Yield what someone at a terminal waits for, noticing the change and showing the verdict included."""
    for name in (WITH_NUMPY, WITH_TORCH):
        try:
            yield save_to_verdict(name)
        except pexpect.ExceptionPexpect as error:
            raise NotMeasured(f"the watch of {name} shows no verdict: {error}") from error


def cold_grade(judging: Judging) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, f"{WITH_NUMPY}.py")
        place.parent.mkdir()
        # The submission itself looks whether its process, and so the zygote, has torch.
        has_none = "import sys\nassert 'torch' not in sys.modules\n"
        place.write_text(f"{CATALOG.solution(CATALOG.exercises[WITH_NUMPY])}\n{has_none}")
        command = ["-m", "graders", "grade", WITH_NUMPY, "--fresh", "--submission", folder]
        times = [seconds(lambda: _run([sys.executable, *command])) for _ in range(5)]
        imported = _run([sys.executable, "-X", "importtime", *command]).stderr
        bare = [seconds(lambda: _run([sys.executable, "-c", "import numpy, pytest"])) for _ in range(5)]
    if re.search(r"\| +torch$", imported, re.MULTILINE):
        raise NotMeasured(f"grading {WITH_NUMPY} imports torch into the judge")
    yield Row(
        f"grade {WITH_NUMPY}, cold, torch not imported",
        statistics.median(times),
        "s",
        f"{spread(times)} s; python -c 'import numpy, pytest': {spread(bare)} s",
        most=1.5,
    )


def memory(judging: Judging) -> Iterator[Row]:
    grade(judging.isolated, _solution(WITH_TORCH))
    judge, zygote = processes.resident_bytes(os.getpid()), judging.sandboxes.zygote(True).resident_bytes
    yield Row(
        "memory of a judge and its zygote with torch",
        (judge + zygote) / 2**20,
        "MB",
        f"resident: {judge >> 20} and {zygote >> 20} MB, in which what both share counts twice",
        most=1024,
    )


def spawn_call_kill(judging: Judging) -> Iterator[Row]:
    plain = [1000 * seconds(_fork_plainly) for _ in range(_CHILDREN)]
    for with_torch in (False, True):
        zygote = judging.sandboxes.zygote(with_torch)
        zygote.spawn().end()
        started = time.perf_counter()
        spawned, called, ended = zip(*(_life_of_a_child(zygote) for _ in range(_CHILDREN)), strict=True)
        spent = time.perf_counter() - started
        yield Row(
            f"a child {'with' if with_torch else 'without'} torch: fork, lock down, call, kill",
            1000 * spent / _CHILDREN,
            "ms",
            f"until it is ready {spread(spawned)}, a call {spread(called)}, to kill it {spread(ended)} ms, each forked "
            f"while the one before works; fork and end of this process, without a sandbox: {spread(plain)} ms",
        )


def thousand_gradings(judging: Judging) -> Iterator[Row]:
    """Yield what many gradings leave behind, after some that warm up."""
    pairs = [_solution(WITH_NUMPY), _solution(WITH_TORCH)]
    for i in range(_WARM_UP):
        grade(judging.isolated, pairs[i % 2])
    before = _traces(judging)
    spent = seconds(lambda: [grade(judging.isolated, pairs[i % 2]) for i in range(_GRADINGS)])
    after = _traces(judging)
    grown = {name: after[name] - before[name] for name in before}
    rest = ", ".join(f"{n:+} {name}" for name, n in grown.items() if name != "MB")
    yield Row(
        f"growth of judge and zygotes in {_GRADINGS:,} gradings",
        grown["MB"],
        "MB",
        f"of {before['MB']:.0f} MB, after {_WARM_UP} that warm up; {rest}; {spent:.0f} s",
    )


def _traces(judging: Judging) -> dict[str, float]:
    gc.collect()
    ours = os.getpid()
    zygotes = [judging.sandboxes.zygote(with_torch) for with_torch in (False, True)]
    descendants = processes.descendants(ours)
    return {
        "MB": (processes.resident_bytes(ours) + sum(z.resident_bytes for z in zygotes)) / 2**20,
        "descriptors": processes.open_descriptors(ours),
        "processes": len(descendants),
        "temporary files": len(os.listdir(tempfile.gettempdir())),
    }


def _solution(exercise_id: str) -> Pair:
    return exercise_id, CATALOG.solution(CATALOG.exercises[exercise_id])


def _expect_passed(judging: Judging, pair: Pair) -> None:
    """Require that both ways come to the end of the same checks; also warms them up."""
    for way in (judging.isolated, judging.direct):
        result = grade(way, pair)
        if result.outcome is not Outcome.PASSED:
            raise NotMeasured(f"the solution of {pair[0]} is {result.outcome}: {result.message}")


def _both_ways(judging: Judging, pair: Pair) -> tuple[float, float]:
    return seconds(lambda: grade(judging.isolated, pair)), seconds(lambda: grade(judging.direct, pair))


def _in_fresh_pytest(exercise_id: str, text: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        submission = Path(folder, "submission.py")
        submission.write_text(text)
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir=.", "-p", "no:cacheprovider"),
            *("-p", "tests.bench.direct_pytest", "--submission", str(submission), f"graders/{exercise_id}.py"),
        ]
        return seconds(lambda: _run(command))


def _run(command: list[str]) -> subprocess.CompletedProcess:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotMeasured(f"{' '.join(command)} gave {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    return done


def _fork_plainly() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _life_of_a_child(zygote: Zygote) -> tuple[float, float, float]:
    """Return the milliseconds until a child is ready, of the smallest request, and of killing it."""
    started = time.perf_counter()
    child = zygote.spawn()
    spawned = time.perf_counter()
    child.exchange(["inspect", ""], [], lambda *_: (["source", None], []))
    called = time.perf_counter()
    child.end()
    return 1000 * (spawned - started), 1000 * (called - spawned), 1000 * (time.perf_counter() - called)
