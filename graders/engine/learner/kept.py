"""The store as far as it works: its first error is remembered, and grading goes on without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from graders.engine.results import ExerciseResult
from graders.engine.store import Store, StoreError


class KeptVerdicts:
    """Stands in for a `Store`. A `with` statement closes it.

    Attributes:
        error: why verdicts are no longer kept, or None.
    """

    def __init__(self, path: Path, fresh: bool):
        """Open the file at `path`; `fresh` means that what it holds is replaced, never used."""
        self.error: str | None = None
        self._fresh = fresh
        self._store: Store | None = None
        try:
            self._store = Store(path)
        except StoreError as error:
            self.error = str(error)

    def get(self, key: str, files: Callable[[str], str | None]) -> ExerciseResult | None:
        if self._store is None or self._fresh:
            return None
        try:
            return self._store.get(key, files)
        except StoreError as error:
            self._give_up(error)
            return None

    def put(self, key: str, files: Mapping[str, str | None], result: ExerciseResult) -> None:
        if self._store is None:
            return
        try:
            self._store.put(key, files, result)
        except StoreError as error:
            self._give_up(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    def _give_up(self, error: StoreError) -> None:
        self.error = str(error)
        self._store.close()
        self._store = None
