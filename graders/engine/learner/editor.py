"""Opens a file in the editor that the user has chosen."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

# Those with a window of their own, which the terminal need not wait for.
_WINDOWED = {"code", "code-insiders", "codium", "cursor", "windsurf", "zed", "subl", "atom", "mate", "gedit", "kate"}
_WAITING = {"--wait", "-w"}


class EditorError(Exception):
    """The editor does not start; the message says why."""


def chosen(environment: Mapping[str, str] = os.environ) -> list[str] | None:
    """Return the command of the editor, or None where the user has chosen none."""
    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environment.get(name, ""))
        except ValueError:  # a quotation that does not end
            command = [environment[name]]
        if command:
            return command
    return ["code"] if environment.get("TERM_PROGRAM") == "vscode" else None


def open_file(command: list[str], path: Path, lend: AbstractContextManager) -> None:
    """Open `path`, and wait for the editor to end if it needs the terminal.

    Args:
        lend: the editor has the terminal within this.

    Raises:
        EditorError: it cannot be started.
    """
    program = Path(command[0]).name
    try:
        if program in _WINDOWED:
            arguments = [argument for argument in command if argument not in _WAITING]
            quiet = subprocess.DEVNULL
            subprocess.Popen([*arguments, path], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
        else:
            with lend:
                _run_in_front([*command, str(path)])
    except OSError as error:
        raise EditorError(f"{program}: {error.strerror}") from error


def _run_in_front(command: list[str]) -> None:
    """Run a program as a shell does: what the keyboard sends, such as Ctrl-C, goes to it alone."""
    ours = os.getpgrp()
    with subprocess.Popen(command, process_group=0) as process:
        # A process of the background is stopped when it takes the terminal, unless it ignores this.
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        try:
            _attend(process)
        except BaseException:
            os.killpg(process.pid, signal.SIGHUP)  # an editor keeps what was not saved, and ends
            os.killpg(process.pid, signal.SIGCONT)
            raise
        finally:
            os.tcsetpgrp(0, ours)
            signal.signal(signal.SIGTTOU, before)


def _attend(process: subprocess.Popen) -> None:
    """Give the terminal to a process and wait for its end."""
    while True:
        os.tcsetpgrp(0, process.pid)
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            process.returncode = os.waitstatus_to_exitcode(status)
            return
        os.killpg(process.pid, signal.SIGCONT)  # there is no prompt from which it could be continued
