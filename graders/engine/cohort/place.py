"""The folder of one cohort: what is kept between runs, and who may work in it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from graders.engine.cohort.archives import shown
from graders.engine.cohort.records import Person
from graders.engine.cohort.texts import identifier
from graders.engine.cohort.writers.everything import NotResults, PersonRecord, Results, read_back
from graders.engine.terminal.output import write_file

RESULTS = "results.json"
_KEPT = ".cohort"
_SEED_BITS = 63  # what SQLite and most other programs take for a number


class PlaceError(Exception):
    """The folder cannot be used; the message says why and what to do."""


class Place:
    """A cohort's folder, for this process alone. A `with` statement lets it go.

    Attributes:
        root: the folder.
        store: the path of the store of verdicts.
        submissions: the folder of what was handed in.
    """

    def __init__(self, root: Path):
        """Take `root`, made where missing, for its owner alone: its results hold the seed.

        Raises:
            PlaceError: it cannot be written, another run works in it, or what it holds is no run's.
        """
        self.root = root
        self.store = root / _KEPT / "results.sqlite"
        self.submissions = root / "submissions"
        try:
            if root.is_dir() and not self.store.parent.is_dir() and any(root.iterdir()):
                text = "has files in it that no run of this command has left, and that it could write over"
                raise PlaceError(f"{root} {text}: name a new or empty folder with --out")
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.store.parent.mkdir(exist_ok=True)
            self._lock = open(root / _KEPT / "lock", "w")  # noqa: SIM115 (held until the end)
        except OSError as error:
            raise PlaceError(f"{root} cannot be used: {error.strerror}; name another folder with --out") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise PlaceError(f"another run works in {root}: wait for it, or name another folder with --out") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    def seed(self, wanted: int | None) -> int:
        """Return the seed: the one that is wanted, or that of the runs before, or a secret one drawn now; it is kept.

        Raises:
            PlaceError: what is kept is damaged.
            OutputError: it cannot be kept.
        """
        path = self.root / _KEPT / "seed.json"
        if wanted is None and path.exists():
            try:
                return int(json.loads(path.read_text("utf-8"))["seed"])
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise PlaceError(f"{path} is damaged: name the seed with --seed, or delete the file") from error
        seed = secrets.randbits(_SEED_BITS) if wanted is None else wanted
        write_file(str(path), json.dumps({"seed": seed}).encode())
        os.chmod(path, 0o600)
        return seed

    def earlier(self) -> Results | None:
        """Return the results of the last run that ended, None where there is none.

        Raises:
            PlaceError: they are damaged.
        """
        path = self.root / RESULTS
        if not path.exists():
            return None
        try:
            return read_back(path.read_bytes())
        except (OSError, NotResults) as error:
            raise PlaceError(f"{path}: {error}; or move it away to compare with nothing") from error

    def expect_same(self, earlier: Results | None, title: str, people: Iterable[Person]) -> None:
        """Make sure that the results of the run before, which this one replaces, are of its assignment and its class.

        Args:
            people: of this run, from the roster and the input.

        Raises:
            PlaceError: the title is another, or nobody of `people` was there before.
        """
        if earlier is None or not earlier.students:
            return
        known = {name for student in earlier.students for name in _names(student.person)}
        if earlier.title != title:
            other = f"of the assignment {shown(earlier.title)}, not {shown(title)}"
        elif known.isdisjoint(name for person in people for name in _names(person)):
            other = f"of other people: nobody of the {len(earlier.students):,} in them is in this input or its roster"
        else:
            return
        todo = f"name another folder with --out, or move {self.root / RESULTS} away to have all there replaced"
        raise PlaceError(f"{self.root} holds results {other}; {todo}")


def _names(person: Person | PersonRecord) -> set[str]:
    return {identifier(v) for v in (person.id, person.name, person.login, person.email, person.sis_id) if v}
