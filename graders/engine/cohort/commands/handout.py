"""handout: write a repository for students, with the chosen exercises and the engine, and nothing that is hidden."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from graders.engine.terminal.output import Screen
from graders.engine.terminal.repository import ROOT, Refused
from graders.engine.terminal.visible import shorter, visible

ABOUT = "Write a repository for students: the exercises of an assignment, without solutions and hidden checks."
_ASSIGNMENT = "the assignment, as docs/assignment.md describes it"
_OUT = "the folder to write, which may not be there yet or has to be empty"


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("--assignment", type=Path, metavar="FILE", required=True, help=_ASSIGNMENT)
    command.add_argument("--out", type=Path, metavar="DIR", required=True, help=_OUT)


def run(asked: argparse.Namespace) -> int:
    """Write the handout and return 0."""
    from graders.engine.catalog import Catalog, CatalogError
    from graders.engine.cohort.assignment import read_assignment
    from graders.engine.cohort.handout import HandoutRefused, write_handout

    try:
        catalog = Catalog.load(ROOT)
        assignment = read_assignment(asked.assignment, catalog)
        write_handout(catalog, assignment.title, assignment.exercises, assignment.points, assignment.due, asked.out)
    except (CatalogError, HandoutRefused) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{error.filename or asked.out} cannot be used: {error.strerror}") from error
    where, count = visible(shorter(asked.out)), len(assignment.exercises)
    Screen(sys.stdout).write(f"{where} holds {count} {'exercise' if count == 1 else 'exercises'} for students.\n")
    return 0
