"""reset: put the stub of an exercise back, and keep the file that was there."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graders.engine.learner import words
from graders.engine.learner.journal import RESET, Journal, JournalError
from graders.engine.terminal.output import Screen, complain, write
from graders.engine.terminal.repository import GRADES, JOURNAL, Refused, select_one
from graders.engine.terminal.visible import shorter, visible

ABOUT = words.RESET_ABOUT


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("name", metavar="ID", help=words.ONE_NAME)
    command.add_argument("--yes", action="store_true", help=words.WITHOUT_QUESTION)
    command.add_argument("--json", action="store_true", help=words.RESET_JSON)


def run(asked: argparse.Namespace) -> int:
    """Put the stub back and return 0; 1 where the user would rather not."""
    from graders.engine.learner.stubs import stub_text

    catalog, exercise = select_one(asked.name)
    screen = Screen(sys.stdout)
    path = catalog.stub_path(exercise)
    stub = stub_text(catalog, exercise)
    if path.is_file() and path.read_bytes() == stub.encode():
        said = f"{words.is_stub_already(visible(shorter(path)))}\n"
        screen.write(_record(exercise.id, None) if asked.json else said)
        return 0
    if asked.json and not asked.yes:
        raise Refused(words.RESET_JSON_ASKS)
    if not asked.yes and not _agrees(exercise.id, screen):
        screen.write(f"{words.LEFT_ALONE}\n")
        return 1
    done = put_back(exercise.id, path, stub, screen)
    if asked.json:
        screen.write(_record(exercise.id, done))
    else:
        screen.write(f"{words.put_back(exercise.id, done.place)}\n")
    if done.not_recorded is not None:
        complain(words.not_recorded(done.not_recorded))
    return 0


@dataclass(frozen=True)
class PutBack:
    """What was done: where the file that was there is kept, if there was one, and why this is not recorded, or None."""

    kept: Path | None
    not_recorded: str | None

    @property
    def place(self) -> str | None:
        """Where the file is kept, to be shown."""
        return None if self.kept is None else visible(shorter(self.kept))


def _record(exercise_id: str, done: PutBack | None) -> str:
    kept = None if done is None or done.kept is None else str(done.kept)
    return json.dumps({"version": 1, "id": exercise_id, "changed": done is not None, "kept": kept}, indent=2) + "\n"


def put_back(exercise_id: str, path: Path, stub: str, screen: Screen) -> PutBack:
    """Keep the file at `path`, put the stub in its place, and record it.

    Raises:
        Refused, OutputError: it cannot be done; then the file is as it was.
    """
    kept = keep(exercise_id, path.read_bytes()) if path.is_file() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    write(str(path), stub, screen)
    try:
        Journal(JOURNAL).note(RESET, exercise_id)
    except JournalError as error:
        return PutBack(kept, str(error))
    return PutBack(kept, None)


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
