"""grade: have exercises graded, show and write what came of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from graders.engine.learner import words
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.terminal.interrupts import uninterrupted
from graders.engine.terminal.output import STANDARD_OUTPUT, Screen, complain, expect_writable, write
from graders.engine.terminal.repository import GRADES, JOURNAL, ROOT, Refused, cannot_import, expect_packages, select

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog, Exercise
    from graders.engine.learner.kept import KeptVerdicts
    from graders.engine.results import Report
    from graders.engine.sources import Folder

ABOUT = words.ABOUT


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("names", nargs="*", metavar="ID | TOPIC", help=words.NAMES)
    command.add_argument("--submission", type=Path, metavar="DIR", default=ROOT / "exercises", help=words.SUBMISSION)
    command.add_argument("--seed", type=int, metavar="N", default=0, help=words.SEED)
    command.add_argument("--isolation", choices=[level.value for level in Isolation], help=words.ISOLATION)
    command.add_argument("--json", metavar="FILE", help=words.JSON)
    command.add_argument("--junit", metavar="FILE", help=words.JUNIT)
    command.add_argument("--fresh", action="store_true", help=words.FRESH)


def run(asked: argparse.Namespace) -> int:
    """Grade what was asked for, show and write the report, and return the exit status."""
    if asked.json is not None and asked.json == asked.junit:
        raise Refused(words.SAME_FILE)
    screen = Screen(sys.stdout or open(os.devnull, "w"))  # noqa: SIM115 (there is none after >&-)
    files = [path for path in (asked.json, asked.junit) if path is not None]
    for path in files:
        expect_writable(path)
    expect_packages()
    try:
        report = _run(asked, *_select(asked), None if STANDARD_OUTPUT in files else screen)
    except ImportError as error:
        raise cannot_import(error) from error
    if asked.submission.resolve() == (ROOT / "exercises").resolve():
        _note_attempts(asked.submission, report)
    if asked.json is not None:
        from graders.engine.results import to_json

        write(asked.json, to_json(report), screen)
    if asked.junit is not None:
        from graders.engine.learner.junit import to_junit

        write(asked.junit, to_junit(report), screen)
    return report.exit_status


def _select(asked: argparse.Namespace) -> tuple[Catalog, list[Exercise], Folder]:
    from graders.engine.sources import Folder, Unreadable

    try:
        return *select(asked.names), Folder(asked.submission)
    except Unreadable as error:
        raise Refused(str(error)) from error


def _run(
    asked: argparse.Namespace, catalog: Catalog, exercises: list[Exercise], folder: Folder, screen: Screen | None
) -> Report:
    """Grade, and show the report on `screen`; without one, say on standard error what there is to say of the run."""
    with uninterrupted():  # a module in Cython, such as NumPy's, may swallow what is raised while it is imported
        import numpy.random  # noqa: F401

        from graders.engine.catalog import CatalogError
        from graders.engine.judge import JudgeError
        from graders.engine.learner.display import Display
        from graders.engine.learner.kept import KeptVerdicts
        from graders.engine.run import IsolationRefused, Options, grade_all
        from graders.engine.sandbox.process import SandboxError

    level = Isolation(asked.isolation) if asked.isolation else None
    options = Options(asked.seed, level, examples=True)
    try:
        with KeptVerdicts(GRADES / "results.sqlite", asked.fresh) as kept:
            if screen is None:
                report = grade_all(catalog, exercises, folder, options, kept)
                for note in _notes(asked, report, kept):
                    complain(note)
                return report
            with Display(screen, catalog, exercises, _named(asked, catalog), folder.root) as display:
                report = grade_all(catalog, exercises, folder, options, kept, display.show)
                display.finish(report, _notes(asked, report, kept))
            return report
    except (CatalogError, IsolationRefused, JudgeError, SandboxError) as error:
        raise Refused(str(error)) from error


def _note_attempts(submission: Path, report: Report) -> None:
    """Record what a learner has tried."""
    from graders.engine.learner.attempts import note_attempts
    from graders.engine.learner.journal import Journal
    from graders.engine.sources import Folder

    error = note_attempts(Journal(JOURNAL), Folder(submission), report.exercises)
    if error is not None:
        complain(words.not_recorded(error))


def _named(asked: argparse.Namespace, catalog: Catalog) -> set[str]:
    """Return the ids that were asked for one by one."""
    chosen = [catalog.select([name]) for name in asked.names]
    return {exercises[0].id for exercises in chosen if len(exercises) == 1}


def _notes(asked: argparse.Namespace, report: Report, kept: KeptVerdicts) -> Iterator[str]:
    """Yield what has to be said of the run as a whole."""
    from graders.engine.learner.notes import run_notes

    return run_notes(report.isolation, asked.isolation is not None, kept.error)
