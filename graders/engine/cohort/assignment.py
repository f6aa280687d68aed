"""Reads an assignment's TOML file: what is graded, what it is worth, until when, and what students are shown.

    title = "Attention from scratch"
    exercises = ["attention", "foundations/softmax"]   # ids and topics
    count = "latest"                   # or "first", "best", "latest_in_time"

    [points]                           # the exercise's own points unless named here
    "attention/masks" = 10

    [due]
    time = 2026-03-01T23:59:00         # local, or with an offset: 2026-03-01T23:59:00+01:00
    zone = "Europe/Zurich"             # of every time in the file that has no offset

    [late]
    grace_minutes = 15                 # not late at all
    late_days = 2                      # free days of each student, spent first
    percent_a_day = 10                 # of what was earned, for each further day begun
    floor_percent = 50                 # of what was earned is left, however late
    final_time = 2026-03-15T23:59:00   # what comes after it is worth nothing

    [extensions]                       # a student's key -> the due time of that student
    "jane.doe@uni.edu" = 2026-03-05T23:59:00

    [feedback]
    show = ["points", "outcomes", "messages", "printed", "mistakes"]

    [exports]
    canvas = "Attention from scratch (98765)"   # the column's title, with the assignment's id if it exists
    missing = "empty"                  # or "zero": the cell, in Canvas and Moodle, of who handed in nothing
    moodle_comments = false            # whether the points are written into Moodle's feedback comments too

Only `title` and `exercises` have to be there. docs/assignment.md says what each key means. An error lists all that is
wrong with a file at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Meta, Struct

from graders.engine.catalog import Catalog, CatalogError, Exercise, UnknownName
from graders.engine.cohort.records import Student
from graders.engine.entries import collected, fill, read_toml

_YEARS = (1971, 2999)  # far from where time in another zone cannot be told


class Count(StrEnum):
    """Which of a student's attempts counts; none that came after the final time does while there is another."""

    LATEST = "latest"
    FIRST = "first"
    BEST = "best"  # by what is left of its points
    LATEST_IN_TIME = "latest_in_time"  # the earliest where none was in time


class Show(StrEnum):
    """A part of the feedback that students may see."""

    POINTS = "points"
    OUTCOMES = "outcomes"
    MESSAGES = "messages"
    PRINTED = "printed"
    MISTAKES = "mistakes"


class Missing(StrEnum):
    """What an LMS is told of a student who handed in nothing."""

    EMPTY = "empty"
    ZERO = "zero"


@dataclass(frozen=True)
class LatePolicy:
    """What lateness costs.

    Attributes:
        grace: after the due time, in which nothing is late.
        late_days: that each student may be late for nothing.
        percent_a_day: of the raw points, taken for each further day begun.
        floor_percent: of the raw points, left however late.
        final_time: what comes after it is worth nothing; None where there is no such time.
    """

    grace: timedelta = timedelta()
    late_days: int = 0
    percent_a_day: float = 0.0
    floor_percent: float = 0.0
    final_time: datetime | None = None


@dataclass(frozen=True)
class Exports:
    """How grades are written for other systems.

    Attributes:
        canvas: the title of the column in Canvas, with " (id)" for an assignment that exists.
        missing: the cell of a student who handed in nothing.
        moodle_comments: whether Moodle's feedback comments are filled in too.
    """

    canvas: str
    missing: Missing = Missing.EMPTY
    moodle_comments: bool = False


@dataclass(frozen=True)
class Assignment:
    """What is graded, and how.

    Attributes:
        exercises: in order of study.
        points: exercise id -> what it is worth here, for each of `exercises`.
        due: with a zone; None where nothing is ever late.
        extensions: a student's key -> when that student's work is due.
        feedback: what students may see.
    """

    title: str
    exercises: tuple[Exercise, ...]
    points: Mapping[str, float]
    exports: Exports
    due: datetime | None = None
    late: LatePolicy = LatePolicy()
    count: Count = Count.LATEST
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    feedback: frozenset[Show] = frozenset(Show)

    def due_of(self, key: str) -> datetime | None:
        """Return when the work of the student `key` is due."""
        return self.extensions.get(key, self.due)

    def closes_for(self, key: str) -> datetime | None:
        """Return the time after which nothing of the student `key` counts; an extension may lie beyond the others'."""
        final, extension = self.late.final_time, self.extensions.get(key)
        return final if final is None or extension is None else max(final, extension + self.late.grace)

    def for_students(self, students: Iterable[Student]) -> tuple[Assignment, tuple[str, ...]]:
        """Return this assignment with each extension under its student's key, and a sentence for each of nobody's.

        An extension may also name a student by id, SIS id, login or e-mail address, where just one student has it.
        """
        keys: dict[str, set[str]] = defaultdict(set)
        students = tuple(students)
        for student in students:
            person = student.person
            for name in filter(None, (person.id, person.sis_id, person.login, person.email)):
                keys[name].add(student.key)
        keys.update({student.key: {student.key} for student in students})  # a key comes first
        extensions: dict[str, datetime] = {}
        problems = []
        for name, due in self.extensions.items():
            found = keys.get(name, set())
            if len(found) != 1:
                what = "is the name of several students" if found else "is no student's"
                problems.append(f"[extensions] {name!r} {what}{'' if found else _nearest(name, keys)}")
            elif found <= extensions.keys():
                problems.append(f"[extensions] {name!r} is a student who has another extension already")
            else:
                extensions[found.pop()] = due
        return replace(self, extensions=extensions), tuple(problems)


def default_assignment(catalog: Catalog, title: str) -> Assignment:
    """Return an assignment of all exercises at their own points, with no due time, of which students see everything."""
    exercises = tuple(catalog.exercises.values())
    return Assignment(title, exercises, {e.id: e.points for e in exercises}, Exports(title))


def read_assignment(path: Path, catalog: Catalog) -> Assignment:
    """Return the assignment in the TOML file `path`.

    Raises:
        CatalogError: the file cannot be read or breaks rules; each line of the error is one of them.
    """
    return _Reader(path, catalog).read()


# What may be written: the types check, the descriptions go into the errors.

_Name = Annotated[str, Meta(pattern=r"\S", description="a text")]
_Line = Annotated[str, Meta(pattern=r"^[^\r\n]*\S[^\r\n]*$", description="a text of one line")]
_Percent = Annotated[float, Meta(ge=0, le=100, description="a number from 0 to 100")]
_A_TIME = Meta(description="a time such as 2026-03-01T23:59:00 (local, with a zone) or 2026-03-01T23:59:00+01:00")
_Time = Annotated[datetime, _A_TIME]
_Table = Annotated[dict[str, Any], Meta(description="a table")]
_Points = Annotated[float, Meta(gt=0, le=1000, description="a number above 0, up to 1000")]


class _File(Struct):
    title: _Line
    exercises: Annotated[
        tuple[_Name, ...], Meta(min_length=1, description="a list of ids and topics of exercises, not empty")
    ]
    count: Annotated[Count, Meta(description=" or ".join(Count))] = Count.LATEST
    points: _Table = {}
    due: _Table = {}
    late: _Table = {}
    extensions: _Table = {}
    feedback: _Table = {}
    exports: _Table = {}


class _Due(Struct):
    time: _Time
    zone: Annotated[str | None, Meta(description='the name of a time zone such as "Europe/Zurich"')] = None


class _Late(Struct):
    grace_minutes: Annotated[float, Meta(ge=0, le=525_600, description="a number of minutes from 0 to 525600")] = 0.0
    late_days: Annotated[int, Meta(ge=0, le=365, description="a whole number of days from 0 to 365")] = 0
    percent_a_day: _Percent = 0.0
    floor_percent: _Percent = 0.0
    final_time: Annotated[datetime | None, _A_TIME] = None


class _Feedback(Struct):
    show: Annotated[tuple[Show, ...], Meta(description=f"a list of any of {', '.join(Show)}")] = tuple(Show)


class _Exports(Struct):
    canvas: _Line = ""
    missing: Annotated[Missing, Meta(description=" or ".join(Missing))] = Missing.EMPTY
    moodle_comments: Annotated[bool, Meta(description="true or false")] = False


class _PointsEntry(Struct):
    points: _Points


class _TimeEntry(Struct):
    time: _Time


_TABLES = ("points", "due", "late", "extensions", "feedback", "exports")
_Filled = TypeVar("_Filled", bound=Struct)


class _Reader:
    """Reads one file and gathers what is wrong with it."""

    def __init__(self, path: Path, catalog: Catalog):
        self._place = path.name
        self._catalog = catalog
        self._table = read_toml(path.parent, path)
        self._problems: list[str] = []
        self._zone: ZoneInfo | None = None

    def read(self) -> Assignment:
        """Return the assignment, or raise CatalogError."""
        file = self._fill(_File, self._table, self._place)
        tables = {
            name: self._sub_table(name) for name in ("points", "due", "late", "extensions", "feedback", "exports")
        }
        exercises = self._exercises(self._table.get("exercises"))
        points = self._points(tables["points"], exercises)
        due = self._due(tables["due"])
        late = self._late(tables["late"])
        extensions = self._extensions(tables["extensions"])
        feedback = self._fill(_Feedback, tables["feedback"], f"{self._place}, [feedback]")
        exports = self._fill(_Exports, tables["exports"], f"{self._place}, [exports]")
        self._problems += self._disagreements(tables, due, late, extensions)
        if self._problems:
            raise CatalogError(self._problems)
        written = Exports(exports.canvas or file.title, exports.missing, exports.moodle_comments)
        show = frozenset(feedback.show)
        return Assignment(file.title, exercises, points, written, due, late, file.count, extensions, show)

    def _sub_table(self, name: str) -> dict:
        table = self._table.get(name, {})
        return table if isinstance(table, dict) else {}  # what is none has been complained of

    def _fill(self, kind: type[_Filled], table: dict, place: str) -> _Filled | None:
        """Return `kind` with the table's values, or None after noting what is wrong with them."""
        before = len(self._problems)
        self._problems += _unknown_keys(kind, table, place)
        with collected(self._problems):
            filled = fill(kind, {k: v for k, v in table.items() if k in kind.__struct_fields__}, place)
        return None if len(self._problems) > before else filled

    def _exercises(self, names: object) -> tuple[Exercise, ...]:
        """Return what `names` mean, if they are names at all: what they are has been judged."""
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            return ()
        try:
            return tuple(self._catalog.select(names))
        except UnknownName as error:
            self._problems += [f"{self._place}: exercises: {line}" for line in str(error).splitlines()]
            return ()

    def _points(self, table: dict, exercises: tuple[Exercise, ...]) -> dict[str, float]:
        place = f"{self._place}, [points]"
        ids = [e.id for e in exercises]
        points = {e.id: e.points for e in exercises}
        for name, value in table.items():
            if ids and name not in ids:
                self._problems.append(f"{place}: {name!r} is no exercise of this assignment{_nearest(name, ids)}")
            entry = self._fill(_PointsEntry, {"points": value}, f"{place} {name}")
            if entry is not None:
                points[name] = entry.points
        return points

    def _due(self, table: dict) -> datetime | None:
        place = f"{self._place}, [due]"
        entry = self._fill(_Due, table, place) if table else None
        zone = table.get("zone")
        if isinstance(zone, str):  # looked up even where the time is wrong: the other times need it
            with collected(self._problems):
                self._zone = _find_zone(zone, place)
        return None if entry is None else self._moment(entry.time, f"{place}: time")

    def _late(self, table: dict) -> LatePolicy:
        place = f"{self._place}, [late]"
        entry = self._fill(_Late, table, place)
        if entry is None:
            return LatePolicy()
        final = None if entry.final_time is None else self._moment(entry.final_time, f"{place}: final_time")
        grace = timedelta(minutes=entry.grace_minutes)
        return LatePolicy(grace, entry.late_days, entry.percent_a_day, entry.floor_percent, final)

    def _extensions(self, table: dict) -> dict[str, datetime]:
        extensions = {}
        for key, value in table.items():
            place = f"{self._place}, [extensions] {key}"
            entry = self._fill(_TimeEntry, {"time": value}, place)
            moment = None if entry is None else self._moment(entry.time, place)
            if moment is not None:
                extensions[key] = moment
        return extensions

    def _moment(self, time: datetime, place: str) -> datetime | None:
        """Return `time` with a zone, or None after noting why it is no moment."""
        with collected(self._problems):
            return _settle(time, self._zone, place, has_named_zone=self._names_zone())
        return None

    def _names_zone(self) -> bool:
        return "zone" in self._sub_table("due")

    def _disagreements(
        self, tables: dict, due: datetime | None, late: LatePolicy, extensions: dict[str, datetime]
    ) -> Iterator[str]:
        """Yield what is wrong between the tables."""
        if not tables["due"]:
            for name in ("late", "extensions"):
                if tables[name]:
                    yield f"{self._place}: [{name}] needs a due time: add [due] with time and zone"
        if due is None:
            return
        if late.final_time is not None and late.final_time < due:
            yield f"{self._place}, [late]: final_time {late.final_time} is before the due time {due}"
        for key, time in extensions.items():
            if time < due:
                yield f"{self._place}, [extensions] {key}: {time} is before the due time {due}"


def _unknown_keys(kind: type[Struct], table: dict, place: str) -> Iterator[str]:
    keys = kind.__struct_fields__
    for key in table:
        if key not in keys:
            yield f"{place}: unknown key {key!r}{_nearest(key, keys)}; the keys are {', '.join(keys)}"


def _nearest(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, list(names), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _find_zone(name: str, place: str) -> ZoneInfo:
    zones = available_timezones()
    if not zones:
        raise CatalogError(
            [f"{place}: this machine knows no time zones: install tzdata, or write times with an offset"]
        )
    if name not in zones:
        raise CatalogError([f"{place}: there is no time zone {name!r}{_nearest(name, zones)}"])
    return ZoneInfo(name)


def _settle(time: datetime, zone: ZoneInfo | None, place: str, has_named_zone: bool) -> datetime:
    """Return `time` as a moment, local times in `zone`.

    Args:
        has_named_zone: whether the file names one; if it is wrong, that has been said already.

    Raises:
        CatalogError: it is a local time of no zone, or one that its zone's clocks show twice or never.
    """
    if not _YEARS[0] <= time.year <= _YEARS[1]:
        raise CatalogError([f"{place}: the year {time.year} is not from {_YEARS[0]} to {_YEARS[1]}"])
    if time.tzinfo is not None:
        return time if zone is None else time.astimezone(zone)
    if zone is None:
        why = "" if has_named_zone else f': {time} has no offset, so [due] has to name a zone such as "Europe/Zurich"'
        raise CatalogError([f"{place}{why}"] if why else [])
    early, late = time.replace(tzinfo=zone, fold=0), time.replace(tzinfo=zone, fold=1)
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time:
        raise CatalogError([f"{place}: the clocks of {zone} never show {time}, as they are put forward over it"])
    if early.utcoffset() != late.utcoffset():
        choice = f"{early.isoformat()} or {late.isoformat()}"
        raise CatalogError([f"{place}: the clocks of {zone} show {time} twice, as they are put back: write {choice}"])
    return early
