"""Progress as one page of HTML that needs nothing else: no network, no scripts. Every text in it is escaped."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from graders.engine.learner import words
from graders.engine.learner.layers import Picture, Sizes, lay_out
from graders.engine.learner.progress import Progress, State
from graders.engine.terminal.visible import visible
from graders.engine.terminal.words import OUTCOMES

_TEMPLATE = "progress.html.jinja"
_WIDE = Sizes(width=200, height=46, column_gap=40, row_gap=9, heading=34, lane_gap=30, columns=5)
_NARROW = Sizes(width=50, height=26, column_gap=26, row_gap=6, heading=27, lane_gap=22, pass_height=4, columns=5)
_LABEL_CHARACTERS, _LABEL_LINES = 22, 3  # of a box in the wide map


@dataclass(frozen=True)
class Map:
    """One drawing of the map. In the narrow one a box has the exercise's number alone, as the list has it.

    Attributes:
        least: how far it may be made smaller to fit a window, before it has to be scrolled.
    """

    name: str
    sizes: Sizes
    picture: Picture
    least: float


def to_html(progress: Progress) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {"number": _number, "label": _label}
    numbers = {e.id: number for number, e in enumerate(progress.exercises, 1)}
    return environment.get_template(_TEMPLATE).render(
        progress=progress,
        whole=progress.whole,
        standings=progress.by_id,
        numbers=numbers,
        maps=[
            Map("wide", _WIDE, _picture(progress, _WIDE), least=0.75),
            Map("narrow", _NARROW, _picture(progress, _NARROW), least=0.9),
        ],
        states=list(State),
        words=words,
        outcomes=OUTCOMES,
    )


def _picture(progress: Progress, sizes: Sizes) -> Picture:
    lanes = {topic.name: [e.id for e in topic.exercises] for topic in progress.topics}
    after: Mapping[str, tuple[str, ...]] = {e.id: e.after for e in progress.exercises}
    return lay_out(lanes, after, sizes)


def _shown(value: object) -> object:
    """Make what is put into the page visible; what is markup already is a `str` too, and has nothing to hide."""
    return visible(value) if type(value) is str else value


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")  # noqa: RUF001 (a dash stands for nothing)


def _label(title: str) -> list[str]:
    """Return the lines of a box."""
    return textwrap.wrap(title, _LABEL_CHARACTERS, max_lines=_LABEL_LINES, placeholder="…")
