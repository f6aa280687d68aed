"""The command line: reads the arguments, has exercises graded, shows and writes what came of it.

What takes long to import (NumPy, pytest, rich) is imported only when the arguments are known to make sense.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from graders.engine.learner import words
from graders.engine.learner.output import STANDARD_OUTPUT, OutputError, Screen, complain, expect_writable, write
from graders.engine.learner.visible import visible
from graders.engine.sandbox.lockdown import Isolation

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog, Exercise
    from graders.engine.learner.kept import KeptVerdicts
    from graders.engine.results import Report
    from graders.engine.sources import Folder

ROOT = Path(__file__).absolute().parents[3]
_PACKAGES = ("numpy", "torch", "pytest", "msgspec", "rich")
_FELL_OUT = 2
_INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CLEARING_SECONDS = 3


class Refused(Exception):
    """Nothing can be graded; the message says why and is all that the user needs."""


def main(arguments: Sequence[str]) -> int:
    """Carry out a command and return the exit status, unless it was interrupted: then the process ends here."""
    interruption = _Interruption()
    try:
        return grade(_parse(arguments))
    except KeyboardInterrupt:
        pass
    except (Refused, OutputError) as error:
        if interruption.signal is None:
            complain(str(error))
            return _FELL_OUT
    except Exception:  # whatever it is, it is no verdict: 1 would say that an exercise fell short
        if interruption.signal is None:
            complain(f"{traceback.format_exc()}\n{words.OUR_ERROR}")
            return _FELL_OUT
    complain(words.INTERRUPTED)
    # While Python winds up, one more Ctrl-C would end it by the signal instead.
    os._exit(128 + (interruption.signal or signal.SIGINT))


class _Interruption:
    """Turns Ctrl-C, and what ends a program politely, into one KeyboardInterrupt, so that the sandbox is cleared away.

    Attributes:
        signal: what has come; pytest, and a sandbox that got it too, turn it into errors of their own.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._last = 0.0
        for number in _INTERRUPTING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as it is under nohup
                signal.signal(number, self._note)

    def _note(self, number: int, _: object) -> None:
        is_repeated = self.signal is not None and time.monotonic() - self._last < _CLEARING_SECONDS
        self.signal, self._last = number, time.monotonic()
        if not is_repeated:  # one that follows soon would keep the sandbox from being cleared away
            raise KeyboardInterrupt


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(visible(message))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog="python -m graders", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="grade", help=words.COMMAND)
    command = commands.add_parser("grade", description=words.ABOUT, allow_abbrev=False)
    command.add_argument("names", nargs="*", metavar="ID | TOPIC", help=words.NAMES)
    command.add_argument("--submission", type=Path, metavar="DIR", default=ROOT / "exercises", help=words.SUBMISSION)
    command.add_argument("--seed", type=int, metavar="N", default=0, help=words.SEED)
    command.add_argument("--isolation", choices=[level.value for level in Isolation], help=words.ISOLATION)
    command.add_argument("--json", metavar="FILE", help=words.JSON)
    command.add_argument("--junit", metavar="FILE", help=words.JUNIT)
    command.add_argument("--fresh", action="store_true", help=words.FRESH)
    asked = parser.parse_args(arguments)
    if asked.json is not None and asked.json == asked.junit:
        command.error(words.SAME_FILE)
    return asked


def grade(asked: argparse.Namespace) -> int:
    """Grade what was asked for, show and write the report, and return the exit status."""
    screen = Screen(sys.stdout or open(os.devnull, "w"))  # noqa: SIM115 (there is none after >&-)
    files = [path for path in (asked.json, asked.junit) if path is not None]
    for path in files:
        expect_writable(path)
    _expect_packages()
    try:
        report = _run(asked, *_select(asked), None if STANDARD_OUTPUT in files else screen)
    except ImportError as error:
        raise Refused(words.cannot_import(str(error), sys.executable)) from error
    if asked.json is not None:
        from graders.engine.results import to_json

        write(asked.json, to_json(report), screen)
    if asked.junit is not None:
        from graders.engine.learner.junit import to_junit

        write(asked.junit, to_junit(report), screen)
    return report.exit_status


def _expect_packages() -> None:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise Refused(words.cannot_import(words.packages_missing(missing), sys.executable))


def _select(asked: argparse.Namespace) -> tuple[Catalog, list[Exercise], Folder]:
    from graders.engine.catalog import Catalog, CatalogError, UnknownName
    from graders.engine.sources import Folder, Unreadable

    try:
        catalog = Catalog.load(ROOT)
        return catalog, catalog.select(asked.names), Folder(asked.submission)
    except (CatalogError, UnknownName, Unreadable) as error:
        raise Refused(str(error)) from error


def _run(
    asked: argparse.Namespace, catalog: Catalog, exercises: list[Exercise], folder: Folder, screen: Screen | None
) -> Report:
    """Grade, and show the report on `screen`; without one, say on standard error what there is to say of the run."""
    with _uninterrupted():  # a module in Cython, such as NumPy's, may swallow what is raised while it is imported
        import numpy.random  # noqa: F401

        from graders.engine.catalog import CatalogError
        from graders.engine.judge import JudgeError
        from graders.engine.learner.display import Display
        from graders.engine.learner.kept import KeptVerdicts
        from graders.engine.run import IsolationRefused, Options, grade_all
        from graders.engine.sandbox.process import SandboxError

    options = Options(asked.seed, Isolation(asked.isolation) if asked.isolation else None)
    try:
        with KeptVerdicts(ROOT / ".grades" / "results.sqlite", asked.fresh) as kept:
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


def _named(asked: argparse.Namespace, catalog: Catalog) -> set[str]:
    """Return the ids that were asked for one by one."""
    chosen = [catalog.select([name]) for name in asked.names]
    return {exercises[0].id for exercises in chosen if len(exercises) == 1}


def _notes(asked: argparse.Namespace, report: Report, kept: KeptVerdicts) -> Iterator[str]:
    """Yield what has to be said of the run as a whole."""
    from graders.engine.sandbox.host import available

    if report.isolation != Isolation.FULL:
        why = words.AS_ASKED if asked.isolation else available(Isolation.FULL) or words.NO_REASON
        yield words.isolation(report.isolation, why)
    if kept.error is not None:
        yield words.not_kept(kept.error)
