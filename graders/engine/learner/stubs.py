"""The stub of an exercise, as it was before a learner wrote into it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from graders.engine.catalog import Catalog, Exercise
from graders.engine.learner import words
from graders.engine.sandbox.outline import outline
from graders.engine.terminal.repository import Refused
from graders.engine.triage import is_stub


def stub_text(catalog: Catalog, exercise: Exercise) -> str:
    """Return the newest stub in the history that git keeps: a learner may have committed a solution on top of it.

    A handout has a copy of each stub in place of the history.

    Raises:
        Refused: there is none, or no history.
    """
    if catalog.is_handout:
        return catalog.contract(exercise)
    place = catalog.stub_path(exercise).relative_to(catalog.root).as_posix()
    solution = catalog.solution(exercise)
    for commit in _git(catalog.root, "log", "--format=%H", "--", place).split():
        text = _git(catalog.root, "show", f"{commit}:./{place}", check=False)  # nothing, where the commit deleted it
        if is_stub(outline(text)["functions"], solution):
            return text
    raise Refused(words.no_stub(place))


def _git(root: Path, *arguments: str, check: bool = True) -> str:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, check=check, capture_output=True, encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        raise Refused(words.no_history("git is not installed")) from error
    except subprocess.CalledProcessError as error:
        raise Refused(words.no_history(error.stderr.strip())) from error
    return done.stdout
