"""hint: give the next of an exercise's three hints, and record it."""

from __future__ import annotations

import argparse
import json
import sys

from graders.engine.learner import words
from graders.engine.learner.journal import ATTEMPT, HINT, Journal, JournalError, hints_taken
from graders.engine.learner.output import Screen, complain
from graders.engine.learner.repository import JOURNAL, Refused, select
from graders.engine.learner.visible import visible

ABOUT = words.HINT_ABOUT


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("name", metavar="ID", help=words.ONE_NAME)
    command.add_argument("--again", action="store_true", help=words.HINT_AGAIN)
    command.add_argument("--json", action="store_true", help=words.AS_JSON)


def run(asked: argparse.Namespace) -> int:
    """Show the next hint, or, where there is none to be had, those before it, and return 0."""
    _, exercises = select([asked.name])
    if len(exercises) != 1:
        raise Refused(words.one_exercise(asked.name))
    (exercise,) = exercises
    journal = Journal(JOURNAL)
    try:
        used = min(len(exercise.hints), hints_taken(journal.entries(exercise.id)))
        has_tried = bool(journal.entries(exercise.id, ATTEMPT))
    except JournalError as error:
        raise Refused(str(error)) from error
    last = len(exercise.hints) - 1
    is_held_back = used == last and not has_tried
    shown = used if asked.again or is_held_back or used > last else used + 1
    if shown > used:
        try:
            journal.note(HINT, exercise.id, number=shown)
        except JournalError as error:
            complain(words.not_recorded(str(error)))
    first = 0 if asked.again or shown == used else used
    screen = Screen(sys.stdout)
    if asked.json:
        record = {
            "version": 1,
            "id": exercise.id,
            "hints": list(exercise.hints[first:shown]),
            "used": shown,
            "left": len(exercise.hints) - shown,
            "needs_attempt": is_held_back,
        }
        screen.write(json.dumps(record, indent=2) + "\n")
        return 0
    for number, hint in enumerate(exercise.hints[first:shown], first + 1):
        screen.write(f"{words.hint(number, len(exercise.hints), visible(hint))}\n")
    screen.write(f"{words.hints_left(exercise.id, len(exercise.hints) - shown, has_tried)}\n")
    return 0
