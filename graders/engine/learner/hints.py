"""Which hint a learner gets next: one after the other, the last only after an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graders.engine.learner.journal import ATTEMPT, HINT, Journal, JournalError

if TYPE_CHECKING:
    from graders.engine.catalog import Exercise


@dataclass(frozen=True)
class Given:
    """What one request gave.

    Attributes:
        shown: how many hints are known now.
        new: how many of these were not known before.
        has_tried: whether there was an attempt.
        is_held_back: whether the last hint was not given for want of one.
        not_recorded: why the journal does not know of it, or None.
    """

    shown: int
    new: int
    has_tried: bool
    is_held_back: bool
    not_recorded: str | None = None


def ask(journal: Journal, exercise: Exercise, again: bool = False) -> Given:
    """Give the next hint if there is one to be had, and record it; `again` gives none.

    Raises:
        JournalError: the journal cannot be read.
    """
    used = min(len(exercise.hints), len(journal.entries(exercise.id, HINT)))
    has_tried = bool(journal.entries(exercise.id, ATTEMPT))
    last = len(exercise.hints) - 1
    is_held_back = used == last and not has_tried
    if again or is_held_back or used > last:
        return Given(used, 0, has_tried, is_held_back)
    try:
        journal.note(HINT, exercise.id, number=used + 1)
    except JournalError as error:
        return Given(used + 1, 1, has_tried, False, str(error))
    return Given(used + 1, 1, has_tried, False)
