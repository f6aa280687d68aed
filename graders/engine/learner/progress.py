"""What a learner has, as one frozen record: verdicts on the present files, and what the journal tells of the past.

What is solved comes from the verdicts alone. The journal adds attempts, days and hints, and may be edited by anyone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from graders.engine.catalog import Catalog, Exercise
from graders.engine.learner.journal import ATTEMPT, HINT, Entry, hints_taken
from graders.engine.results import ExerciseResult, Outcome, Report

VERSION = 1
NEXT = 3  # how many exercises are named as next
NEAREST = 6  # how many questions are named as nearly answered


class State(StrEnum):
    """How far an exercise is: `BEGUN` is whatever is neither solved nor as it came."""

    SOLVED = "solved"
    BEGUN = "begun"
    OPEN = "open"


@dataclass(frozen=True)
class Standing:
    """How one exercise stands.

    Attributes:
        points: None when the fault is ours.
        after: the exercises that are its prerequisites, of those that exist.
        again: whether it has passed before and its present file does not.
    """

    id: str
    title: str
    level: str
    minutes: int
    after: tuple[str, ...]
    state: State
    outcome: Outcome
    points: float | None
    max_points: float
    attempts: int
    hints: int
    again: bool


@dataclass(frozen=True)
class TopicStanding:
    """How one topic stands: its exercises in order of study, and their sums."""

    name: str
    title: str
    exercises: tuple[Standing, ...]

    def count(self, state: State) -> int:
        return sum(e.state is state for e in self.exercises)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many are solved, begun, open."""
        return tuple(self.count(state) for state in State)

    @property
    def points(self) -> float:
        return sum(e.points or 0 for e in self.exercises)

    @property
    def max_points(self) -> float:
        return sum(e.max_points for e in self.exercises)


@dataclass(frozen=True)
class QuestionStanding:
    """An interview question, all of whose exercises exist; it can be answered when none of them is `missing`."""

    id: str
    ask: str
    exercises: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """All that is known of a learner's progress on one day.

    Attributes:
        following: what is next, by id: prerequisites met, in order of study.
        streak: days in a row with attempts, up to today, or to yesterday while today has none.
        days: with attempts, in all.
        attempts: in all, those at exercises that are gone included.
        answerable: questions all of whose exercises are solved.
        nearest: questions that lack least, the nearest first.
        questions: how many there are, those included whose exercises are not written yet.
    """

    day: str
    topics: tuple[TopicStanding, ...]
    following: tuple[str, ...]
    streak: int
    days: int
    attempts: int
    answerable: tuple[QuestionStanding, ...]
    nearest: tuple[QuestionStanding, ...]
    questions: int

    @property
    def exercises(self) -> tuple[Standing, ...]:
        return tuple(e for topic in self.topics for e in topic.exercises)

    @property
    def by_id(self) -> dict[str, Standing]:
        return {e.id: e for e in self.exercises}

    @property
    def whole(self) -> TopicStanding:
        """All exercises as if they were of one topic."""
        return TopicStanding("", "", self.exercises)

    @property
    def again(self) -> tuple[Standing, ...]:
        return tuple(e for e in self.exercises if e.again)

    @property
    def hints(self) -> int:
        return sum(e.hints for e in self.exercises)


def measure(
    catalog: Catalog, questions: Mapping[str, dict], report: Report, entries: Iterable[Entry], today: date
) -> Progress:
    """Return how a learner stands.

    Args:
        questions: the catalog's.
        report: the verdicts on the present text of every exercise.
        entries: the journal's.
    """
    entries = list(entries)
    results = {result.id: result for result in report.exercises}
    past = _Past(entries)
    topics = tuple(
        TopicStanding(t.name, t.title, tuple(_standing(catalog, e, results[e.id], past) for e in t.exercises))
        for t in catalog.topics
    )
    standings = {e.id: e for topic in topics for e in topic.exercises}
    solved = {e.id for e in standings.values() if e.state is State.SOLVED}
    following = [e.id for e in standings.values() if e.id not in solved and solved.issuperset(e.after)]
    days = _days(entries)
    asked = [q for name, question in questions.items() if (q := _question(name, question, standings, solved))]
    return Progress(
        day=today.isoformat(),
        topics=topics,
        following=tuple(following[:NEXT]),
        streak=_streak(days, today),
        days=len(days),
        attempts=sum(e.kind == ATTEMPT for e in entries),
        answerable=tuple(q for q in asked if not q.missing),
        nearest=tuple(sorted((q for q in asked if q.missing), key=lambda q: _distance(q, standings))[:NEAREST]),
        questions=len(questions),
    )


def to_record(progress: Progress) -> dict[str, Any]:
    """Return `progress` as JSON has it."""
    whole = progress.whole
    return {
        "version": VERSION,
        "day": progress.day,
        "points": whole.points,
        "max_points": whole.max_points,
        **_counts(whole),
        "topics": [
            {"name": t.name, "title": t.title, "points": t.points, "max_points": t.max_points, **_counts(t)}
            for t in progress.topics
        ],
        "exercises": [asdict(e) for e in progress.exercises],
        "next": [
            {"id": e.id, "title": e.title, "level": e.level, "minutes": e.minutes}
            for e in (progress.by_id[name] for name in progress.following)
        ],
        "streak": progress.streak,
        "days": progress.days,
        "attempts": progress.attempts,
        "hints": progress.hints,
        "again": [e.id for e in progress.again],
        "questions": {
            "total": progress.questions,
            "answerable": [asdict(q) for q in progress.answerable],
            "nearest": [asdict(q) for q in progress.nearest],
        },
    }


class _Past:
    """What the journal says of each exercise."""

    def __init__(self, entries: Iterable[Entry]):
        self.attempts: Counter[str] = Counter()
        self.passed: set[str] = set()
        self._hints: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.kind == ATTEMPT:
                self.attempts[entry.exercise] += 1
                if entry.details.get("outcome") == Outcome.PASSED:
                    self.passed.add(entry.exercise)
            elif entry.kind == HINT:
                self._hints.setdefault(entry.exercise, []).append(entry)

    def hints(self, exercise: Exercise) -> int:
        return min(hints_taken(self._hints.get(exercise.id, ())), len(exercise.hints))


def _standing(catalog: Catalog, exercise: Exercise, result: ExerciseResult, past: _Past) -> Standing:
    state = {Outcome.PASSED: State.SOLVED, Outcome.NOT_STARTED: State.OPEN}.get(result.outcome, State.BEGUN)
    is_ours = result.outcome is Outcome.GRADER_ERROR
    return Standing(
        id=exercise.id,
        title=exercise.title,
        level=exercise.level,
        minutes=exercise.minutes,
        after=tuple(name for name in exercise.after if name in catalog.exercises),
        state=state,
        outcome=result.outcome,
        points=result.points,
        max_points=result.max_points,
        attempts=past.attempts[exercise.id],
        hints=past.hints(exercise),
        again=exercise.id in past.passed and state is not State.SOLVED and not is_ours,
    )


def _question(
    name: str, question: Mapping[str, Any], standings: Mapping[str, Standing], solved: set[str]
) -> QuestionStanding | None:
    """Return how a question stands, or None where an exercise of it is not written yet."""
    exercises = tuple(question["exercises"])
    if not all(e in standings for e in exercises):
        return None
    return QuestionStanding(name, question["ask"], exercises, tuple(e for e in exercises if e not in solved))


def _distance(question: QuestionStanding, standings: Mapping[str, Standing]) -> tuple[int, int]:
    """Return what is missing of a question, few exercises before short ones."""
    return len(question.missing), sum(standings[e].minutes for e in question.missing)


def _days(entries: Iterable[Entry]) -> set[str]:
    days: set[str] = set()
    for entry in entries:
        if entry.kind == ATTEMPT:
            try:
                days.add(entry.day)
            except (OverflowError, ValueError):  # at the very ends of the calendar there is no local date
                continue
    return days


def _streak(days: set[str], today: date) -> int:
    last = today if today.isoformat() in days else today - timedelta(days=1)
    length = 0
    while (last - timedelta(days=length)).isoformat() in days:
        length += 1
    return length


def _counts(topic: TopicStanding) -> dict[str, int]:
    return {state.value: topic.count(state) for state in State}
