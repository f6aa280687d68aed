"""The public examples: run as doctest runs them, in the sandbox, and without any part in the verdict."""

from pathlib import Path

import pytest

from graders.engine.judge import Grade, judge
from graders.engine.results import ExampleResult, ExerciseResult, Outcome
from graders.engine.run import Options, grade_all
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sources import Texts
from graders.engine.store import Store
from tests.support.repository import SOLUTION, TOPIC, make_repository


def with_docstring(examples: str, body: str = "return 2 * x", head: str = "import numpy as np") -> str:
    """Return a submission whose function has `examples` in its docstring."""
    lines = "\n    ".join(examples.splitlines())
    return f'{head}\n\n\ndef double(x):\n    r"""Return 2 x.\n\n    {lines}\n    """\n    {body}\n'


def grade(sandboxes: Sandboxes, root: Path, text: str, with_examples: bool = True, **repository: str) -> ExerciseResult:
    catalog = make_repository(root, **repository)
    (exercise,) = catalog.exercises.values()
    results = []

    def work(grade_one: Grade) -> None:
        results.append(grade_one(Texts({exercise.id: text}), exercise, with_examples=with_examples).result)

    judge(catalog, [exercise], sandboxes, 0, work)
    return results[0]


def run(sandboxes: Sandboxes, root: Path, examples: str, **text: str) -> list[ExampleResult]:
    return list(grade(sandboxes, root, with_docstring(examples, **text)).examples)


def outcomes(results: list[ExampleResult]) -> list[Outcome]:
    return [result.outcome for result in results]


RIGHT = {
    "a value": ">>> double(2)\n4",
    "an array": ">>> double(np.array([1.0, 2.0]))\narray([2., 4.])",
    "a NumPy scalar": ">>> double(np.float64(1.5))\nnp.float64(3.0)",
    "nothing": ">>> None",
    "what is printed": ">>> print('a'); double(1)\na\n2",
    "without a last newline": ">>> import sys; _ = sys.stdout.write('a')\na",
    "a blank line": ">>> print('a\\n\\nb')\na\n<BLANKLINE>\nb",
    "names that are shared": ">>> y = double(1)\n>>> y = double(y)\n>>> y\n4",
    "the last value": ">>> double(1)\n2\n>>> _ + 1\n3",
    "several lines": ">>> for i in range(2):\n...     double(i)\n0\n2",
    "a function": ">>> def f(x):\n...     return double(x)\n>>> f(3)\n6",
    "an exception": ">>> {}[double(1)]\nTraceback (most recent call last):\n    ...\nKeyError: 2",
    "an exception that says nothing": ">>> raise KeyError\nTraceback (most recent call last):\nKeyError",
    "a wrong detail": ">>> {}[1] # doctest: +IGNORE_EXCEPTION_DETAIL\nTraceback (most recent call last):\nKeyError: 7",
    "left out": ">>> list(range(double(50))) # doctest: +ELLIPSIS\n[0, 1, ..., 99]",
    "other spaces": ">>> print('a   b') # doctest: +NORMALIZE_WHITESPACE\na b",
}
WRONG = {
    "another value": (">>> double(2)\n5", "5", "4", Outcome.FAILED),
    "output that is not wanted": (">>> double(2)", "", "4", Outcome.FAILED),
    "no output": (">>> None\n4", "4", "", Outcome.FAILED),
    "an ellipsis without its flag": (">>> list(range(3))\n[0, ...]", "[0, ...]", "[0, 1, 2]", Outcome.FAILED),
    "an exception": (">>> [][double(1)]\n4", "4", "IndexError: list index out of range", Outcome.ERROR),
    "another exception": (
        ">>> [][1]\nTraceback (most recent call last):\nKeyError: 1",
        "KeyError: 1",
        "IndexError: list index out of range",
        Outcome.FAILED,
    ),
    "no exception": (
        ">>> double(1)\nTraceback (most recent call last):\nKeyError: 1",
        "KeyError: 1",
        "2",
        Outcome.FAILED,
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_doctest_takes_as_right_holds(sandboxes: Sandboxes, tmp_path: Path, case: str) -> None:
    results = run(sandboxes, tmp_path, RIGHT[case])
    assert results
    assert all(result.outcome is Outcome.PASSED for result in results), results


@pytest.mark.parametrize("case", WRONG)
def test_what_falls_short_shows_what_was_wanted_and_what_came_back(
    sandboxes: Sandboxes, tmp_path: Path, case: str
) -> None:
    examples, wanted, got, outcome = WRONG[case]
    (result,) = run(sandboxes, tmp_path, examples)
    assert (result.wanted, result.got, result.outcome) == (wanted, got, outcome)


def test_those_of_module_class_and_method_are_run_in_the_order_of_the_file(
    sandboxes: Sandboxes, tmp_path: Path
) -> None:
    text = f'''"""A module.

>>> 1
1
"""

class Aside:
    """A class.

    >>> 2
    2
    """

    def method(self):
        """A method.

        >>> 3
        3
        """

{SOLUTION.partition('"""')[2].partition('"""')[2]}'''
    assert [e.source for e in grade(sandboxes, tmp_path, text).examples] == ["1", "2", "3"]


def test_docstrings_share_no_names(sandboxes: Sandboxes, tmp_path: Path) -> None:
    text = with_docstring(">>> y = 1") + '\n\ndef other():\n    """\n    >>> y\n    1\n    """\n'
    assert outcomes(grade(sandboxes, tmp_path, text).examples) == [Outcome.PASSED, Outcome.ERROR]


def test_one_that_is_skipped_is_none(sandboxes: Sandboxes, tmp_path: Path) -> None:
    assert run(sandboxes, tmp_path, ">>> double(2) # doctest: +SKIP\n5") == []


def test_a_docstring_that_doctest_cannot_read_has_none(sandboxes: Sandboxes, tmp_path: Path) -> None:
    result = grade(sandboxes, tmp_path, with_docstring(">>>double(2)\n4"))
    assert (result.outcome, result.examples) == (Outcome.PASSED, ())


def test_future_statements_of_the_file_hold_in_its_examples(sandboxes: Sandboxes, tmp_path: Path) -> None:
    examples = ">>> def f(x: unknown): pass\n>>> f.__annotations__\n{'x': 'unknown'}"
    head = "from __future__ import annotations"
    assert outcomes(run(sandboxes, tmp_path, examples, head=head)) == [Outcome.PASSED] * 2


def test_they_are_run_only_where_they_are_asked_for(sandboxes: Sandboxes, tmp_path: Path) -> None:
    assert grade(sandboxes, tmp_path, with_docstring(">>> double(2)\n5"), with_examples=False).examples == ()


ENDINGS = {
    "an endless loop": ("while True: pass", Outcome.TIMED_OUT),
    "an exit": ("import os; os._exit(0)", Outcome.CRASHED),
    "a message of its own": ("import os; [os.write(fd, b'x' * 99) for fd in range(3, 9)]", Outcome.FORGED),
    "an exit of Python's": ("raise SystemExit", Outcome.ERROR),
    "what runs it undone": ("import sys; sys.modules['builtins'].exec = None", Outcome.PASSED),
}


@pytest.mark.parametrize("case", ENDINGS)
def test_whatever_an_example_does_changes_no_verdict(sandboxes: Sandboxes, tmp_path: Path, case: str) -> None:
    statement, outcome = ENDINGS[case]
    result = grade(sandboxes, tmp_path, with_docstring(f">>> {statement}\n>>> double(2)\n4"))
    assert (result.outcome, result.points) == (Outcome.PASSED, 10.0)
    assert result.examples[0].outcome is outcome
    assert len(result.examples) == 2
    if outcome in (Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.FORGED):
        assert result.examples[1].outcome is outcome
        assert result.examples[1].got.startswith("not run")


def test_after_a_death_the_next_docstring_is_not_run_either(sandboxes: Sandboxes, tmp_path: Path) -> None:
    text = with_docstring(">>> import os; os._exit(0)") + '\n\ndef other():\n    """\n    >>> 1\n    1\n    """\n'
    result = grade(sandboxes, tmp_path, text)
    assert outcomes(result.examples) == [Outcome.CRASHED, Outcome.CRASHED]
    assert result.examples[1].got.startswith("not run")


def test_an_example_that_uses_what_is_banned_is_banned_alone(sandboxes: Sandboxes, tmp_path: Path) -> None:
    topic = f'{TOPIC}bans = ["numpy.multiply"]\n'
    result = grade(sandboxes, tmp_path, with_docstring(">>> np.multiply(1, 2)\n2"), topic=topic)
    assert result.outcome is Outcome.PASSED
    assert outcomes(result.examples) == [Outcome.BANNED]


def test_right_examples_earn_nothing(sandboxes: Sandboxes, tmp_path: Path) -> None:
    result = grade(sandboxes, tmp_path, with_docstring(">>> double(5)\n10", body="return 10"))
    assert outcomes(result.examples) == [Outcome.PASSED]
    assert result.points == 0


def test_output_without_end_is_cut(sandboxes: Sandboxes, tmp_path: Path) -> None:
    (result,) = run(sandboxes, tmp_path, ">>> print('x' * 10**6)\ny")
    assert result.outcome is Outcome.FAILED
    assert len(result.got) == 10_000


def test_a_thousand_examples_are_cut(sandboxes: Sandboxes, tmp_path: Path) -> None:
    assert len(run(sandboxes, tmp_path, ">>> 1\n1\n" * 1000)) == 100


def test_a_file_that_cannot_be_loaded_has_none(sandboxes: Sandboxes, tmp_path: Path) -> None:
    result = grade(sandboxes, tmp_path, with_docstring(">>> double(2)\n4") + "\n1 / 0\n")
    assert (result.outcome, result.examples) == (Outcome.INVALID, ())


def test_a_verdict_that_was_kept_has_them_and_one_without_is_not_taken_for_it(tmp_path: Path) -> None:
    catalog = make_repository(tmp_path)
    texts = Texts({"topic/double": with_docstring(">>> double(2)\n5")})
    exercises = list(catalog.exercises.values())
    with Store(tmp_path / "results.sqlite") as store:
        reports = [
            grade_all(catalog, exercises, texts, Options(examples=asked), store) for asked in (False, True, True)
        ]
    assert [outcomes(report.exercises[0].examples) for report in reports] == [[], [Outcome.FAILED], [Outcome.FAILED]]
