"""Where the parts of a chart lie: numbers alone, of which the templates make SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_BANDS = 200  # rows of the map: with more students than this each stands for several
_BARS = 20
_FULL = 1 - 1e-9


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: the scores from `low` up to `high`, which belongs to the last bar alone."""

    x: float
    y: float
    width: float
    height: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Histogram:
    """Bars in a box of `width` by `height`, on its lower edge; `most` is the count of the highest."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    most: int


@dataclass(frozen=True)
class Cell:
    """The mean share of points of students `first` to `last` (from 1, the best first); None where nothing is known."""

    x: float
    y: float
    level: str
    share: float | None
    column: int
    first: int
    last: int


@dataclass(frozen=True)
class HeatMap:
    """Cells of `cell_width` by `cell_height` in a box of `width` by `height`."""

    width: float
    height: float
    cell_width: float
    cell_height: float
    cells: tuple[Cell, ...]
    band: int


def level(share: float | None) -> str:
    """Return the class of colour: l0 for nothing, l1 to l4 for quarters, l5 for all of it, le for a fault of ours."""
    if share is None:
        return "le"
    if share <= 0:
        return "l0"
    return "l5" if share >= _FULL else f"l{min(4, 1 + int(share * 4))}"


def histogram(scores: Sequence[float], most_points: float, width: float = 800, height: float = 160) -> Histogram:
    """Return `scores` in equal classes from 0 to `most_points`, or to the highest score where that is more."""
    top = max([most_points, *scores]) or 1.0
    counts = [0] * _BARS
    for score in scores:
        counts[min(_BARS - 1, max(0, int(score / top * _BARS)))] += 1
    most = max(counts)
    step = width / _BARS
    bars = []
    for number, count in enumerate(counts):
        tall = height * count / most if most else 0.0
        low, high = top * number / _BARS, top * (number + 1) / _BARS
        bars.append(Bar(number * step + 1, height - tall, step - 2, tall, low, high, count))
    return Histogram(width, height, tuple(bars), most)


def heat_map(rows: Sequence[Sequence[float | None]], columns: int) -> HeatMap:
    """Return the map of rows[student][exercise], each a share of points or None; an empty row handed in nothing.

    Neighbours are taken together where there are more than MOST_BANDS, so that the map keeps to a screen and a file to
    a size; so put those who are alike next to each other.
    """
    band = max(1, -(-len(rows) // MOST_BANDS))
    bands = [rows[start : start + band] for start in range(0, len(rows), band)]
    cell_width = max(14.0, min(90.0, 760 / max(columns, 1)))
    cell_height = max(3.0, min(16.0, 600 / max(len(bands), 1)))
    cells = []
    for number, together in enumerate(bands):
        first = number * band + 1
        for column in range(columns):
            shares = [row[column] for row in together if row]
            known = [share for share in shares if share is not None]
            mean = sum(known) / len(known) if known else None
            tone = level(mean) if shares else "lx"
            place = column * cell_width, number * cell_height
            cells.append(Cell(*place, tone, mean, column, first, first + len(together) - 1))
    return HeatMap(columns * cell_width, len(bands) * cell_height, cell_width, cell_height, tuple(cells), band)
