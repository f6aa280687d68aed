"""The terminal while a watch has it: keys come one by one and are not shown, and a frame replaces the one before."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import termios
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from rich.text import Text

from graders.engine.terminal.console import make_console
from graders.engine.terminal.interrupts import uninterrupted
from graders.engine.terminal.output import Screen

UP, DOWN, PAGE_UP, PAGE_DOWN, ENTER, ESCAPE = "up", "down", "page up", "page down", "enter", "escape"
_NAMED = {
    **{"\x1b[A": UP, "\x1bOA": UP, "k": UP, "\x1b[B": DOWN, "\x1bOB": DOWN, "j": DOWN},
    **{"\x1b[5~": PAGE_UP, "\x1b[6~": PAGE_DOWN, " ": PAGE_DOWN, "\r": ENTER, "\n": ENTER, "\x1b": ESCAPE},
}
_ONE_KEY = re.compile(r"\x1b[\[O][\d;]*[ -~]|.", re.DOTALL)
_HIDE, _SHOW = b"\x1b[?25l", b"\x1b[?25h"


class Terminal:
    """The terminal behind standard input and output. A `with` statement gives it back as it was, however it ends."""

    def __init__(self, screen: Screen, on_change: Callable[[], None]):
        """Take where to write.

        Args:
            on_change: called, inside a signal handler, when what is shown has to be drawn again.
        """
        self._screen = screen
        self._on_change = on_change
        self._is_plain = os.environ.get("TERM") == "dumb"
        self._modes: list | None = None  # as they were
        self._handlers: dict[int, object] = {}
        self._is_ours = False

    def __enter__(self) -> Self:
        with uninterrupted():
            self._modes = termios.tcgetattr(0)
            for number in (signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP):
                self._handlers[number] = signal.signal(number, self._note)
            self._take()
        return self

    def __exit__(self, *_: object) -> None:
        with uninterrupted():
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            self._give_back()

    @property
    def size(self) -> os.terminal_size:
        try:
            size = os.get_terminal_size(1)
        except OSError:  # it is gone
            size = os.terminal_size((0, 0))
        return os.terminal_size((size.columns or 80, size.lines or 24))

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let another program have the terminal meanwhile."""
        self._give_back()
        try:
            yield
        finally:
            self._take()

    def draw(self, lines: Sequence[Text]) -> None:
        """Show `lines` in place of what was there; the cursor stays below them."""
        console = make_console(self._screen, self.size.columns)
        with console.capture() as captured:
            for line in lines:
                console.print(line, soft_wrap=True)
        if self._is_plain:
            self._screen.write(f"\n{captured.get()}")
            return
        # A line is cleared before it is written: afterwards, one that fills the width would lose its last character.
        shown = captured.get().replace("\n", "\n\x1b[2K")
        self._screen.write(f"\x1b[H\x1b[2K{shown}\x1b[J")

    def add(self, sentence: str) -> None:
        """Show a sentence below what is there, until the next frame."""
        self._screen.write(f"{sentence}\n" if self._is_plain else f"\r\x1b[2K{sentence[: self.size.columns - 1]}")

    def keys(self) -> list[str] | None:
        """Return the keys that were pressed: a character each, or a name from above; None when no more can come."""
        try:
            data = os.read(0, 1024)
        except OSError:
            return None
        if not data:
            return None
        pressed = _ONE_KEY.findall(data.decode("utf-8", "replace"))
        return [_NAMED.get(key, key) for key in pressed]

    def _take(self) -> None:
        tty.setcbreak(0, termios.TCSADRAIN)
        if not self._is_plain:
            # What stood on the screen goes up, where it can be read again.
            self._control(_HIDE + b"\n" * (0 if self._is_ours else self.size.lines))
        self._is_ours = True

    def _give_back(self) -> None:
        self._is_ours = False
        if not self._is_plain:
            self._control(_SHOW)
        with contextlib.suppress(termios.error):  # it is gone
            termios.tcsetattr(0, termios.TCSADRAIN, self._modes)

    def _control(self, sequence: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(1, sequence)

    def _note(self, number: int, _: object) -> None:
        if number == signal.SIGTSTP:
            self._stop()
        elif number == signal.SIGCONT:
            self._take()  # whoever stopped this process without asking may have changed the modes
        self._on_change()

    def _stop(self) -> None:
        """Stop, as Ctrl-Z means it, with the terminal as it was."""
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._note)
        self._take()
