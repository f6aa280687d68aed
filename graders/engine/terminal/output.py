"""Where a run's words go: standard output, whose reader may leave, and files, which are whole or not there."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from pathlib import Path
from typing import TextIO

from graders.engine.terminal import words
from graders.engine.terminal.visible import visible

STANDARD_OUTPUT = "-"


class OutputError(Exception):
    """Something cannot be written; the message says what and why."""


class Screen:
    """Standard output as a text file that takes any text, and anything in silence once its reader has gone."""

    def __init__(self, stream: TextIO):
        stream.reconfigure(errors="backslashreplace")
        self.encoding = stream.encoding
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            pass  # files may still have to be written, and the exit status counts
        except OSError as error:
            raise OutputError(words.cannot_write("standard output", error.strerror)) from error
        return len(text)

    def flush(self) -> None:
        """Do nothing: every write is flushed."""

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


def complain(sentence: str) -> None:
    """Write a sentence to standard error, if there is one."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):  # nobody reads it
            sys.stderr.write(f"{visible(sentence)}\n")


def expect_writable(path: str) -> None:
    """Make sure that `path` can be written, as far as that can be told beforehand.

    Raises:
        OutputError: it cannot.
    """
    target = Path(os.path.realpath(path))
    if path == STANDARD_OUTPUT:
        return
    if target.is_dir():
        raise OutputError(words.is_folder(path))
    if _is_special(path):
        place, need = path, os.W_OK
    else:
        place, need = target.parent, os.W_OK | os.X_OK
    if not os.path.isdir(target.parent) and not _is_special(path):
        raise OutputError(words.no_folder(path, str(target.parent)))
    if not os.access(place, need):
        raise OutputError(words.cannot_write(path, os.strerror(13)))


def write(path: str, text: str, screen: Screen) -> None:
    """Write `text` in UTF-8, to standard output or as `write_file` does.

    Raises:
        OutputError: it could not be written; what was there before is still there.
    """
    if path == STANDARD_OUTPUT:
        screen.write(text)
        return
    write_file(path, text.encode("utf-8"))


def write_file(path: str, data: bytes) -> None:
    """Write `data` at once, so that a reader finds the old file or the new one.

    Raises:
        OutputError: it could not be written; what was there before is still there.
    """
    try:
        if _is_special(path):
            Path(path).write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise OutputError(words.cannot_write(path, error.strerror)) from error


def make_folder(path: Path) -> None:
    """Make the folder `path` in one that is there, unless it is there itself.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(words.cannot_write(str(path), error.strerror)) from error


def _is_special(path: str) -> bool:
    """Return whether `path` is there and no ordinary file, such as a pipe: it is written to, never replaced."""
    return os.path.exists(path) and not os.path.isfile(path)


def _replace(target: Path, data: bytes) -> None:
    draft = target.with_name(f".{secrets.token_hex(8)}.tmp")
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    try:
        with open(draft, "xb") as file:
            file.write(data)
        if mode is not None:
            draft.chmod(mode)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
