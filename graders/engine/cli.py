"""The command line: reads the arguments, carries out a command, and says what went wrong otherwise.

What takes long to import (NumPy, pytest, rich) is imported by a command only when its arguments make sense.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
import traceback
from collections.abc import Sequence
from typing import NoReturn

from graders.engine.cohort.commands import autograde, cohort, gradescope, handout
from graders.engine.learner.commands import grade, hint, interview, progress, questions, reset, watch
from graders.engine.terminal import words
from graders.engine.terminal.interrupts import INTERRUPTING
from graders.engine.terminal.output import OutputError, complain
from graders.engine.terminal.repository import Refused
from graders.engine.terminal.visible import visible

COMMANDS = {
    "grade": grade,
    "watch": watch,
    "hint": hint,
    "progress": progress,
    "interview": interview,
    "questions": questions,
    "reset": reset,
    "cohort": cohort,
    "gradescope": gradescope,
    "autograde": autograde,
    "handout": handout,
}
_FELL_OUT = 2
_CLEARING_SECONDS = 3


def main(arguments: Sequence[str]) -> int:
    """Carry out a command and return the exit status, unless it was interrupted: then the process ends here."""
    interruption = _Interruption()
    try:
        asked = _parse(arguments)
        return asked.run(asked)
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
        for number in INTERRUPTING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as it is under nohup
                signal.signal(number, self._note)

    def _note(self, number: int, _: object) -> None:
        is_repeated = self.signal is not None and time.monotonic() - self._last < _CLEARING_SECONDS
        self.signal, self._last = number, time.monotonic()
        if not is_repeated:  # one that follows soon would keep the sandbox from being cleared away
            raise KeyboardInterrupt


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(visible(message))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog="python -m graders", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", help=words.COMMAND)
    for name, command in COMMANDS.items():
        described = commands.add_parser(name, help=command.ABOUT, description=command.ABOUT, allow_abbrev=False)
        command.describe(described)
        described.set_defaults(run=command.run)
    return parser.parse_args(arguments)
