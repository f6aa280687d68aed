"""What has to be said of a run as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from graders.engine.learner import words
from graders.engine.sandbox.host import available
from graders.engine.sandbox.lockdown import Isolation


def run_notes(level: str, was_asked: bool, not_kept: str | None) -> Iterator[str]:
    """Yield what has to be said of grading at `level`, and of a store that failed."""
    if level != Isolation.FULL:
        why = words.AS_ASKED if was_asked else available(Isolation.FULL) or words.NO_REASON
        yield words.isolation(level, why)
    if not_kept is not None:
        yield words.not_kept(not_kept)
