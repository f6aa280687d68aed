"""A made-up repository of one exercise, `topic/double`, for tests of the engine that need a grader of their own."""

from pathlib import Path

from graders.engine.catalog import Catalog

TOPIC = """
title = "Topic"
order = 1

[double]
title = "Double"
level = "medium"
minutes = 5
questions = []
source = "arithmetic"
hints = ["one", "two", "three"]
"""

STUB = '''"""Double a number."""


def double(x):
    """Return 2 x."""
    raise NotImplementedError("double")
'''

SOLUTION = '''"""Double a number."""


def double(x):
    """Return 2 x."""
    return 2 * x
'''

GRADER = """
import numpy as np
import pytest
from graders.engine.kit import *


@weight(2, core=True)
@pytest.mark.parametrize("x", [2.0, 3.0])
def test_numbers(submission, reference, x):
    check(submission.double(x), reference.double(x), "twice the number")


@weight(1)
def test_arrays(submission, reference, rng):
    x = normal(rng, 3, 2)
    check(submission.double(x), reference.double(x), "twice each element")
    untouched(submission)
"""

MISTAKES = """
[[double]]
why = "squared, not doubled"
find = "2 * x"
swap = "x * x"

[[double]]
why = "added two"
find = "2 * x"
swap = "2 + x"

[[double]]
why = "doubled in place"
find = "return 2 * x"
swap = "x *= 2; return x"
"""


def make_repository(
    root: Path,
    grader: str = GRADER,
    solution: str = SOLUTION,
    stub: str = STUB,
    mistakes: str = MISTAKES,
    topic: str = TOPIC,
) -> Catalog:
    """Write the three trees below `root` and return their catalog."""
    files = {
        "exercises/topic/topic.toml": topic,
        "exercises/topic/double.py": stub,
        "solutions/topic/double.py": solution,
        "graders/topic/double.py": grader,
        "graders/topic/mistakes.toml": mistakes,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Catalog.load(root)
