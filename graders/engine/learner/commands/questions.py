"""questions: list the interview questions, and the exercises that answer each."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from graders.engine.learner import words
from graders.engine.terminal.output import Screen
from graders.engine.terminal.repository import Refused, select
from graders.engine.terminal.visible import visible

ABOUT = words.QUESTIONS_ABOUT


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("words", nargs="*", metavar="ID | TOPIC | WORD", help=words.QUESTIONS_NAMES)
    command.add_argument("--open", action="store_true", help=words.QUESTIONS_OPEN)
    command.add_argument("--json", action="store_true", help=words.AS_JSON)


def run(asked: argparse.Namespace) -> int:
    """List the questions that were asked for and return 0; 1 where there is none."""
    from graders.engine.catalog import CatalogError

    catalog, _ = select([])
    try:
        questions = catalog.questions()
    except CatalogError as error:
        raise Refused(str(error)) from error
    records = [
        {
            "id": name,
            "ask": question["ask"],
            "exercises": [{"id": e, "exists": e in catalog.exercises} for e in question["exercises"]],
        }
        for name, question in questions.items()
        if all(_speaks_of(word.lower(), name, question) for word in asked.words)
    ]
    if asked.open:
        records = [r for r in records if not all(e["exists"] for e in r["exercises"])]
    screen = Screen(sys.stdout)
    if asked.json:
        screen.write(json.dumps({"version": 1, "questions": records}, indent=2) + "\n")
    else:
        screen.write("".join(f"{line}\n" for line in _lines(records, len(questions))))
    return int(not records)


def _speaks_of(word: str, name: str, question: dict) -> bool:
    """Return whether `word` is a question's id, one of its exercises or their topics, or part of its text."""
    exercises = question["exercises"]
    return (
        word == name.lower()
        or word in exercises
        or word in {e.partition("/")[0] for e in exercises}
        or word in question["ask"].lower()
    )


def _lines(records: list[dict], total: int) -> Iterator[str]:
    for record in records:
        yield f"{record['id']}  {visible(record['ask'])}"
        for exercise in record["exercises"]:
            yield f"     {exercise['id']}" + ("" if exercise["exists"] else f"  ({words.NOT_WRITTEN_YET})")
    answered = sum(all(e["exists"] for e in r["exercises"]) for r in records)
    yield words.questions_sum(len(records), total, answered)
