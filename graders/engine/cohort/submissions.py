"""What was handed in, kept on disk as it is graded: one folder an attempt, which `grade --submission` takes too."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from graders.engine.cohort.records import Attempt
from graders.engine.sources import Folder
from graders.engine.terminal.output import OutputError
from graders.engine.terminal.words import cannot_write

_SLUG_CHARACTERS = 40


def slug(readable: str, identity: str) -> str:
    """Return a name of a file that is safe everywhere: what is left of `readable`, and a digest of `identity`."""
    left = re.sub(r"[^a-z0-9]+", "-", readable.lower()).strip("-")[:_SLUG_CHARACTERS].strip("-")
    return "-".join(filter(None, (left, hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:12])))


class Submissions:
    """The folder of attempts. An attempt is known by its source."""

    def __init__(self, root: Path):
        self._root = root
        self._kept: set[str] = set()

    def keep_all(self, attempts: Iterable[Attempt]) -> list[Attempt]:
        """Put the texts of `attempts` on disk and return these with empty ones; what was there before goes.

        Two attempts of one source get a number each.

        Raises:
            OutputError: they cannot be put there.
        """
        try:
            kept = [self._keep(attempt) for attempt in attempts]
            for folder in self._root.iterdir() if self._root.exists() else ():
                if folder.name not in self._kept and folder.is_dir():  # a file is none of ours
                    shutil.rmtree(folder)
        except OSError as error:
            raise OutputError(cannot_write(str(self._root), error.strerror)) from error
        return kept

    def folder(self, attempt: Attempt) -> Path:
        return self._root / slug(attempt.source, attempt.source)

    def sources(self, attempt: Attempt) -> Folder:
        """Return the texts of an attempt that was kept."""
        return Folder(self.folder(attempt))

    def _keep(self, attempt: Attempt) -> Attempt:
        source, number = attempt.source, 1
        while self.folder(attempt).name in self._kept:
            number += 1
            attempt = replace(attempt, source=f"{source} ({number})")
        folder = self.folder(attempt)
        self._kept.add(folder.name)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for exercise_id, data in attempt.texts.items():
            path = folder / f"{exercise_id}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        return replace(attempt, texts=dict.fromkeys(attempt.texts, b""))
