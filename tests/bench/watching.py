"""Measures a watch as its user has it: a file is saved, and the verdict stands on the terminal."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect

from tests.bench.rows import Row, spread
from tests.support.grading import CATALOG, ROOT

_COUNT = 15  # of right texts, and as many wrong ones
_SECONDS = 120


def save_to_verdict(exercise_id: str) -> Row:
    """Return how long it takes from the save of a file to the verdict on the terminal, in a copy of the repository."""
    exercise = CATALOG.exercises[exercise_id]
    right = CATALOG.solution(exercise)
    wrong = CATALOG.mistakes(exercise)[0].apply(right)
    with tempfile.TemporaryDirectory() as folder:
        for tree in ("exercises", "solutions", "graders"):
            shutil.copytree(ROOT / tree, Path(folder, tree))
        path = Path(folder, "exercises", f"{exercise_id}.py")
        with _watch(folder, exercise_id) as terminal:
            _expect_verdict(terminal, 1)
            # No text comes twice, or its verdict would be taken from the store.
            texts = [f"{text}\n# {i}\n" for i in range(_COUNT + 1) for text in (wrong, right)]
            times = [1000 * _save(terminal, path, text, number) for number, text in enumerate(texts, 2)]
    first, warm = times[0], times[2:]
    return Row(
        f"save to verdict shown by watch, warm, {exercise_id}",
        statistics.median(warm),
        "ms",
        f"{spread(warm)} ms, a wrong and a right text in turn, with diagnosis; the first "
        f"wrong one, for which known mistakes were replayed: {first:.0f} ms",
        most=150,
    )


@contextmanager
def _watch(folder: str, exercise_id: str) -> Iterator[pexpect.spawn]:
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "graders", "watch", exercise_id],
        cwd=folder,
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(40, 100),
        timeout=_SECONDS,
    )
    try:
        yield terminal
        terminal.send("q")
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)


def _save(terminal: pexpect.spawn, path: Path, text: str, number: int) -> float:
    """Save `text` as editors do, by renaming, and return the seconds until verdict `number` is shown."""
    draft = path.with_suffix(".tmp")
    draft.write_text(text)
    started = time.perf_counter()
    draft.replace(path)
    _expect_verdict(terminal, number)
    return time.perf_counter() - started


def _expect_verdict(terminal: pexpect.spawn, number: int) -> None:
    terminal.expect_exact(f"Verdict {number},".encode())
    terminal.expect_exact(b"\x1b[J")  # the end of the frame
