"""reset: put the stub of an exercise back, and keep the file that was there."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from graders.engine.learner import words
from graders.engine.learner.journal import RESET, Journal, JournalError
from graders.engine.terminal.output import Screen, write
from graders.engine.terminal.repository import GRADES, JOURNAL, Refused, select_one
from graders.engine.terminal.visible import shorter, visible

ABOUT = words.RESET_ABOUT


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("name", metavar="ID", help=words.ONE_NAME)
    command.add_argument("--yes", action="store_true", help=words.WITHOUT_QUESTION)


def run(asked: argparse.Namespace) -> int:
    """Put the stub back and return 0; 1 where the user would rather not."""
    from graders.engine.learner.stubs import stub_text

    catalog, exercise = select_one(asked.name)
    screen = Screen(sys.stdout)
    path = catalog.stub_path(exercise)
    stub = stub_text(catalog, exercise)
    before = path.read_bytes() if path.is_file() else None
    if before == stub.encode():
        screen.write(f"{words.is_stub_already(visible(shorter(path)))}\n")
        return 0
    if not asked.yes and not _agrees(exercise.id, screen):
        screen.write(f"{words.LEFT_ALONE}\n")
        return 1
    for sentence in put_back(exercise.id, path, stub, screen):
        screen.write(f"{sentence}\n")
    return 0


def put_back(exercise_id: str, path: Path, stub: str, screen: Screen) -> list[str]:
    """Keep the file at `path`, put the stub in its place, record it, and return what there is to say.

    Raises:
        Refused, OutputError: it cannot be done; then the file is as it was.
    """
    kept = keep(exercise_id, path.read_bytes()) if path.is_file() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    write(str(path), stub, screen)
    said = [words.put_back(exercise_id, None if kept is None else visible(shorter(kept)))]
    try:
        Journal(JOURNAL).note(RESET, exercise_id)
    except JournalError as error:
        said.append(visible(words.not_recorded(str(error))))
    return said


def keep(exercise_id: str, data: bytes) -> Path:
    """Write a learner's file to a place of its own under .grades/kept/ and return it.

    Raises:
        Refused: it cannot be written; then nothing is put in its place either.
    """
    when = datetime.now().strftime("%Y-%m-%d-%H%M%S-%f")
    path = GRADES / "kept" / f"{exercise_id}-{when}.py"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb") as file:
            file.write(data)
    except OSError as error:
        raise Refused(words.cannot_keep(str(path), str(error.strerror))) from error
    return path


def _agrees(exercise_id: str, screen: Screen) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refused(words.NOBODY_TO_ASK)
    screen.write(words.reset_question(exercise_id))
    return sys.stdin.readline().strip().lower() in words.YES
