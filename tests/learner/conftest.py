"""A made-up repository with the real engine in it, and the real command line run on it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WIDTH_AND_COLOUR = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM", "PYTHONIOENCODING")

TOPIC = """title = "Arithmetic"
order = 1
"""
ENTRY = """
[{name}]
title = "{title}"
level = "easy"
minutes = 10
source = "a school book"
questions = []
hints = ["a", "b", "c"]
"""
BANS = 'bans = ["numpy.multiply"]\n'
LIMITS = "limits = { cpu_seconds = 0.3 }\n"

STUB = '''"""{title}."""

import numpy as np


def {name}(x: np.ndarray) -> np.ndarray:
    """Return it."""
    raise NotImplementedError("{name}")
'''
SOLUTIONS = {"double": "x + x", "halve": "x / 2", "square": "x**2"}

DOUBLE = '''
import numpy as np
import pytest

from graders.engine.kit import check, raises, untouched, weight


@weight(4, core=True)
@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_adds_each_element_to_itself(submission, reference, rng, size):
    x = rng.normal(size=(size, 2))
    check(submission.double(x), reference.double(x), "twice the argument")


@weight(1)
def test_leaves_its_argument_alone(submission, rng):
    submission.double(rng.normal(size=3))
    untouched(submission)


@weight(1)
def test_keeps_float32(submission, rng):
    """A float32 argument gives a float32 result."""
    x = rng.normal(size=7).astype("f4")
    check(submission.double(x), x * 2)
'''
OTHER = """
from graders.engine.kit import check, weight


@weight(1, core=True)
def test_follows_the_formula(submission, reference, rng):
    x = rng.normal(size=(3, 2))
    check(submission.{name}(x), reference.{name}(x), "the formula")
"""
MISTAKES = """
[[double]]
why = "the argument is squared"
find = "x + x"
swap = "x * x"
"""


class Repository:
    """A made-up repository: `edit` changes a file of it, `write` a learner's, `grade` runs the command line."""

    def __init__(self, root):
        self.root = root

    def edit(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write(self, name, body, head="import numpy as np"):
        """Write the learner's `name`, whose body is `body`."""
        lines = "\n    ".join(body.splitlines())
        self.edit(f"exercises/arithmetic/{name}.py", f"{head}\n\n\ndef {name}(x):\n    {lines}\n")

    def command(self, *arguments):
        return [sys.executable, "-m", "graders", "grade", *map(str, arguments)]

    def environment(self, **changes):
        kept = {k: v for k, v in os.environ.items() if k not in WIDTH_AND_COLOUR}
        return {**kept, "OMP_NUM_THREADS": "1", "COLUMNS": "300", **changes}

    def grade(self, *arguments, **changes):
        """Run the command line; `changes` are to the environment. What it prints comes through pipes, hardly folded."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment(**changes),
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=180,
        )


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    # Compiled files come along, or every test would compile the engine.
    shutil.copytree(ROOT / "graders" / "engine", root / "graders" / "engine")
    shutil.copy(ROOT / "graders" / "__main__.py", root / "graders")
    repository = Repository(root)
    titles = {"double": "Twice as much", "halve": "Half as much", "square": "Squares"}
    entries = [ENTRY.format(name=name, title=title) for name, title in titles.items()]
    repository.edit("exercises/arithmetic/topic.toml", TOPIC + "".join(entries))
    repository.edit("graders/arithmetic/mistakes.toml", MISTAKES)
    for name, title in titles.items():
        stub = STUB.format(name=name, title=title)
        repository.edit(f"exercises/arithmetic/{name}.py", stub)
        solved = stub.replace(f'raise NotImplementedError("{name}")', f"return {SOLUTIONS[name]}")
        repository.edit(f"solutions/arithmetic/{name}.py", solved)
        repository.edit(f"graders/arithmetic/{name}.py", DOUBLE if name == "double" else OTHER.format(name=name))
    return root


@pytest.fixture(scope="session")
def make_repository(original, tmp_path_factory):
    """A function that makes a repository: arithmetic/double, halve and square, none of them begun."""

    def make():
        root = tmp_path_factory.mktemp("learner") / "repository"
        return Repository(Path(shutil.copytree(original, root)))

    return make


@pytest.fixture
def repository(make_repository):
    """One of these repositories for a single test."""
    return make_repository()
