"""What a learner has done: attempts, hints taken, stubs put back. Only ever added to, one line of JSON an entry.

It says nothing of what is solved now: that is for the verdict on the present text of a file. Several programs may add
at once, and two journals are merged by taking the lines of both.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ATTEMPT, HINT, RESET = "attempt", "hint", "reset"


class JournalError(Exception):
    """The journal cannot be read or written; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One thing that was done to an exercise.

    Attributes:
        time: in UTC, as ISO 8601 has it.
        kind: ATTEMPT, HINT, RESET, or whatever a later version knows.
        details: of an attempt `outcome`, `points`, `max_points` and `text`, a digest of the file; of a hint `number`.
    """

    time: str
    kind: str
    exercise: str
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> str:
        """The local date, as YYYY-MM-DD."""
        return datetime.fromisoformat(self.time).astimezone().date().isoformat()


class Journal:
    """The journal in one file, which need not exist yet.

    Args:
        now: gives the time in UTC.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._path = path
        self._now = now

    def entries(self, exercise_id: str | None = None, kind: str | None = None) -> list[Entry]:
        """Return the entries, of one exercise or one kind if named, in the order of time.

        A line that is none, such as the half of one that was written when the disk was full, is passed over.

        Raises:
            JournalError: the file is there and cannot be read.
        """
        try:
            lines = self._path.read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise JournalError(f"{self._path} cannot be read: {error.strerror}") from error
        found = [entry for entry in map(_entry, lines) if entry is not None]
        wanted = (e for e in found if exercise_id in (None, e.exercise) and kind in (None, e.kind))
        return sorted(wanted, key=lambda entry: entry.time)

    def note(self, kind: str, exercise_id: str, **details: Any) -> Entry:
        """Add an entry.

        Raises:
            JournalError: it cannot be written.
        """
        entry = Entry(self._now().isoformat(timespec="milliseconds"), kind, exercise_id, details)
        self.add([entry])
        return entry

    def note_attempt(self, exercise_id: str, text: str, outcome: str, points: float | None, max_points: float) -> None:
        """Add an attempt, unless it is the last one again: the same file with the same verdict.

        Args:
            text: a digest of the file.

        Raises:
            JournalError: it cannot be written.
        """
        details = {"outcome": str(outcome), "points": points, "max_points": max_points, "text": text}
        last = self.entries(exercise_id, ATTEMPT)[-1:]
        if not last or last[0].details != details:
            self.note(ATTEMPT, exercise_id, **details)

    def add(self, entries: Iterable[Entry]) -> int:
        """Add those entries that are not there yet, and return how many they were.

        Raises:
            JournalError: they cannot be written.
        """
        present = {_line(entry) for entry in self.entries()}
        lines = [line for line in dict.fromkeys(map(_line, entries)) if line not in present]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                # Begun with a newline, so that half a line before it spoils itself only. One write: others may add too.
                os.write(descriptor, "".join(f"\n{line}" for line in lines).encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            raise JournalError(f"{self._path} cannot be written: {error.strerror}") from error
        return len(lines)


def hints_taken(entries: Iterable[Entry]) -> int:
    """Return how many hints of an exercise its entries speak of; in merged journals one may be there twice."""
    return len({str(entry.details.get("number")) for entry in entries if entry.kind == HINT})


def _line(entry: Entry) -> str:
    return json.dumps(asdict(entry), sort_keys=True)


def _entry(line: str) -> Entry | None:
    try:
        fields = json.loads(line)
        entry = Entry(**fields)
        is_sound = all(isinstance(v, str) for v in (entry.time, entry.kind, entry.exercise))
        if not is_sound or not isinstance(entry.details, dict) or datetime.fromisoformat(entry.time).tzinfo is None:
            return None
    except (TypeError, ValueError, RecursionError):
        return None
    return entry
