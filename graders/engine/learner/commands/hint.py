"""hint: give the next of an exercise's three hints, and record it."""

from __future__ import annotations

import argparse
import json
import sys

from graders.engine.learner import words
from graders.engine.learner.hints import ask
from graders.engine.learner.journal import Journal, JournalError
from graders.engine.terminal.output import Screen, complain
from graders.engine.terminal.repository import JOURNAL, Refused, select_one
from graders.engine.terminal.visible import visible

ABOUT = words.HINT_ABOUT


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("name", metavar="ID", help=words.ONE_NAME)
    command.add_argument("--again", action="store_true", help=words.HINT_AGAIN)
    command.add_argument("--json", action="store_true", help=words.AS_JSON)


def run(asked: argparse.Namespace) -> int:
    """Show the next hint, or, where there is none to be had, those before it, and return 0."""
    _, exercise = select_one(asked.name)
    try:
        given = ask(Journal(JOURNAL), exercise, asked.again)
    except JournalError as error:
        raise Refused(str(error)) from error
    if given.not_recorded is not None:
        complain(words.not_recorded(given.not_recorded))
    first = given.shown - given.new if given.new else 0
    left = len(exercise.hints) - given.shown
    screen = Screen(sys.stdout)
    if asked.json:
        record = {
            "version": 1,
            "id": exercise.id,
            "hints": list(exercise.hints[first : given.shown]),
            "used": given.shown,
            "left": left,
            "needs_attempt": given.is_held_back,
        }
        screen.write(json.dumps(record, indent=2) + "\n")
        return 0
    for number, hint in enumerate(exercise.hints[first : given.shown], first + 1):
        screen.write(f"{words.hint(number, len(exercise.hints), visible(hint))}\n")
    screen.write(f"{words.hints_left(exercise.id, left, given.has_tried)}\n")
    return 0
