"""watch: grade on every save, and lead through the exercises by single keys."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from graders.engine.learner import words
from graders.engine.terminal.interrupts import uninterrupted
from graders.engine.terminal.output import Screen
from graders.engine.terminal.repository import GRADES, ROOT, Refused, cannot_import, expect_packages, select

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog, Exercise

ABOUT = words.WATCH_ABOUT


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("names", nargs="*", metavar="ID | TOPIC", help=words.NAMES)
    command.add_argument("--json", action="store_true", help=words.WATCH_JSON)


def run(asked: argparse.Namespace) -> int:
    """Watch until the user quits, or nobody reads any longer, and return 0."""
    if not asked.json and not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise Refused(words.WATCH_NEEDS_TERMINAL)
    expect_packages("watchfiles")
    catalog, exercises = select(asked.names)
    try:
        _watch(catalog, exercises, asked.json)
    except ImportError as error:
        raise cannot_import(error) from error
    return 0


def _watch(catalog: Catalog, exercises: list[Exercise], as_json: bool) -> None:
    with uninterrupted():  # a module in Cython, such as NumPy's, may swallow what is raised while it is imported
        import numpy.random  # noqa: F401

        from graders.engine.catalog import CatalogError
        from graders.engine.judge import JudgeError
        from graders.engine.learner.kept import KeptVerdicts
        from graders.engine.learner.watching.session import stream, watch
        from graders.engine.run import IsolationRefused
        from graders.engine.sandbox.process import SandboxError
        from graders.engine.sources import Folder, Unreadable

    try:
        with KeptVerdicts(GRADES / "results.sqlite", fresh=False) as kept:
            follow = stream if as_json else watch
            follow(catalog, exercises, Folder(ROOT / "exercises"), kept, Screen(sys.stdout))
    except (CatalogError, IsolationRefused, JudgeError, SandboxError, Unreadable) as error:
        raise Refused(str(error)) from error
