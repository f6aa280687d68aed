"""Records in the journal what a learner has tried."""

from __future__ import annotations

from collections.abc import Iterable

from graders.engine.learner.journal import Journal, JournalError
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.sources import Sources, Unreadable
from graders.engine.store import content_key


def note_attempts(journal: Journal, sources: Sources, results: Iterable[ExerciseResult]) -> str | None:
    """Record the verdicts on what was begun, and return why they could not be, or None."""
    try:
        for result in results:
            if result.outcome not in (Outcome.NOT_STARTED, Outcome.GRADER_ERROR):
                text = content_key(sources.read(result.id) or "")
                journal.note_attempt(result.id, text, result.outcome, result.points, result.max_points)
    except (JournalError, Unreadable) as error:
        return str(error)
    return None
