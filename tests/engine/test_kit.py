"""What graders are given: it measures what it says, and survives whatever a learner's code returns."""

from pathlib import Path

import numpy as np
import pytest
import torch

from graders.engine.judge import Grade, judge
from graders.engine.kit import (
    check,
    expect_array,
    expect_frequencies,
    expect_number,
    expect_type,
    noncontiguous,
    normal,
    sizes,
    weight,
)
from graders.engine.results import CheckResult
from graders.engine.sandbox.host import Sandboxes
from graders.engine.session import CheckFailed
from graders.engine.sources import Texts
from tests.support.repository import make_repository

HEAD = (
    "import numpy as np\nfrom graders.engine.kit import *\n{}\n@weight(1, core=True)\ndef test_it(submission, rng):\n"
)


def run(sandboxes: Sandboxes, root: Path, body: str, module: str, with_torch: bool = False) -> CheckResult:
    """Return the verdict on one check with this body against this module."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    catalog = make_repository(
        root, grader=HEAD.format("import torch" if with_torch else "") + lines, solution=module, stub=module
    )
    (exercise,) = catalog.exercises.values()
    results = []

    def work(grade: Grade) -> None:
        results.append(grade(Texts({exercise.id: module}), exercise).result.checks[0])

    judge(catalog, [exercise], sandboxes, 0, work)
    return results[0]


def passes(sandboxes: Sandboxes, root: Path, body: str, module: str, with_torch: bool = False) -> bool:
    result = run(sandboxes, root, body, module, with_torch)
    assert result.outcome in ("passed", "failed"), result
    return result.outcome == "passed"


def test_a_python_loop_shows_in_the_lines_that_run(sandboxes: Sandboxes, tmp_path: Path) -> None:
    body = "short, long = (count_lines(submission.f, np.ones(n))[1] for n in (10, 100))\nexpect(long <= short, 'grows')"
    assert passes(sandboxes, tmp_path / "a", body, "def f(x):\n    return x.sum()")
    for i, loop in enumerate(("sum(v for v in x)", "sum([v for v in x])", "sum(map(lambda v: v, x))")):
        assert not passes(sandboxes, tmp_path / str(i), body, f"def f(x):\n    return {loop}")


def test_repeated_calls_draw_on_from_one_generator(sandboxes: Sandboxes, tmp_path: Path) -> None:
    body = (
        "draws = repeat(submission.f, 500, np.random.default_rng(1))\n"
        "check(draws, np.random.default_rng(1).random(500).tolist())"
    )
    assert passes(sandboxes, tmp_path, body, "def f(rng):\n    return rng.random()")


def test_raises_wants_the_kind_of_error_and_the_facts(sandboxes: Sandboxes, tmp_path: Path) -> None:
    body = "with raises(ValueError, 6, 4):\n    submission.f()"
    assert passes(sandboxes, tmp_path / "a", body, "def f():\n    raise UnicodeError('6 is not 4')")
    for i, code in enumerate(("raise ValueError('6')", "raise TypeError('6 4')", "return 64")):
        assert not passes(sandboxes, tmp_path / str(i), body, f"def f():\n    {code}")


def test_arguments_changed_in_place_are_noticed(sandboxes: Sandboxes, tmp_path: Path) -> None:
    body = "submission.f(np.ones(3), [1], k={'a': 1})\nuntouched(submission)"
    assert passes(sandboxes, tmp_path / "same", body, "def f(x, y, k): return 0")
    for i, change in enumerate(("x += 1", "y.append(2)", "k.clear()", "x[0] = float('nan')")):
        assert not passes(sandboxes, tmp_path / str(i), body, f"def f(x, y, k):\n    {change}")


def test_a_probe_runs_beside_the_module(sandboxes: Sandboxes, tmp_path: Path) -> None:
    body = (
        "def ask(module, n):\n    import math\n    return math.floor(module.f(n))\ncheck(probe(submission, ask, 2), 4)"
    )
    assert passes(sandboxes, tmp_path, body, "def f(n): return 2 * n")


def test_gradients_are_those_of_autograd(sandboxes: Sandboxes, tmp_path: Path) -> None:
    body = (
        "x, w = normal(rng, 3, 2, dtype=torch.float64), normal(rng, 2, dtype=torch.float64)\n"
        "g = gradients(submission.f, x, w, upstream=torch.ones(3, dtype=torch.float64))\n"
        "check(g.output, x @ w)\ncheck(g.arguments, [w.expand(3, 2), x.sum(0)])"
    )
    module = "import torch\ndef f(x, w):\n    return x @ w"
    assert passes(sandboxes, tmp_path / "a", body, module, with_torch=True)
    for i, code in enumerate(("(x @ w).detach()", "x", "None", "3.0")):
        wrong = f"import torch\ndef f(x, w):\n    return {code}"
        assert not passes(sandboxes, tmp_path / str(i), body, wrong, with_torch=True)


def test_operations_and_matrix_products_are_counted(sandboxes: Sandboxes, tmp_path: Path) -> None:
    body = (
        "x = torch.ones(4, 5)\n"
        "_, counts = count_operations(submission.f, x)\n_, flops = count_flops(submission.f, x)\n"
        "check((counts['aten.mm'], flops), (2, 2 * 2 * 4 * 5 * 4))"
    )
    module = "import torch\ndef f(x):\n    return x @ x.T + x @ x.T"
    assert passes(sandboxes, tmp_path / "a", body, module, with_torch=True)
    assert not passes(sandboxes, tmp_path / "b", body, "import torch\ndef f(x):\n    return x @ x.T", with_torch=True)


def test_peak_memory_counts_what_is_held_at_once(sandboxes: Sandboxes, tmp_path: Path) -> None:
    body = "_, grew = peak_memory(submission.f, 1 << 25, warm_up=(10,))\nexpect(grew < 64 << 20, f'{grew} bytes')"
    small = "import numpy as np\ndef f(n):\n    return sum(float(np.ones(n >> 5).sum()) for _ in range(32))"
    large = "import numpy as np\ndef f(n):\n    return float(np.ones(n).sum())"
    assert passes(sandboxes, tmp_path / "a", body, small)
    assert not passes(sandboxes, tmp_path / "b", body, large)


@pytest.mark.parametrize("measure", ["count_lines", "count_flops", "count_operations"])
def test_a_forged_measurement_is_no_measurement(sandboxes: Sandboxes, tmp_path: Path, measure: str) -> None:
    body = f"_, n = {measure}(submission.f)\nexpect(n == 0 or n == {{}}, 'none')"
    forging = (
        "import sys, torch\nfrom graders.engine.sandbox import worker\n"
        "worker.Worker._probe = lambda *a: lambda *b: 'nothing'\ndef f(): return 0"
    )
    assert not passes(sandboxes, tmp_path, body, forging, with_torch=True)


def test_expectations_take_numbers_of_any_library_and_nothing_else() -> None:
    for number in (2, 2.0, np.float32(2), np.array(2.0), torch.tensor(2.0), np.int8(2)):
        assert expect_number(number) == 2.0
    for other in (True, "2", None, np.ones(1), torch.ones(1), 2j, object()):
        with pytest.raises(CheckFailed):
            expect_number(other)
    assert expect_array(torch.ones(2, dtype=torch.bfloat16), (2,)).dtype == np.float64
    for other in (np.ones(3), np.ones((1, 2)), [1.0, 1.0], None, np.ones(2, "f4")):
        with pytest.raises(CheckFailed):
            expect_array(other, (2,), np.float64)
    assert expect_type([1], list) == [1]
    with pytest.raises(CheckFailed):
        expect_type(True, int)


def test_drawn_inputs_are_what_was_asked_for() -> None:
    rng = np.random.default_rng(0)
    assert normal(rng, 3, 2, dtype=np.float32).dtype == np.float32
    assert normal(rng, 3, dtype=torch.float16).dtype is torch.float16
    assert len(set(sizes(rng, 5, 2, 6))) == 5
    with pytest.raises(ValueError, match="no 5 different sizes"):
        sizes(rng, 5, 2, 5)
    for values in (normal(rng, 3, 4), normal(rng, 3, 4, dtype=torch.float32)):
        view = noncontiguous(values)
        assert not (view.flags.c_contiguous if isinstance(view, np.ndarray) else view.is_contiguous())
        check(view, values, tolerance=0)


def test_frequencies_far_from_their_probabilities_fail() -> None:
    draws = np.random.default_rng(0).choice(3, 20_000, p=[0.5, 0.3, 0.2]).tolist()
    expect_frequencies(draws, [0.5, 0.3, 0.2])
    for wrong in ([0.53, 0.27, 0.2], [0.5, 0.5, 0.0]):
        with pytest.raises(CheckFailed):
            expect_frequencies(draws, wrong)
    for nonsense in ([0, 1, 3], ["a"], [True], [None], None):
        with pytest.raises(CheckFailed):
            expect_frequencies(nonsense, [0.5, 0.3, 0.2])


def test_a_weight_is_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        weight(0)
