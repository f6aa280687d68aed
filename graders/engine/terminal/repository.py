"""The repository that the command line works on, and what is said when it cannot."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from graders.engine.terminal import words

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog, Exercise

ROOT = Path(__file__).absolute().parents[3]
GRADES = ROOT / ".grades"  # all that is kept of what a learner does
JOURNAL = GRADES / "journal.jsonl"
_PACKAGES = ("numpy", "torch", "pytest", "msgspec", "rich")


class Refused(Exception):
    """Nothing can be done; the message says why and is all that the user needs."""


def cannot_import(reason: object) -> Refused:
    """Return what is raised when a package is missing or does not load."""
    return Refused(words.cannot_import(str(reason), sys.executable))


def expect_packages(*more: str) -> None:
    """Make sure that what grading needs is installed, and `more`.

    Raises:
        Refused: it is not.
    """
    missing = [name for name in (*_PACKAGES, *more) if importlib.util.find_spec(name) is None]
    if missing:
        raise cannot_import(words.packages_missing(missing))


def select(names: Iterable[str]) -> tuple[Catalog, list[Exercise]]:
    """Return the catalog, and the exercises that `names` mean, in order of study.

    Raises:
        Refused: the catalog cannot be read, or a name is unknown.
    """
    from graders.engine.catalog import Catalog, CatalogError, UnknownName

    try:
        catalog = Catalog.load(ROOT)
        return catalog, catalog.select(names)
    except (CatalogError, UnknownName) as error:
        raise Refused(str(error)) from error


def select_one(name: str) -> tuple[Catalog, Exercise]:
    """Return the catalog, and the exercise that `name` means.

    Raises:
        Refused: the catalog cannot be read, or `name` is unknown or a topic.
    """
    catalog, exercises = select([name])
    if len(exercises) != 1:
        raise Refused(words.one_exercise(name))
    return catalog, exercises[0]
