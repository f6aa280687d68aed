"""Bars of characters: how much of something is done. No colour is needed to read them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from graders.engine.terminal import words
from graders.engine.terminal.output import Screen

_SHADES = ("█▒░", "#+.")  # the second for a terminal that knows only ASCII
_ERASE_LINE = "\r\x1b[2K"
_METER_CELLS = 20


def segments(counts: Sequence[int], cells: int) -> list[int]:
    """Share `cells` out in the proportion of `counts`: their sum is `cells`, and no count above 0 gets none."""
    total = sum(counts)
    if not total:
        return [0] * (len(counts) - 1) + [cells]
    shares = [count * cells / total for count in counts]
    whole = [max(int(share), int(count > 0)) for share, count in zip(shares, counts, strict=True)]
    while sum(whole) != cells:
        step = 1 if sum(whole) < cells else -1
        open_to_change = [i for i, n in enumerate(whole) if counts[i] and n + step > 0] or list(range(len(whole)))
        most = max(open_to_change, key=lambda i: step * (shares[i] - whole[i]))
        whole[most] += step
    return whole


def shades(encoding: str | None) -> str:
    """Return the three characters of a bar (done, begun, left) that `encoding` has."""
    try:
        _SHADES[0].encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _SHADES[1]
    return _SHADES[0]


class Meter:
    """Shows how far work is in one line of a terminal, and nothing anywhere else.

    Args:
        screen: None for nowhere.
    """

    def __init__(self, screen: Screen | None):
        is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self._screen = screen if screen is not None and screen.isatty() and not is_plain else None

    @contextmanager
    def counting(self, total: int) -> Iterator[Callable[[object], None]]:
        """Give a function to call after each of `total` pieces of work; the line is gone at the end."""
        done = 0

        def count(_: object) -> None:
            nonlocal done
            done += 1
            self._show(done, total)

        self._show(0, total)
        try:
            yield count
        finally:
            if self._screen is not None:
                self._screen.write(_ERASE_LINE)

    def _show(self, done: int, total: int) -> None:
        if self._screen is None or done == total:
            return
        full, _, empty = shades(self._screen.encoding)
        filled, rest = segments([done, total - done], _METER_CELLS)
        self._screen.write(f"{_ERASE_LINE}{words.progress_meter(full * filled + empty * rest, done, total)}")
