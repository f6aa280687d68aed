"""What the bench prints: a row for each figure, with its target and what it is compared with."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        most, least: the target, where there is one.
        beside: what the figure is compared with, and how it was measured.
    """

    what: str
    value: float
    unit: str
    beside: str
    most: float | None = None
    least: float | None = None

    @property
    def is_met(self) -> bool:
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def target(self) -> str:
        if self.most is not None:
            return f"at most {self.most:g} {self.unit}"
        return "" if self.least is None else f"at least {self.least:g} {self.unit}"

    @property
    def verdict(self) -> str:
        return "" if not self.target else "met" if self.is_met else "missed"


def table(rows: Sequence[Row]) -> Table:
    """Return the rows as a table that can be printed."""
    shown = Table("what", "figure", "target", "", "beside, and how", show_lines=True)
    for row in rows:
        shown.add_row(row.what, f"{row.value:,.3g} {row.unit}", row.target, row.verdict, row.beside)
    return shown


def spread(values: Sequence[float], unit: str = "") -> str:
    """Return median and quartiles in words; of fewer than four values, the least and the largest."""
    values = sorted(values)
    low, _, high = statistics.quantiles(values, n=4) if len(values) > 3 else (values[0], None, values[-1])
    return f"{statistics.median(values):,.3g} ({low:,.3g} to {high:,.3g}){unit and ' ' + unit}"
