"""Verdicts kept in SQLite, found again by the content that decided them.

A verdict depends on the exercise's own text, which its key is made of, and on the learner's other files that it
imported, which are known only afterwards. So a row also names these files and holds one digest of their texts, and a
key has a row for each state of them that was graded. What was kept is given back unchanged, or an error says that the
file is damaged.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from graders.engine.results import ExerciseResult, Outcome, exercise_from_json, exercise_to_json

_APPLICATION = int.from_bytes(b"kata", "big")  # SQLite keeps it in the file's header: what is ours
_SCHEMA = 1
_PATIENCE_SECONDS = 60.0  # for another process that is writing
# What the surroundings may do to a sound file. Any other error of SQLite's means that the file is not sound.
_SURROUNDINGS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


class StoreError(Exception):
    """The file of results cannot be used; the message names it and says what to do."""


def content_key(*parts: str | bytes) -> str:
    """Return a digest of the parts; each goes in with its length, so that no two lists of parts look alike."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


class Store:
    """The results in one file, which several processes may use at once. A `with` statement closes it."""

    def __init__(self, path: Path):
        """Open the file at `path`, made with its folder where missing.

        Raises:
            StoreError: it cannot be opened, or what it holds is damaged, foreign or of another version.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path.parent} cannot be made: {error.strerror}") from error
        with self._explained():
            self._database = sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self.close()
            raise

    def get(self, key: str, files: Callable[[str], str | None]) -> ExerciseResult | None:
        """Return the result under `key` if the other files that it depends on are as they were, or None.

        Args:
            files: the present text of a learner's file by its id, None where it is missing.
        """
        with self._explained():
            for (names,) in self._rows("SELECT DISTINCT names FROM results WHERE key = ?", key):
                digest = self._digest({name: files(name) for name in self._names(names)})
                query = "SELECT result, seal FROM results WHERE key = ? AND names = ? AND digest = ?"
                for result, seal in self._rows(query, key, names, digest):
                    return self._unsealed(seal, key, names, digest, result)
        return None

    def put(self, key: str, files: Mapping[str, str | None], result: ExerciseResult) -> None:
        """Keep `result` under `key`, in place of an earlier one with the same files.

        Args:
            files: the learner's other files that decided the result: id -> text, or None for one that was missing.
        """
        if result.outcome is Outcome.GRADER_ERROR:
            raise ValueError(f"{result.id}: our own errors are not kept, since the next run may be free of them")
        row = (key, json.dumps(sorted(files)), self._digest(files), exercise_to_json(result))
        with self._explained():
            self._rows("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", *row, content_key(*row))

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _prepare(self) -> None:
        self._rows("BEGIN IMMEDIATE")  # of two processes that find no table, one makes it
        if not self._is_prepared():
            columns = "key TEXT, names TEXT, digest TEXT, result TEXT, seal TEXT"
            self._rows(f"CREATE TABLE results ({columns}, PRIMARY KEY (key, names, digest))")
            self._rows(f"PRAGMA application_id = {_APPLICATION}")
            self._rows(f"PRAGMA user_version = {_SCHEMA}")
        self._rows("COMMIT")
        try:
            self._rows("PRAGMA journal_mode = WAL")  # readers do not wait for a writer
        except sqlite3.OperationalError as error:
            if _code(error) not in _SURROUNDINGS:
                raise
        self._rows("PRAGMA synchronous = NORMAL")

    def _is_prepared(self) -> bool:
        """Return False for an empty file, True for one of ours; StoreError for any other."""
        pragmas = ("application_id", "user_version")
        application, schema = (self._rows(f"PRAGMA {pragma}")[0][0] for pragma in pragmas)
        if application == _APPLICATION and schema == _SCHEMA:
            return True
        if application == _APPLICATION:
            raise StoreError(
                f"{self._path} was written by another version of this program (schema {schema}, not {_SCHEMA}): "
                "use that version, or delete the file to have everything graded anew"
            )
        if application or schema or self._rows("SELECT 1 FROM sqlite_master LIMIT 1"):
            raise StoreError(f"{self._path} is some other program's database: move it away, or delete it if unneeded")
        return False

    def _rows(self, statement: str, *values: str) -> list[tuple]:
        try:
            return self._database.execute(statement, values).fetchall()
        except UnicodeDecodeError as error:  # SQLite quotes a damaged schema in its messages
            raise self._damage(error) from error

    def _digest(self, files: Mapping[str, str | None]) -> str:
        return content_key(*(part for name in sorted(files) for part in (name, *_presence(files[name]))))

    def _names(self, names: object) -> list[str]:
        try:
            return [str(name) for name in json.loads(names)]
        except (TypeError, ValueError) as error:
            raise self._damage(error) from error

    def _unsealed(self, seal: object, *row: object) -> ExerciseResult:
        try:
            if seal != content_key(*row):
                raise ValueError("a result is not as it was written")
            return exercise_from_json(row[-1])
        except (TypeError, ValueError) as error:
            raise self._damage(error) from error

    def _damage(self, error: Exception) -> StoreError:
        return StoreError(f"{self._path} is damaged ({error}): delete it to have everything graded anew")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:  # used after close(), or the like: a bug, not the file
            raise
        except sqlite3.Error as error:
            if _code(error) not in _SURROUNDINGS:
                raise self._damage(error) from error
            raise StoreError(
                f"{self._path} cannot be used ({error}): it has to be a file in a folder that can be written, on a "
                "disk with room, and no other program may hold it for long"
            ) from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without the details above the lowest byte


def _presence(text: str | None) -> tuple[str, str]:
    return ("missing", "") if text is None else ("present", text)
