"""Progress that moves between machines: one JSON file with the journal and the texts of what has been begun.

A file that comes in is believed in nothing but its texts and its journal. Every text is graded here, and takes the
place of a present one only when the exercise earns more by it and no other exercise earns less.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from graders.engine.catalog import Catalog
from graders.engine.learner import words
from graders.engine.learner.journal import ATTEMPT, HINT, Entry
from graders.engine.learner.progress import Progress, State
from graders.engine.results import Outcome, Report
from graders.engine.sources import MAX_BYTES, Sources, Unreadable

KIND, VERSION = "llm-katas progress", 1
MAX_FILE_BYTES = 64 << 20  # 200 exercises of the largest size allowed, and a journal of 50,000 lines
_MAX_ENTRY_CHARACTERS = 20_000
_ID = re.compile(r"\w+/\w+", re.ASCII)
_KIND_OF_ENTRY = re.compile(r"[a-z_]{1,40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FIRST_YEAR, _LAST_YEAR = 2000, 9000  # what lies outside is no clock's


class TransferError(Exception):
    """A file is no progress that can be taken in; the message says why."""


@dataclass(frozen=True)
class Transfer:
    """What a file holds: entries of a journal, and texts by the exercise's id."""

    entries: tuple[Entry, ...]
    texts: Mapping[str, str]


class Snapshot:
    """A submission as it was at one moment: what happens to its exercises later makes no difference.

    Whatever else it holds, such as a file of helpers, is read when asked for.
    """

    def __init__(self, sources: Sources, ids: Iterable[str]):
        self._sources = sources
        self._texts: dict[str, str | Unreadable | None] = {}
        for name in ids:
            try:
                self._texts[name] = sources.read(name)
            except Unreadable as error:
                self._texts[name] = error

    def read(self, exercise_id: str) -> str | None:
        if exercise_id not in self._texts:
            return self._sources.read(exercise_id)
        text = self._texts[exercise_id]
        if isinstance(text, Unreadable):
            raise text
        return text

    def holds(self, exercise_id: str, text: str) -> bool:
        return self._texts.get(exercise_id) == text

    def is_as_before(self, exercise_id: str) -> bool:
        """Return whether an exercise's file is still what it was."""
        now = Snapshot(self._sources, [exercise_id])._texts[exercise_id]
        was = self._texts[exercise_id]
        return now == was or (isinstance(now, Unreadable) and isinstance(was, Unreadable) and str(now) == str(was))

    def overlaid(self, texts: Mapping[str, str]) -> Snapshot:
        """Return a snapshot with `texts` in place of its own."""
        copy = Snapshot(self._sources, ())
        copy._texts = {**self._texts, **texts}
        return copy


# Out.


def to_text(catalog: Catalog, progress: Progress, entries: Iterable[Entry], sources: Sources) -> str:
    """Return the file's text: the entries, and each exercise that is at least begun, where its file can be read."""
    files: dict[str, dict[str, Any]] = {}
    for standing in progress.exercises:
        if standing.state is not State.OPEN and (text := _readable(sources, standing.id)) is not None:
            files[standing.id] = {"points": standing.points, "max_points": standing.max_points, "text": text}
    kept = [asdict(e) for e in entries if _problem_of_entry(catalog, e) is None]
    record = {"kind": KIND, "version": VERSION, "journal": kept, "files": files}
    return json.dumps(record, indent=1) + "\n"


def _readable(sources: Sources, exercise_id: str) -> str | None:
    try:
        return sources.read(exercise_id)
    except Unreadable:
        return None


# In.


def read_transfer(catalog: Catalog, path: str) -> Transfer:
    """Return what the file at `path` holds, all of it checked.

    Raises:
        TransferError: it cannot be read, or anything in it is not as `to_text` writes it.
    """
    return from_bytes(catalog, _read(path))


def from_bytes(catalog: Catalog, data: bytes) -> Transfer:
    """Return what `data` holds, all of it checked.

    Raises:
        TransferError: anything in it is not as `to_text` writes it.
    """
    try:
        record = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise TransferError(words.TRANSFER_DAMAGED) from error
    if not isinstance(record, dict) or record.get("kind") != KIND:
        raise TransferError(words.TRANSFER_FOREIGN)
    if type(record.get("version")) is not int or record["version"] != VERSION:
        raise TransferError(words.TRANSFER_VERSION)
    journal, files = record.get("journal"), record.get("files")
    if not isinstance(journal, list) or not isinstance(files, dict):
        raise TransferError(words.TRANSFER_DAMAGED)
    texts = {name: _text(catalog, name, file) for name, file in files.items()}
    return Transfer(tuple(_entry(catalog, number, e) for number, e in enumerate(journal, 1)), texts)


def _read(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would wait for its writer
        with os.fdopen(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise TransferError(words.TRANSFER_NO_FILE)
            data = file.read(MAX_FILE_BYTES + 1) if state.st_size <= MAX_FILE_BYTES else b""
            if max(state.st_size, len(data)) > MAX_FILE_BYTES:
                raise TransferError(words.transfer_large(MAX_FILE_BYTES >> 20))
            return data
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise TransferError(words.transfer_unreadable(getattr(error, "strerror", None) or str(error))) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _text(catalog: Catalog, name: str, file: object) -> str:
    if not _ID.fullmatch(name):
        raise TransferError(words.transfer_no_id(name))
    if name not in catalog.exercises:
        raise TransferError(words.transfer_unknown(name))
    text = file.get("text") if isinstance(file, dict) else None
    if not isinstance(text, str) or set(file) != {"text", "points", "max_points"}:
        raise TransferError(words.transfer_wrong_file(name))
    if not _is_number(file["max_points"]) or not (file["points"] is None or _is_number(file["points"])):
        raise TransferError(words.transfer_wrong_file(name))
    if not _is_encodable(text):
        raise TransferError(words.transfer_wrong_file(name))
    if len(text.encode()) > MAX_BYTES:
        raise TransferError(words.transfer_long_text(name, MAX_BYTES))
    return text


def _entry(catalog: Catalog, number: int, fields: object) -> Entry:
    if not isinstance(fields, dict) or set(fields) != {"time", "kind", "exercise", "details"}:
        raise TransferError(words.transfer_wrong_entry(number, words.ENTRY_FIELDS))
    entry = Entry(**fields)
    problem = _problem_of_entry(catalog, entry)
    if problem is not None:
        raise TransferError(words.transfer_wrong_entry(number, problem))
    return entry


def _problem_of_entry(catalog: Catalog, entry: Entry) -> str | None:
    """Return why an entry cannot be one of this program's, or None. Nothing is known of the types of its fields."""
    if not all(isinstance(v, str) for v in (entry.time, entry.kind, entry.exercise)):
        return words.ENTRY_FIELDS
    if not isinstance(entry.details, dict) or not _KIND_OF_ENTRY.fullmatch(entry.kind):
        return words.ENTRY_FIELDS
    if not _is_moment(entry.time):
        return words.ENTRY_TIME
    if entry.exercise not in catalog.exercises and (entry.exercise or entry.kind in (ATTEMPT, HINT)):
        return words.ENTRY_UNKNOWN
    if not _is_small(entry.details) or not _is_sound(entry.kind, entry.details):
        return words.ENTRY_DETAILS
    return None


def _is_moment(text: str) -> bool:
    try:
        time = datetime.fromisoformat(text)
        # Compared as text: whatever else fromisoformat takes would be a second line for the same moment.
        return time.utcoffset() == UTC.utcoffset(None) and _FIRST_YEAR <= time.year < _LAST_YEAR and len(text) <= 32
    except ValueError:
        return False


def _is_small(details: dict) -> bool:
    """Return whether details fit a line of the journal; those of kinds that only a later version knows, too."""
    try:
        text = json.dumps(details, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return len(text) <= _MAX_ENTRY_CHARACTERS and _is_encodable(text)


def _is_sound(kind: str, details: Mapping[str, Any]) -> bool:
    if kind == ATTEMPT:
        return (
            set(details) == {"outcome", "points", "max_points", "text"}
            and isinstance(details["outcome"], str)
            and details["outcome"] in set(Outcome)
            and (details["points"] is None or _is_number(details["points"]))
            and _is_number(details["max_points"])
            and isinstance(details["text"], str)
            and _DIGEST.fullmatch(details["text"]) is not None
        )
    if kind == HINT:
        return set(details) == {"number"} and type(details["number"]) is int and 1 <= details["number"] <= 99
    return True


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(value) < 1e9 and math.isfinite(value)


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)


# Which texts are better.


@dataclass(frozen=True)
class Choice:
    """Which texts of a transfer take the place of present ones.

    Attributes:
        before, after: the verdicts on all exercises, without and with them.
        ids: theirs, in order of study.
        clashing: ids that earn more with the other texts of the transfer, but not beside what stays.
        faults: ids that could not be graded, through a fault of ours.
    """

    before: Report
    after: Report
    ids: tuple[str, ...]
    clashing: tuple[str, ...]
    faults: tuple[str, ...]

    def points(self, exercise_id: str) -> tuple[float | None, float | None]:
        """Return what an exercise earns without and with the texts that are taken."""
        return _points(self.before)[exercise_id], _points(self.after)[exercise_id]

    def was_begun(self, exercise_id: str) -> bool:
        """Return whether the present file of an exercise is more than the stub."""
        return any(r.id == exercise_id and r.outcome is not Outcome.NOT_STARTED for r in self.before.exercises)


def choose(
    catalog: Catalog, present: Snapshot, texts: Mapping[str, str], grade: Callable[[Iterable[str], Sources], Report]
) -> Choice:
    """Return which of `texts` to take: the exercise earns more by it, and no other exercise earns less.

    Args:
        grade: gives the verdicts on exercises, by id, of a submission.
    """
    before = grade(catalog.exercises, present)
    new = {name: text for name, text in texts.items() if not present.holds(name, text)}
    arrived = grade([name for name in catalog.exercises if name in new], present.overlaid(new))
    had, offered = _points(before), _points(arrived)
    better = {name for name in new if _is_more(offered[name], had[name])}
    chosen, after = set(better), before
    while chosen:
        after = grade(catalog.exercises, present.overlaid({name: new[name] for name in chosen}))
        spoiling = _spoiling(before, after, chosen)
        if not spoiling:
            break
        chosen -= spoiling
    return Choice(
        before=before,
        after=after if chosen else before,
        ids=tuple(name for name in catalog.exercises if name in chosen),
        clashing=tuple(name for name in catalog.exercises if name in better - chosen),
        faults=tuple(name for name in catalog.exercises if name in new and None in (offered[name], had[name])),
    )


def _spoiling(before: Report, after: Report, chosen: set[str]) -> set[str]:
    """Return those of `chosen` that earn nothing more after all, or that make another exercise earn less.

    An exercise may import others of the learner's, so that a text's worth hangs on those beside it.
    """
    had, has = _points(before), _points(after)
    spoiling = {name for name in chosen if not _is_more(has[name], had[name])}
    for result in after.exercises:
        if result.id not in chosen and result.points != had[result.id] and not _is_more(result.points, had[result.id]):
            spoiling |= chosen.intersection(result.files) or chosen
    return spoiling


def _points(report: Report) -> dict[str, float | None]:
    return {result.id: result.points for result in report.exercises}


def _is_more(offered: float | None, had: float | None) -> bool:
    """Return whether something is more; nothing is more than what could not be graded, nor the other way round."""
    return offered is not None and had is not None and offered > had
