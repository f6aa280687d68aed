"""What `nox -s bench` rests on: that both ways of grading do the same, and that figures are read aright."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graders.engine.judge import Grade
from graders.engine.results import Outcome
from graders.engine.sandbox.host import Sandboxes
from tests.bench import processes
from tests.bench.cohort import compare, grade, make_cohort, without_endless
from tests.bench.direct import judge_both
from tests.bench.measures import NotMeasured, _run
from tests.bench.rows import Row, spread
from tests.support.grading import CATALOG

NAMES = ["foundations/softmax", "foundations/early_stopping"]


@pytest.mark.parametrize(
    ("value", "target", "verdict"),
    [
        (29.0, {"most": 30}, "met"),
        (31.0, {"most": 30}, "missed"),
        (31.0, {"least": 30}, "met"),
        (29.0, {"least": 30}, "missed"),
        (29.0, {}, ""),
    ],
)
def test_a_figure_is_met_or_missed_where_it_has_a_target(value: float, target: dict, verdict: str) -> None:
    assert Row("x", value, "ms", "", **target).verdict == verdict


def test_spread_is_the_median_and_the_quartiles() -> None:
    assert spread([5, 1, 3, 2, 4, 7, 6], "ms") == "4 (2 to 6) ms"
    assert spread([3, 1, 2]) == "2 (1 to 3)"


def test_without_isolation_the_same_checks_pass(sandboxes: Sandboxes) -> None:
    exercises = [CATALOG.exercises[name] for name in NAMES]
    cohort = make_cohort(CATALOG, exercises, 12)
    seen = []

    def work(isolated: Grade, direct: Grade) -> None:
        pairs = without_endless(cohort, isolated, direct)
        seen.append((len(pairs), compare(pairs, isolated, direct)))
        solution = NAMES[1], CATALOG.solution(exercises[1])  # objects of the learner's own, errors that are wanted
        seen.append([grade(way, solution).outcome for way in (isolated, direct)])

    judge_both(CATALOG, exercises, sandboxes, work)
    (pairs, compared), outcomes = seen
    assert compared.alike == pairs == 12
    assert min(compared.isolated, compared.direct) > 0
    assert outcomes == [Outcome.PASSED, Outcome.PASSED]


def test_a_cohort_has_solutions_stubs_and_mistakes_of_each_exercise() -> None:
    exercises = [CATALOG.exercises[name] for name in NAMES]
    cohort = make_cohort(CATALOG, exercises, 20)
    assert cohort == make_cohort(CATALOG, exercises, 20)
    for exercise in exercises:
        texts = [text for name, text in cohort if name == exercise.id]
        assert len(texts) == 10
        assert CATALOG.solution(exercise) in texts
        assert CATALOG.stub_path(exercise).read_text() in texts
        assert CATALOG.mistakes(exercise)[0].apply(CATALOG.solution(exercise)) in texts


def test_a_command_that_fails_is_no_figure() -> None:
    with pytest.raises(NotMeasured, match="no such part"):
        _run([sys.executable, "-c", "raise SystemExit('no such part')"])


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no /proc")
def test_what_this_process_started_is_found_and_measured() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        assert sleeper.pid in processes.descendants(os.getpid())
        assert 0 < processes.resident_bytes(sleeper.pid) < processes.resident_bytes(os.getpid())
        sleeper.kill()
    assert sleeper.pid not in processes.descendants(os.getpid())
    assert processes.resident_bytes(sleeper.pid) == 0
