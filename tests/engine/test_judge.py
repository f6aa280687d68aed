"""The judge: what each way of answering a check amounts to, and that no verdict depends on another."""

from pathlib import Path

import pytest

from graders.engine.catalog import Limits
from graders.engine.judge import Grade, judge
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sources import Sources, Texts
from tests.support.repository import SOLUTION, TOPIC, make_repository

HEAD = "import numpy as np\nimport pytest\nfrom graders.engine.kit import *\n"


def grade(
    sandboxes: Sandboxes,
    root: Path,
    *submissions: str | Sources,
    seed: int = 0,
    limits: Limits | None = None,
    **repository: str,
) -> list[ExerciseResult]:
    """Return the verdicts on submissions to a made-up exercise, in one judge session."""
    if "grader" in repository:
        repository["grader"] = HEAD + repository["grader"]
    catalog = make_repository(root, **repository)
    (exercise,) = catalog.exercises.values()
    results = []

    def work(grade_one: Grade) -> None:
        for text in submissions:
            sources = Texts({exercise.id: text}) if isinstance(text, str) else text
            results.append(grade_one(sources, exercise).result)

    judge(catalog, [exercise], sandboxes, seed, work, limits)
    return results


CORE = "@weight(1, core=True)\ndef test_core(submission):\n    "


def test_the_right_solution_earns_all_points(sandboxes: Sandboxes, tmp_path: Path) -> None:
    (result,) = grade(sandboxes, tmp_path, SOLUTION)
    assert (result.outcome, result.points) == (Outcome.PASSED, 10.0)


def test_points_are_the_passed_share_of_the_weights(sandboxes: Sandboxes, tmp_path: Path) -> None:
    (result,) = grade(sandboxes, tmp_path, "def double(x):\n    x *= 2\n    return x")
    assert (result.outcome, result.points) == (Outcome.PARTIAL, pytest.approx(10 * 2 / 3))
    assert [c.outcome for c in result.checks] == ["passed", "passed", "failed"]
    assert "in place" in result.checks[2].message


def test_a_functions_weight_is_shared_by_its_cases(sandboxes: Sandboxes, tmp_path: Path) -> None:
    (result,) = grade(sandboxes, tmp_path, SOLUTION)
    assert [c.weight for c in result.checks] == [1.0, 1.0, 1.0]


def test_without_a_passed_core_check_nothing_is_earned(sandboxes: Sandboxes, tmp_path: Path) -> None:
    grader = CORE + (
        "check(submission.double(3), 6)\n"
        "@weight(9)\ndef test_type(submission):\n    expect_number(submission.double(3))"
    )
    (result,) = grade(sandboxes, tmp_path, "def double(x): return 5", grader=grader)
    assert (result.outcome, result.points) == (Outcome.FAILED, 0.0)


def test_the_message_tells_the_call_what_came_back_and_where_they_part(sandboxes: Sandboxes, tmp_path: Path) -> None:
    grader = (
        CORE
        + "check(submission.double(np.arange(12.0).reshape(3, 4)), 2 * np.arange(12.0).reshape(3, 4), 'twice each')"
    )
    (result,) = grade(
        sandboxes, tmp_path, "def double(x):\n    print('here', x.shape)\n    return x + 1", grader=grader
    )
    (check,) = result.checks
    assert check.message.splitlines() == [
        "double(float64[3, 4])",
        "wanted: twice each",
        "came back: float64[3, 4], wrong in 11 of 12 elements, first at [0, 0] with 1.0; off by 10 at the most",
    ]
    assert check.printed == "here (3, 4)\n"


def test_an_exception_shows_the_learners_own_lines_only(sandboxes: Sandboxes, tmp_path: Path) -> None:
    (result,) = grade(
        sandboxes, tmp_path, "def helper(x):\n    return x.nothing\n\ndef double(x):\n    return helper(x)"
    )
    assert result.outcome is Outcome.ERROR
    lines = result.checks[0].message.splitlines()
    assert lines[0] == "double(2.0) raised AttributeError: 'float' object has no attribute 'nothing'"
    assert lines[1:] == [
        "  exercises/topic/double.py:5 in double: return helper(x)",
        "  exercises/topic/double.py:2 in helper: return x.nothing",
    ]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("import os\ndef double(x): os._exit(0)", Outcome.CRASHED),
        ("def double(x):\n    while True: pass", Outcome.TIMED_OUT),
        ("import time\ndef double(x): time.sleep(1000)", Outcome.TIMED_OUT),
        ("def double(x): return bytearray(1 << 40)", Outcome.OUT_OF_MEMORY),
        ("import os\ndef double(x): os.write(3, b'junk' * 9)", Outcome.FORGED),
        ("import os, sys\nos._exit(0)\ndef double(x): return 2 * x", Outcome.CRASHED),
        ("raise ValueError('no')\ndef double(x): return 2 * x", Outcome.INVALID),
        ("def treble(x): return 3 * x", Outcome.INVALID),
        ("def double(x):\n    return 2 x", Outcome.INVALID),
        ("def double(x):\n    raise NotImplementedError('double')", Outcome.NOT_STARTED),
        ("import solutions.topic.double as s\ndouble = s.double", Outcome.INVALID),
        ("from graders.topic import double", Outcome.INVALID),
        ("double = 3", Outcome.ERROR),
        ("\0", Outcome.INVALID),
        ("(" * 5000, Outcome.INVALID),
        ("x = " + "-" * 200_000 + "1", Outcome.INVALID),
    ],
)
def test_each_way_of_falling_short_has_its_own_outcome_and_no_points(
    sandboxes: Sandboxes, tmp_path: Path, text: str, outcome: Outcome
) -> None:
    limits = Limits(cpu_seconds=0.5, memory_mb=256, output_kb=4)
    bad, good = grade(sandboxes, tmp_path, text, SOLUTION, limits=limits)
    assert (bad.outcome, bad.points) == (outcome, 0.0), bad
    assert good.outcome is Outcome.PASSED, "the next verdict is as if nothing had happened"


def test_a_syntax_error_is_shown_with_its_line_and_a_caret(sandboxes: Sandboxes, tmp_path: Path) -> None:
    (result,) = grade(sandboxes, tmp_path, "def double(x):\n    return 2 $ x\n")
    head, code, caret = result.message.splitlines()
    assert head.startswith("topic/double.py, line 2: ")
    assert code.strip() == "return 2 $ x"
    assert code[caret.index("^")] == "$"


def test_what_is_missing_is_named(sandboxes: Sandboxes, tmp_path: Path) -> None:
    (result,) = grade(sandboxes, tmp_path, "def treble(x): return 3 * x")
    assert "does not define double" in result.message


def test_after_two_time_outs_the_rest_is_not_run_and_not_passed(sandboxes: Sandboxes, tmp_path: Path) -> None:
    text = "def double(x):\n    while isinstance(x, float): pass\n    return 2 * x"
    (result,) = grade(sandboxes, tmp_path, text, limits=Limits(cpu_seconds=0.3))
    assert [c.outcome for c in result.checks] == ["timed_out"] * 3
    assert "not run" in result.checks[2].message


def test_a_check_that_raises_by_itself_is_our_error_and_gives_and_takes_nothing(
    sandboxes: Sandboxes, tmp_path: Path
) -> None:
    grader = CORE + "submission.double(1)\n    raise KeyError('oops')"
    (result,) = grade(sandboxes, tmp_path, SOLUTION, grader=grader)
    assert (result.outcome, result.points) == (Outcome.GRADER_ERROR, None)
    assert "KeyError: 'oops'" in result.checks[0].message


def test_a_check_that_stumbles_over_a_learners_result_alone_is_failed(sandboxes: Sandboxes, tmp_path: Path) -> None:
    grader = CORE + "expect(submission.double(3) + 1 == 7, 'seven')"
    bad, good = grade(sandboxes, tmp_path, "def double(x): return 'six'", SOLUTION, grader=grader)
    assert (bad.outcome, bad.points) == (Outcome.FAILED, 0.0)
    assert "cannot use" in bad.checks[0].message
    assert good.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "grader",
    [
        CORE + "pass",
        CORE + "pytest.skip('not today')",
        "@weight(1, core=True)\n@pytest.mark.skip\ndef test_core(submission):\n    submission.double(1)",
        "def test_without_a_weight(submission):\n    submission.double(1)",
        CORE + "submission.double(1)\n    undefined",
        "import nothing_of_that_name\n" + CORE + "submission.double(1)",
        "x = 1",
        "@weight(1)\ndef test_no_core(submission):\n    check(submission.double(1), 2)",
        "@pytest.fixture\ndef broken():\n    raise ValueError\n"
        + CORE.replace("submission", "submission, broken")
        + "pass",
    ],
    ids=[
        "never calls",
        "skips itself",
        "is skipped",
        "no weight",
        "broken",
        "no import",
        "no checks",
        "no core",
        "fixture",
    ],
)
def test_a_grader_that_proves_nothing_never_passes_anyone(sandboxes: Sandboxes, tmp_path: Path, grader: str) -> None:
    (result,) = grade(sandboxes, tmp_path, SOLUTION, grader=grader)
    assert (result.outcome, result.points) == (Outcome.GRADER_ERROR, None)


def test_calling_back_counts_and_reaches_the_judge(sandboxes: Sandboxes, tmp_path: Path) -> None:
    solution = "def double(f, n):\n    return [f(i) for i in range(n)]"
    grader = CORE + (
        "f = counted(lambda i: 10 * i)\n"
        "    check(submission.double(f, 3), [0, 10, 20])\n"
        "    check(f.calls, [(0,), (1,), (2,)])"
    )
    wrong = "def double(f, n):\n    f(99)\n    return [f(i) for i in range(n)]"
    nonsense = "def double(f, n):\n    return f('a', b=2)"
    ok, extra, bad = grade(sandboxes, tmp_path, solution, wrong, nonsense, grader=grader, solution=solution)
    assert ok.outcome is Outcome.PASSED
    assert extra.outcome is Outcome.FAILED
    assert bad.outcome is Outcome.ERROR, "a callback that is misused raises in the learner's code"
    assert "TypeError" in bad.checks[0].message


def test_what_is_expected_inside_a_callback_fails_the_check_even_if_the_learner_catches_it(
    sandboxes: Sandboxes, tmp_path: Path
) -> None:
    solution = "def double(f):\n    try:\n        return f(2)\n    except Exception:\n        return 4"
    grader = CORE + (
        "def f(x):\n        expect(x == 1, 'wanted: 1')\n        return 4\n    check(submission.double(f), 4)"
    )
    (result,) = grade(sandboxes, tmp_path, solution, grader=grader, solution=solution)
    assert result.outcome is Outcome.FAILED
    assert "wanted: 1" in result.checks[0].message


def test_objects_stay_in_the_child_and_take_operators(sandboxes: Sandboxes, tmp_path: Path) -> None:
    solution = """
class Number:
    def __init__(self, data): self.data = data
    def __add__(self, other): return Number(self.data + getattr(other, "data", other))
    __radd__ = __add__
    def __len__(self): return 7
    def __getitem__(self, i): return i
    def bump(self, by=1): self.data += by
"""
    grader = CORE.replace("double", "Number") + (
        "n = submission.Number(2)\n"
        "    check((1 + n + n).data, 5)\n"
        "    n.bump(by=3)\n"
        "    check(n.data, 5)\n"
        "    n.data = 8\n"
        "    check((n + 0).data, 8)\n"
        "    check(len(n), 7)\n"
        "    check(n['k'], 'k')"
    )
    stub = "class Number:\n    def __init__(self, data):\n        raise NotImplementedError('Number')"
    no_class = "def Number(data): return 5"
    ok, bad = grade(sandboxes, tmp_path, solution, no_class, grader=grader, solution=solution, stub=stub)
    assert ok.outcome is Outcome.PASSED, ok
    assert bad.outcome is Outcome.FAILED
    assert "wanted: an object of a class Number; came back: 5" in bad.checks[0].message


def test_a_submission_may_import_its_own_other_exercises_and_they_are_recorded(
    sandboxes: Sandboxes, tmp_path: Path
) -> None:
    texts = {
        "topic/double": "from exercises.topic.twice import two\ndef double(x): return two() * x",
        "topic/twice": "def two(): return 2",
    }
    own, missing = grade(sandboxes, tmp_path, Texts(texts), texts["topic/double"])
    assert own.outcome is Outcome.PASSED
    assert own.files == ("topic/double", "topic/twice")
    assert missing.outcome is Outcome.INVALID
    assert "No module named 'exercises.topic.twice'" in missing.message


def test_bans_hold_whatever_the_way_of_importing(sandboxes: Sandboxes, tmp_path: Path) -> None:
    topic = TOPIC + 'bans = ["numpy.multiply", "numpy.linalg.norm"]\n'
    ways = [
        "import numpy as np\ndef double(x): return np.multiply(2, x)",
        "from numpy import multiply as m\ndef double(x): return m(2, x)",
        "import importlib\ndef double(x): return getattr(importlib.import_module('numpy'), 'multi' + 'ply')(2, x)",
        "import numpy as np\ndef double(x):\n    try: np.linalg.norm(x)\n    except BaseException: return 2 * x",
    ]
    for result in grade(sandboxes, tmp_path, *ways, topic=topic):
        assert (result.outcome, result.points) == (Outcome.BANNED, 0.0), result


def test_a_grader_that_is_edited_while_it_is_in_use_is_our_error(sandboxes: Sandboxes, tmp_path: Path) -> None:
    probing = "def ask(module):\n    return module.double(2)\n\n" + CORE + "check(probe(submission, ask), 4)"
    catalog = make_repository(tmp_path, grader=HEAD + probing)
    (exercise,) = catalog.exercises.values()
    results = []

    def work(grade_one: Grade) -> None:
        path = catalog.grader_path(exercise)
        path.write_text("# one line more\n\n" + path.read_text())
        results.append(grade_one(Texts({exercise.id: SOLUTION}), exercise).result)

    judge(catalog, [exercise], sandboxes, 0, work)
    (check,) = results[0].checks
    assert check.outcome is Outcome.GRADER_ERROR
    assert "was edited while it is in use" in check.message


def test_a_ban_of_a_function_of_torch_holds_for_its_operator_too(sandboxes: Sandboxes, tmp_path: Path) -> None:
    text = "import torch\ndef double(x):\n    torch.ops.aten.tril(torch.ones(2, 2))\n    return 2 * x"
    grader, topic = f"import torch\n{CORE}submission.double(2)", TOPIC + 'bans = ["torch.tril"]\n'
    (result,) = grade(sandboxes, tmp_path, text, grader=grader, topic=topic)
    assert (result.outcome, result.points) == (Outcome.BANNED, 0.0), result


def test_printing_without_end_is_cut_and_no_fault(sandboxes: Sandboxes, tmp_path: Path) -> None:
    text = "def double(x):\n    for i in range(3000): print('x' * 1000)\n    return 2 * x"
    (result,) = grade(sandboxes, tmp_path, text, limits=Limits(output_kb=4))
    assert result.outcome is Outcome.PASSED
    assert all(len(c.printed) <= 5000 for c in result.checks)


def test_the_seed_decides_what_is_drawn_and_nothing_else_does(sandboxes: Sandboxes, tmp_path: Path) -> None:
    grader = (
        CORE.replace("submission", "submission, rng") + "submission.double(float(rng.normal()))\n    expect(False, 'x')"
    )
    texts = ["def double(x): return x", "import random\ndef double(x): return random.random()"]
    first = grade(sandboxes, tmp_path / "a", *texts, grader=grader, seed=1)
    again = grade(sandboxes, tmp_path / "b", *texts[::-1], grader=grader, seed=1)[::-1]
    other = grade(sandboxes, tmp_path / "c", *texts, grader=grader, seed=2)
    assert [r.checks for r in first] == [r.checks for r in again]
    assert first[0].checks[0].message != other[0].checks[0].message


def test_global_randomness_of_a_submission_is_the_same_in_every_run(sandboxes: Sandboxes, tmp_path: Path) -> None:
    text = (
        "import random, numpy\ndef double(x): raise ValueError(random.random(), numpy.random.rand(), {'a', 'b', 'c'})"
    )
    one, two = grade(sandboxes, tmp_path, text, text)
    assert one.checks == two.checks


def test_calling_back_without_end_is_ended_by_a_count(sandboxes: Sandboxes, tmp_path: Path) -> None:
    solution = "def double(f):\n    return f()"
    grader = CORE + "check(submission.double(lambda: 1), 1)"
    endless = "def double(f):\n    while True: f()"
    (result,) = grade(sandboxes, tmp_path, endless, grader=grader, solution=solution, limits=Limits(cpu_seconds=60))
    assert result.outcome is Outcome.TIMED_OUT
    assert "called back more than" in result.checks[0].message
