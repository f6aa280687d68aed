"""Naming mistakes: only the one that gives the same values, in whatever style it is written."""

from pathlib import Path

import pytest

from graders.engine.diagnosis import Diagnosis
from graders.engine.judge import Grade, judge
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sources import Texts
from tests.support.repository import make_repository

GRADER = """
from graders.engine.kit import *


@weight(1, core=True)
def test_two(submission):
    check(submission.double(2.0), 4.0)


@weight(1)
def test_three(submission):
    check(submission.double(3.0), 6.0)


@weight(1)
def test_negative(submission):
    check(submission.double(-3.0), -6.0)


@weight(1)
def test_error(submission):
    with raises(ValueError, "nan"):
        submission.double(float("nan"))
"""
SOLUTION = """
def double(x):
    if x != x:
        raise ValueError("nan")
    return 2 * x
"""
MISTAKES = """
[[double]]
why = "squared"
find = "2 * x"
swap = "x * x"

[[double]]
why = "no error for nan"
find = "if x != x"
swap = "if False"

[[double]]
why = "sign lost"
find = "2 * x"
swap = "abs(2 * x)"

[[double]]
why = "another error"
find = "ValueError"
swap = "TypeError"
"""
RAISE = "    if x != x: raise ValueError('nan')\n"


def diagnose(sandboxes: Sandboxes, root: Path, body: str) -> tuple[str, ...]:
    catalog = make_repository(root, grader=GRADER, solution=SOLUTION, mistakes=MISTAKES)
    (exercise,) = catalog.exercises.values()
    named = []

    def work(grade: Grade) -> None:
        grading = grade(Texts({exercise.id: f"def double(x):\n{body}"}), exercise)
        named.append(Diagnosis(catalog, grade).diagnose(exercise, grading).diagnosis)

    judge(catalog, [exercise], sandboxes, 0, work)
    return named[0]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (RAISE + "    return pow(x, 2)", ("squared",)),
        (RAISE + "    return max(x + x, -x - x)", ("sign lost",)),
        ("    return x + x", ("no error for nan",)),
        ("    return x ** 2", ("squared", "no error for nan")),
        ("    if x != x: raise TypeError('something else')\n    return x + x", ("another error",)),
        (RAISE + "    return x ** 2 if x > 0 else 2 * x", ()),
        (RAISE + "    return x ** 2 + 1e-3", ()),
        (RAISE + "    return 2 * x", ()),
        ("    while True: pass", ()),
        ("    raise SystemExit", ()),
    ],
    ids=[
        "another style",
        "yet another style",
        "a missing error",
        "two mistakes at once",
        "the wrong error",
        "fails less than the mistake does",
        "near a mistake",
        "right",
        "endless",
        "leaves",
    ],
)
def test_only_what_fits_exactly_is_named(
    sandboxes: Sandboxes, tmp_path: Path, body: str, named: tuple[str, ...]
) -> None:
    assert diagnose(sandboxes, tmp_path, body) == named
