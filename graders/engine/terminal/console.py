"""A rich console on standard output."""

from __future__ import annotations

import os

from rich.console import Console

from graders.engine.terminal.output import Screen

_NARROWEST = 20


def make_console(screen: Screen, width: int) -> Console:
    """Return a console with colours on a terminal, and without any control sequence elsewhere or under NO_COLOR."""
    is_rich = screen.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Console(
        file=screen,
        width=max(width, _NARROWEST),
        force_terminal=is_rich,
        color_system="auto" if is_rich else None,
        markup=False,
        emoji=False,
        highlight=False,
    )
