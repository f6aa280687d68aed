"""What is asked of a judge, and what all judges of a run have in common. Both travel between processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from graders.engine.catalog import Catalog
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.run import engine_version
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Texts
from graders.engine.store import content_key


class PoolError(Exception):
    """No judge can be had; the message says why and what to do."""


@dataclass(frozen=True)
class Job:
    """What all judges of a run have in common.

    Attributes:
        exercises: the ids that may be asked for.
        version: of all that decides a verdict, as `version_of` gives it: a judge with another one refuses.
    """

    exercises: tuple[str, ...]
    seed: int
    isolation: Isolation
    diagnose: bool
    version: str


@dataclass(frozen=True)
class Task:
    """One submission, and the exercises of it that are to be graded."""

    number: int
    texts: Texts
    exercises: tuple[str, ...]


class Pool(Protocol):
    """Judges that work side by side. A `with` statement ends them."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, tuple[ExerciseResult, ...]]]:
        """Yield each task once, as it is finished, with a result for each of its exercises.

        A task that no judge could finish has results of outcome grader_error.

        Raises:
            PoolError: no judge can be had.
        """


def version_of(root: Path) -> str:
    """Return a digest of all in the repository that decides verdicts, and of the libraries."""
    paths = [*root.glob("exercises/*/topic.toml"), *root.glob("solutions/*/*.py"), *root.glob("graders/*/*.*")]
    kept = sorted(path for path in paths if path.suffix in {".py", ".toml"} and "engine" not in path.parts[-2:])
    named = (part for path in kept for part in (path.relative_to(root).as_posix(), path.read_bytes()))
    return content_key(engine_version(), *named)


def given_up(catalog: Catalog, task: Task, reason: str) -> tuple[ExerciseResult, ...]:
    """Return the results of a task that no judge could finish."""
    exercises = [catalog.exercises[name] for name in task.exercises]
    return tuple(ExerciseResult(e.id, Outcome.GRADER_ERROR, None, e.points, reason) for e in exercises)
