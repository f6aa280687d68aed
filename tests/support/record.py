"""The picture of a terminal in the README: `python -m tests.support.record` runs `grade` and writes docs/grade.svg."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pexpect
from rich.console import Console
from rich.text import Text

from tests.support.grading import CATALOG, ROOT

PICTURE = ROOT / "docs" / "grade.svg"
_COLUMNS = 100
_EXERCISE = "foundations/softmax"
_COMMAND = f"$ nox -s grade -- {_EXERCISE}"


def recorded() -> str:
    """Return the picture of grading an answer with a known mistake, as it is printed now."""
    exercise = CATALOG.exercises[_EXERCISE]
    wrong = CATALOG.mistakes(exercise)[0].apply(CATALOG.solution(exercise))
    with tempfile.TemporaryDirectory() as folder:
        for tree in ("exercises", "solutions", "graders"):
            shutil.copytree(ROOT / tree, Path(folder, tree))
        Path(folder, "exercises", f"{_EXERCISE}.py").write_text(wrong)
        return _picture(_printed(folder))


def _printed(folder: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    process = pexpect.spawn(
        sys.executable,
        ["-m", "graders", "grade", _EXERCISE],
        cwd=folder,
        env={**environment, "TERM": "xterm-256color"},
        dimensions=(60, _COLUMNS),
        encoding="utf-8",
        timeout=120,
    )
    text = process.read().replace("\r\n", "\n")
    process.close()
    return re.sub(r"[^\n]*\x1b\[2K", "", text)  # what was only there while it worked


def _picture(printed: str) -> str:
    console = Console(file=io.StringIO(), width=_COLUMNS, record=True, force_terminal=True, color_system="truecolor")
    console.print(Text(_COMMAND, "bold"))
    console.print(Text.from_ansi(printed))
    picture = console.export_svg(title="llm-katas", unique_id="grade")
    # Nothing is to come from the network.
    return re.sub(r"\s*@font-face \{.*?\}|\s*<!--.*?-->", "", picture, flags=re.DOTALL)


if __name__ == "__main__":
    PICTURE.write_text(recorded(), "utf-8")
