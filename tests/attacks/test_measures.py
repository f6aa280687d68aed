"""What is measured from outside cannot be talked down by a program that gets its memory beforehand."""

from pathlib import Path

import pytest

from graders.engine.judge import Grade, judge
from graders.engine.results import Outcome
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sources import Texts
from tests.support.repository import make_repository

MEGABYTES = 200  # that the program needs, where it may have 60
GRADER = """
from graders.engine.kit import *


@weight(1, core=True)
def test_memory(submission):
    result, grown = peak_memory(submission.double, 1 << 20, warm_up=(1,))
    expect(grown < 60 << 20, f"at most 60 MB, not {grown >> 20}")
"""
HONEST = "def double(x):\n    return 2 * x"
WAYS = {
    "openly": f"def double(x):\n    return len(bytearray(x * {MEGABYTES})) and 2 * x",
    "behind an earlier peak": f"""
import mmap
with mmap.mmap(-1, {3 * MEGABYTES} << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as earlier:
    earlier.write(bytes([1]) * ({2 * MEGABYTES} << 20))

def double(x):
    return len(bytearray(x * {MEGABYTES})) and 2 * x
""",
    "kept from the beginning": f"""
kept = bytearray({MEGABYTES} << 20)

def double(x):
    for place in range(0, len(kept), 4096):
        kept[place] = 1
    return 2 * x
""",
    "kept in shared memory": f"""
import mmap
kept = mmap.mmap(-1, {MEGABYTES} << 20)
for place in range(0, len(kept), 4096):
    kept[place] = 1

def double(x):
    return kept[0] and 2 * x
""",
}


def outcome(sandboxes: Sandboxes, root: Path, text: str) -> Outcome:
    catalog = make_repository(root, grader=GRADER)
    exercise = catalog.exercises["topic/double"]
    results = []

    def work(grade: Grade) -> None:
        results.append(grade(Texts({exercise.id: text}), exercise).result)

    judge(catalog, [exercise], sandboxes, 0, work)
    return results[0].outcome


def test_a_program_that_needs_little_memory_passes(sandboxes: Sandboxes, tmp_path: Path) -> None:
    assert outcome(sandboxes, tmp_path, HONEST) is Outcome.PASSED


@pytest.mark.parametrize("way", WAYS)
def test_memory_is_seen_whenever_it_was_taken(sandboxes: Sandboxes, tmp_path: Path, way: str) -> None:
    assert outcome(sandboxes, tmp_path, WAYS[way]) is Outcome.FAILED
