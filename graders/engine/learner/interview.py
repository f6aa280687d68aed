"""An interview: which exercises are drawn, its clock, and what it comes to. Returns values; prints nothing.

Its state is a file, so that whoever leaves can come back: the clock stands still meanwhile.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from graders.engine.catalog import Catalog, Exercise
from graders.engine.learner.journal import ATTEMPT, Entry
from graders.engine.results import ExerciseResult, Outcome

INTERVIEW = "interview"  # the kind of a journal's entry


class Damaged(Exception):
    """The state of an interview cannot be used; the message says why."""


@dataclass
class Question:
    """One question of an interview, and how it went.

    Attributes:
        ask: what the interviewer asks.
        outcome: of the last time that it was graded; None before.
        failed: the sentences of the checks that fell short then, each once.
    """

    exercise: str
    ask: str
    seconds: float = 0.0
    tries: int = 0
    outcome: str | None = None
    failed: list[str] = field(default_factory=list)

    @property
    def has_passed(self) -> bool:
        return self.outcome == Outcome.PASSED

    def note(self, result: ExerciseResult) -> None:
        """Take what grading said."""
        self.tries += result.outcome is not Outcome.NOT_STARTED
        self.outcome = str(result.outcome)
        short = [check.sentence or check.name for check in result.checks if check.outcome is not Outcome.PASSED]
        self.failed = list(dict.fromkeys([*([result.message] if result.message else []), *short]))


@dataclass
class Interview:
    """One interview.

    Attributes:
        folder: where its stubs are.
        seed: what its checks draw their inputs from.
        current: the place of the question that the clock counts for.
    """

    folder: str
    minutes: float
    seed: int
    questions: list[Question]
    current: int = 0

    @property
    def question(self) -> Question:
        return self.questions[self.current]

    @property
    def seconds_used(self) -> float:
        return sum(question.seconds for question in self.questions)

    @property
    def seconds_left(self) -> float:
        return max(0.0, 60 * self.minutes - self.seconds_used)

    @property
    def is_over(self) -> bool:
        return self.seconds_left == 0 or all(question.has_passed for question in self.questions)

    def spend(self, seconds: float) -> None:
        """Let the clock go on, for the current question, at most to the end."""
        self.question.seconds += min(max(seconds, 0.0), self.seconds_left)

    def move(self, step: int) -> None:
        """Go to the next question (1) or the one before (-1) that has not passed, round and round."""
        count = len(self.questions)
        places = [(self.current + step * i) % count for i in range(1, count + 1)]
        self.current = next((p for p in places if not self.questions[p].has_passed), self.current)

    def record(self) -> dict[str, Any]:
        """Return the interview as plain values, for JSON."""
        return {"version": 1, **asdict(self)}

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(self.record(), indent=2) + "\n", "utf-8")
        draft.replace(path)

    @classmethod
    def load(cls, path: Path, exercises: Collection[str]) -> Interview:
        """Return the interview that was left, if it can go on.

        Raises:
            Damaged: it cannot.
        """
        try:
            record = json.loads(path.read_text("utf-8"))
            interview = msgspec.convert(record, cls)
        except (OSError, ValueError) as error:  # msgspec's own is a ValueError
            raise Damaged(str(error)) from error
        if record.get("version") != 1:
            raise Damaged("another version of this program wrote it")
        unknown = [q.exercise for q in interview.questions if q.exercise not in exercises]
        if unknown or not 0 <= interview.current < len(interview.questions):
            raise Damaged(f"it asks for {unknown or 'nothing'}, which there is not")
        return interview


def draw(
    catalog: Catalog,
    entries: Iterable[Entry],
    count: int,
    level: str | None,
    topics: Collection[str],
    rng: random.Random,
) -> list[Question]:
    """Return up to `count` questions: of what has never passed first, then of what was seen longest ago.

    Args:
        entries: of the journal; interviews count as much as attempts.
        level: of the exercises, or None for any.
        topics: that the exercises are from; none for all.
    """
    passed, seen = _history(entries)
    suitable = [e for e in catalog.exercises.values() if level in (None, e.level) and (not topics or e.topic in topics)]
    rng.shuffle(suitable)  # sorting is stable, so this decides between equals
    suitable.sort(key=lambda e: (e.id in passed, seen.get(e.id, "") if e.id in passed else ""))
    return [Question(e.id, _ask(catalog, e, rng)) for e in suitable[:count]]


def _history(entries: Iterable[Entry]) -> tuple[set[str], dict[str, str]]:
    """Return what has ever passed, and when each exercise was last seen."""
    passed: set[str] = set()
    seen: dict[str, str] = {}
    for entry in entries:
        if entry.kind in (ATTEMPT, INTERVIEW):
            seen[entry.exercise] = max(entry.time, seen.get(entry.exercise, ""))
            if entry.details.get("outcome") == Outcome.PASSED:
                passed.add(entry.exercise)
    return passed, seen


def _ask(catalog: Catalog, exercise: Exercise, rng: random.Random) -> str:
    """Return an interview question that the exercise answers, or its title."""
    asked = [q["ask"] for q in catalog.questions().values() if exercise.id in q["exercises"]]
    return rng.choice(asked) if asked else f"{exercise.title}: how does it work? Build it."
