"""Grades every attack in one judge session, and after each a good submission to the same exercise.

A program of its own, so that any user can be its owner: python -m tests.attacks.series LEVEL [NAME ...]. It prints a
line of JSON for each attack as it goes: should the judge fall, the last line tells where.
"""

import json
import os
import resource
import socket
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from graders.engine.catalog import Catalog, Exercise, Limits
from graders.engine.judge import Grade, judge
from graders.engine.results import ExerciseResult
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Folder, Texts
from tests.attacks.attack import ROOT, read_all

SEED = 20260417


@dataclass(frozen=True)
class Short(Limits):
    """Limits under which what never ends is over soon."""

    cpu_seconds: float = 0.3
    memory_mb: int = 48

    @property
    def wall_seconds(self) -> float:
        return 3.0


@dataclass(frozen=True)
class Record:
    """What came of one attack, and of the good submission after it."""

    name: str
    outcome: str
    points: float | None
    printed: list[str]  # check by check
    messages: list[str]
    next_is_the_same: bool
    judge_megabytes: int  # by which the judge's peak of memory rose
    seconds: float


def main(level: Isolation, names: list[str]) -> None:
    """Grade the attacks called `names`, or all, at `level`."""
    catalog = Catalog.load(ROOT)
    attacks = [attack for attack in read_all(level) if not names or attack.name in names]
    exercises = [catalog.exercises[id] for id in sorted({attack.exercise for attack in attacks})]
    with tempfile.TemporaryDirectory() as folder, Sandboxes(level) as sandboxes:
        os.chmod(folder, 0o755)
        others = Path(folder, "others")
        others.mkdir()
        (others / "submission.py").write_text("SECRET = 'of somebody else'\n")
        post = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)  # of a service that takes messages from anybody
        post.bind(str(others / "socket"))
        os.chmod(others / "socket", 0o777)

        def work(grade: Grade) -> None:
            good = {exercise.id: _grade_good(grade, catalog, exercise) for exercise in exercises}
            for result in good.values():
                assert result.outcome == "passed", result
            for attack in attacks:
                place = Path(folder, attack.name)
                attack.write(place, os.getpid(), others)
                exercise = catalog.exercises[attack.exercise]
                before, started = _peak_megabytes(), time.perf_counter()
                result = grade(Folder(place), exercise).result
                seconds = time.perf_counter() - started
                next_result = _grade_good(grade, catalog, exercise)
                record = Record(
                    attack.name,
                    result.outcome,
                    result.points,
                    [check.printed for check in result.checks],
                    [result.message, *(check.message for check in result.checks)],
                    next_result == good[exercise.id],
                    _peak_megabytes() - before,
                    seconds,
                )
                print(json.dumps(asdict(record)), flush=True)

        judge(catalog, exercises, sandboxes, SEED, work, Short())


def _grade_good(grade: Grade, catalog: Catalog, exercise: Exercise) -> ExerciseResult:
    result = grade(Texts({exercise.id: catalog.solution(exercise)}), exercise).result
    return replace(result, seconds=0.0)


def _peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main(Isolation(sys.argv[1]), sys.argv[2:])
