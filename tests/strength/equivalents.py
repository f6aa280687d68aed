"""Mutants that are known to do the same as the solution, each with the reason: survivors.toml.

An entry stands under its exercise and is found again by the text of the lines, not by their number:

    [["foundations/softmax"]]
    find = "the line of the solution"
    swaps = ["the line of a mutant", "and of another one that does the same for the same reason"]
    why = "why no caller can tell the difference"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.strength.mutants import squeezed

FILE = Path(__file__).with_name("survivors.toml")
Key = tuple[str, str]


def read_equivalents(path: Path = FILE) -> dict[str, dict[Key, str]]:
    """Return for each exercise which changes are equivalent: (before, after), both squeezed -> `find` and swap.

    Raises:
        ValueError: an entry is not of the form above.
    """
    tables = _checked(tomllib.loads(path.read_text()), path.name)
    return {exercise: dict(pair for entry in entries for pair in _pairs(entry)) for exercise, entries in tables.items()}


def _pairs(entry: dict) -> Iterator[tuple[Key, str]]:
    for swap in entry["swaps"]:
        yield (squeezed(entry["find"]), squeezed(swap)), f"{entry['find']}  ->  {swap}"


def _checked(tables: dict, name: str) -> dict:
    for exercise, entries in tables.items():
        for entry in entries:
            if set(entry) != {"find", "swaps", "why"} or not all(entry.values()) or type(entry["swaps"]) is not list:
                raise ValueError(f"{name}, {exercise}: an entry has find, swaps (a list) and why, not {entry}")
    return tables
