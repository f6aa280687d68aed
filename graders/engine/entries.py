"""What authors write in TOML, as frozen records: topics, exercises, mistakes; and the rules that each value keeps.

Errors are for the author: a line names the file, the entry and the rule that is broken.
"""

from __future__ import annotations

import keyword
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

POINTS = {"easy": 5.0, "medium": 10.0, "hard": 20.0}  # by level, unless the entry says otherwise


class CatalogError(Exception):
    """The files of the author break rules.

    Attributes:
        problems: one line for each rule that is broken somewhere.
    """

    def __init__(self, problems: Iterable[str]):
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Limits:
    """What one check may use: CPU time, memory beyond the libraries', printed output."""

    cpu_seconds: float = 10
    memory_mb: int = 1024
    output_kb: int = 64

    @property
    def wall_seconds(self) -> float:
        """The end by the clock, so far off that the load of the machine does not decide a verdict."""
        return 6 * self.cpu_seconds


@dataclass(frozen=True)
class Mistake:
    """A known wrong edit of a solution: `find`, which occurs in it once, becomes `swap`. The learner reads `why`."""

    why: str
    find: str
    swap: str

    def apply(self, source: str) -> str:
        """Return `source` with the mistake in it; ValueError unless `find` occurs exactly once."""
        count = source.count(self.find)
        if count != 1:
            raise ValueError(f"has to occur exactly once, not {count} times")
        return source.replace(self.find, self.swap)


@dataclass(frozen=True)
class Exercise:
    """One entry of a topic.toml. Its id `topic/name` is its path in each of the three trees."""

    id: str
    title: str
    level: str
    minutes: int
    points: float
    questions: tuple[str, ...]
    after: tuple[str, ...]
    source: str
    bans: tuple[str, ...]
    hints: tuple[str, ...]
    limits: Limits

    @property
    def topic(self) -> str:
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        return self.id.partition("/")[2]


@dataclass(frozen=True)
class Topic:
    """One folder of exercises, in order of study."""

    name: str
    title: str
    order: int
    exercises: tuple[Exercise, ...]


@contextmanager
def collected(problems: list[str]) -> Iterator[None]:
    """Add what a CatalogError complains of to `problems`, and go on."""
    try:
        yield
    except CatalogError as error:
        problems.extend(error.problems)


def relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def read_text(root: Path, path: Path) -> str:
    place = relative(root, path)
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise CatalogError([f"{place}: there is no such file"]) from error
    except OSError as error:
        raise CatalogError([f"{place}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise CatalogError([f"{place}: is not UTF-8 (byte {error.start}): save it as UTF-8"]) from error


def read_toml(root: Path, path: Path) -> dict:
    try:
        return tomllib.loads(read_text(root, path))
    except tomllib.TOMLDecodeError as error:
        raise CatalogError([f"{relative(root, path)}: is not TOML: {error}"]) from error


# What an author may write: the types check, the descriptions go into the errors.

_Text = Annotated[str, Meta(pattern=r"\S")]
_Texts = tuple[_Text, ...]
_Ids = tuple[Annotated[str, Meta(pattern=r"^\w+/\w+$")], ...]
_DottedNames = tuple[Annotated[str, Meta(pattern=r"^\w+(\.\w+)+$")], ...]
_Level = Annotated[Literal["easy", "medium", "hard"], Meta(description="easy, medium or hard")]
_SomeText = Annotated[_Text, Meta(description="a text")]


class _LimitsEntry(Struct, forbid_unknown_fields=True):
    cpu_seconds: Annotated[float, Meta(gt=0, le=3600)] = Limits.cpu_seconds
    memory_mb: Annotated[int, Meta(gt=0)] = Limits.memory_mb
    output_kb: Annotated[int, Meta(gt=0)] = Limits.output_kb


class _Entry(Struct, forbid_unknown_fields=True):
    title: _SomeText
    level: _Level
    minutes: Annotated[int, Meta(gt=0, description="a whole number above 0")]
    source: _SomeText
    questions: Annotated[_Texts, Meta(description="a list of ids of questions, perhaps empty")]
    hints: Annotated[_Texts, Meta(description="a list of texts, none of them empty")]
    points: Annotated[float, Meta(gt=0, le=1000, description="a number above 0, up to 1000")] = 0  # 0: the level's
    after: Annotated[_Ids, Meta(description="a list of exercises, each as topic/name")] = ()
    bans: Annotated[_DottedNames, Meta(description="a list of dotted names such as numpy.linalg.norm")] = ()
    limits: Annotated[
        _LimitsEntry,
        Meta(description="a table of cpu_seconds (up to 3600), memory_mb and output_kb, each above 0"),
    ] = msgspec.field(default_factory=_LimitsEntry)


class _TopicEntry(Struct, forbid_unknown_fields=True):
    title: _SomeText
    order: Annotated[int, Meta(description="a whole number: topics are studied in this order")]


class _MistakeEntry(Struct, forbid_unknown_fields=True):
    why: _SomeText
    find: _SomeText
    swap: Annotated[str, Meta(description="a text, perhaps empty")]


class QuestionEntry(Struct, forbid_unknown_fields=True):
    ask: _SomeText
    exercises: Annotated[_Ids, Meta(description="a list of exercises, each as topic/name")]


_Filled = TypeVar("_Filled", bound=Struct)


def fill(kind: type[_Filled], table: object, place: str) -> _Filled:
    """Return `kind` with the values of a TOML table, or raise CatalogError with all that is wrong with the table."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise CatalogError(_complain(kind, table, place)) from error


def _complain(kind: type[Struct], table: object, place: str) -> Iterator[str]:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    if not isinstance(table, dict):
        yield f"{place}: has to be a table with the keys {', '.join(fields)}"
        return
    for key in table:
        if key not in fields:
            yield f"{place}: unknown key {key}; the keys are {', '.join(fields)}"
    for name, field in fields.items():
        rule = f"has to be {field.type.__metadata__[-1].description}"
        if name in table:
            try:
                msgspec.convert(table[name], field.type)
            except msgspec.ValidationError as error:
                yield f"{place}: {name} {rule} ({error})"
        elif field.required:
            yield f"{place}: {name} is missing; it {rule}"


def read_topic(root: Path, path: Path) -> Topic:
    place, topic = relative(root, path), path.parent.name
    table = read_toml(root, path)
    entries = {name: table.pop(name) for name, value in list(table.items()) if isinstance(value, dict)}
    exercises: list[Exercise] = []
    problems = [f"{place}: the folder {topic} {_NAMING}"] if not _is_name(topic) else []
    with collected(problems):
        fill(_TopicEntry, table, place)
    for name, entry in entries.items():
        with collected(problems):
            exercises.append(_read_exercise(topic, name, entry, f"{place}, [{name}]"))
    if problems:
        raise CatalogError(problems)
    return Topic(topic, table["title"], table["order"], tuple(exercises))


def _read_exercise(topic: str, name: str, table: dict, place: str) -> Exercise:
    if not _is_name(name):
        raise CatalogError([f"{place}: the name {_NAMING}"])
    entry = fill(_Entry, table, place)
    values = msgspec.structs.asdict(entry)
    values["id"] = f"{topic}/{name}"
    values["points"] = entry.points or POINTS[entry.level]
    values["limits"] = Limits(**msgspec.structs.asdict(entry.limits))
    return Exercise(**values)


def read_mistake(table: object, solution: str, place: str) -> Mistake:
    mistake = Mistake(**msgspec.structs.asdict(fill(_MistakeEntry, table, place)))
    if mistake.swap == mistake.find:
        raise CatalogError([f"{place}: swap has to differ from find"])
    try:
        mistake.apply(solution)
    except ValueError as error:
        raise CatalogError([f"{place}: find {error}, in the solution: {mistake.find!r}"]) from error
    return mistake


_NAMING = "has to be lower-case letters, digits and _, as it is imported"


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9_]*", text) is not None and not keyword.iskeyword(text)
