"""Places a graph of prerequisites on paper: columns by how much comes before, one lane below another for each group.

Whatever is linked to nothing stands in rows below the rest of its lane. A line that passes a column has a place of its
own in it, so that no line runs behind a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sizes:
    """Of boxes and of what is between them; and how many columns there are at the least."""

    width: float
    height: float
    column_gap: float
    row_gap: float
    heading: float
    lane_gap: float
    pass_height: float = 6
    columns: int = 1


@dataclass(frozen=True)
class Lane:
    """A group's stripe: its heading is at its top."""

    name: str
    y: float
    height: float


@dataclass(frozen=True)
class Line:
    """A prerequisite's line, as the path of an SVG; `source` may have several lines that begin in the same way."""

    source: str
    target: str
    path: str


@dataclass(frozen=True)
class Picture:
    """Where everything is. A box's place is that of its upper left corner."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    boxes: Mapping[str, tuple[float, float]]
    lines: tuple[Line, ...]


@dataclass
class _Slot:
    """A box, or the place where the lines from `name` pass through a column."""

    name: str
    is_box: bool
    before: list[_Slot] = field(default_factory=list)
    y: float = 0.0  # of its middle


def lay_out(lanes: Mapping[str, Sequence[str]], after: Mapping[str, Iterable[str]], sizes: Sizes) -> Picture:
    """Return where everything goes.

    Args:
        lanes: what is in each, in order; everything is in one.
        after: the prerequisites of each.
    """
    sorted_out = _Columns(lanes, after, sizes.columns)
    boxes: dict[str, tuple[float, float]] = {}
    placed_lanes: list[Lane] = []
    pitch = sizes.width + sizes.column_gap
    y = 0.0
    for lane, names in lanes.items():
        bottom = _place_columns(sorted_out.of_lane(lane), y + sizes.heading, sizes)
        linked = [name for name in names if name in sorted_out.linked]
        for name in linked:
            boxes[name] = sorted_out.depths[name] * pitch, sorted_out.boxes[name].y - sizes.height / 2
        top = bottom + sizes.row_gap if linked else bottom
        alone = [name for name in names if name not in sorted_out.linked]
        for number, name in enumerate(alone):
            row, column = divmod(number, sorted_out.count)
            boxes[name] = column * pitch, top + row * (sizes.height + sizes.row_gap)
            bottom = boxes[name][1] + sizes.height
        placed_lanes.append(Lane(lane, y, bottom + sizes.lane_gap / 2 - y))
        y = bottom + sizes.lane_gap
    lines = [Line(s, t, _path(slots, sorted_out.depths[s], sizes)) for s, t, slots in sorted_out.routes]
    return Picture(
        sorted_out.count * pitch - sizes.column_gap,
        max(y - sizes.lane_gap / 2, 0),
        tuple(placed_lanes),
        boxes,
        tuple(lines),
    )


def depths(after: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return how long the longest chain of prerequisites before each is; one that bites its tail is cut there."""
    found: dict[str, int] = {}

    def depth(name: str, above: frozenset[str]) -> int:
        if name not in found:
            rest = [b for b in after.get(name, ()) if b in after and b not in above and b != name]
            found[name] = max((depth(b, above | {name}) + 1 for b in rest), default=0)
        return found[name]

    for name in after:
        depth(name, frozenset())
    return found


class _Columns:
    """What is in which column of which lane, before it has a place."""

    def __init__(self, lanes: Mapping[str, Sequence[str]], after: Mapping[str, Iterable[str]], fewest: int):
        self.depths = depths(after)
        links = [(s, t) for t in after for s in after[t] if s in after and self.depths[s] < self.depths[t]]
        self.linked = {name for link in links for name in link}
        self.count = max((self.depths[name] + 1 for name in self.linked), default=1)
        self.count = max(self.count, fewest)
        self.boxes = {name: _Slot(name, is_box=True) for name in after}
        self.routes: list[tuple[str, str, list[_Slot]]] = []
        lane_of = {name: lane for lane, names in lanes.items() for name in names}
        self._slots: dict[tuple[str, int], list[_Slot]] = {}
        for name, lane in lane_of.items():
            if name in self.linked:
                self._slots.setdefault((lane, self.depths[name]), []).append(self.boxes[name])
        passes: dict[tuple[str, str, int], _Slot] = {}
        for source, target in links:
            route = [self.boxes[source]]
            for depth in range(self.depths[source] + 1, self.depths[target]):
                key = lane_of[target], source, depth
                if key not in passes:
                    passes[key] = _Slot(source, is_box=False, before=[route[-1]])
                    self._slots.setdefault((lane_of[target], depth), []).append(passes[key])
                route.append(passes[key])
            self.boxes[target].before.append(route[-1])
            self.routes.append((source, target, [*route, self.boxes[target]]))

    def of_lane(self, lane: str) -> list[list[_Slot]]:
        return [self._slots.get((lane, depth), []) for depth in range(self.count)]


def _place_columns(columns: Sequence[Sequence[_Slot]], top: float, sizes: Sizes) -> float:
    """Give each slot its y, as near to those before it as there is room, and return where the lowest ends."""
    bottom = top
    in_lane = {id(slot) for column in columns for slot in column}
    for column in columns:
        wishes = {id(slot): _wish(slot, in_lane, top) for slot in column}
        y = top
        for slot in sorted(column, key=lambda slot: wishes[id(slot)]):
            height = sizes.height if slot.is_box else sizes.pass_height
            slot.y = max(y + height / 2, wishes[id(slot)])
            y = slot.y + height / 2 + sizes.row_gap
            bottom = max(bottom, slot.y + height / 2)
    return bottom


def _wish(slot: _Slot, in_lane: set[int], top: float) -> float:
    """Return the height at which a slot's lines would be straight; those from other lanes come in at the top."""
    before = [b.y for b in slot.before if id(b) in in_lane]
    return sum(before) / len(before) if before else top


def _path(slots: Sequence[_Slot], depth: int, sizes: Sizes) -> str:
    """Return the line from the right edge of the first slot to the left edge of the last."""
    pitch = sizes.width + sizes.column_gap
    x, y = depth * pitch + sizes.width, slots[0].y
    parts = [f"M{x:g} {y:g}"]
    for number, slot in enumerate(slots[1:], depth + 1):
        x = number * pitch
        bend = x - sizes.column_gap / 2
        parts.append(f"C{bend:g} {y:g} {bend:g} {slot.y:g} {x:g} {slot.y:g}")
        y = slot.y
        if number < depth + len(slots) - 1:
            parts.append(f"H{x + sizes.width:g}")
    return "".join(parts)
