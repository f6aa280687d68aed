"""Where a submission's text comes from: a folder that nobody trusts, or texts in memory.

Every reader answers the same question: what does the learner have under the id `topic/exercise`?
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

MAX_BYTES = 256 << 10  # there are texts of which Python's parser takes a thousand bytes of memory for each


class Unreadable(Exception):
    """There is a file, but it cannot be a submission; the message says why and what to do."""


class Sources(Protocol):
    """What a judge needs of a submission."""

    def read(self, exercise_id: str) -> str | None:
        """Return the text under `topic/exercise`, or None where there is no file.

        Raises:
            Unreadable: what lies there is not a text file of a sane size inside the submission.
        """


class Texts:
    """A submission held in memory: exercise id -> text, or why there is none that can be read."""

    def __init__(self, texts: Mapping[str, str], unreadable: Mapping[str, str] | None = None):
        self.texts = dict(texts)
        self.unreadable = dict(unreadable or {})

    def read(self, exercise_id: str) -> str | None:
        if exercise_id in self.unreadable:
            raise Unreadable(self.unreadable[exercise_id])
        return self.texts.get(exercise_id)


def in_memory(sources: Sources, exercise_ids: Iterable[str]) -> Texts:
    """Return what `sources` hold under these ids, so that it can be sent elsewhere."""
    texts: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for exercise_id in exercise_ids:
        try:
            text = sources.read(exercise_id)
        except Unreadable as problem:
            unreadable[exercise_id] = str(problem)
            continue
        if text is not None:
            texts[exercise_id] = text
    return Texts(texts, unreadable)


class Snapshot:
    """A submission each of whose files is read once: a save in the meantime changes nothing."""

    def __init__(self, sources: Sources):
        self._sources = sources
        self._found: dict[str, tuple[str | None, str | None]] = {}  # text, or why it is unreadable

    def read(self, exercise_id: str) -> str | None:
        text, problem = self.content(exercise_id)
        if problem is not None:
            raise Unreadable(problem)
        return text

    def content(self, exercise_id: str) -> tuple[str | None, str | None]:
        """Return the text or None, and why it cannot be read or None."""
        if exercise_id not in self._found:
            try:
                self._found[exercise_id] = self._sources.read(exercise_id), None
            except Unreadable as problem:
                self._found[exercise_id] = None, str(problem)
        return self._found[exercise_id]


class Folder:
    """A submission on disk: `<topic>/<exercise>.py` below a folder, or below an `exercises/` folder in it."""

    def __init__(self, root: Path):
        """Take the folder `root`.

        Raises:
            Unreadable: `root` is not a folder, or its `exercises` is a link out of it, perhaps to the solutions.
        """
        if not os.path.isdir(root):
            raise Unreadable(f"{root} is not a folder: name the one that holds <topic>/<exercise>.py")
        outer, inner = (Path(os.path.realpath(path)) for path in (root, root / "exercises"))
        if not inner.is_relative_to(outer):
            raise Unreadable(f"{root / 'exercises'} is a link that leaves the submission: hand in the folder itself")
        self.root = inner if os.path.isdir(inner) else outer

    def read(self, exercise_id: str) -> str | None:
        path = self.root / f"{exercise_id}.py"
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self.root):
            raise Unreadable(f"{exercise_id}.py is a link that leaves the submission: hand in the file itself")
        try:
            # O_NONBLOCK: a named pipe must not keep the judge waiting for its writer.
            descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable(f"{exercise_id}.py cannot be read: {error.strerror}") from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable(f"{exercise_id}.py is not a regular file: hand in a text file")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_BYTES + 1)
        finally:
            os.close(descriptor)
        if len(data) > MAX_BYTES:
            raise Unreadable(f"{exercise_id}.py has more than {MAX_BYTES:,} bytes: an exercise needs a few thousand")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Unreadable(f"{exercise_id}.py is not UTF-8 (byte {error.start}): save it as UTF-8") from error
