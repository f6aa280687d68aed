"""Which of a student's files is which exercise, also when it lies elsewhere or is called a little differently.

Only names and bytes are looked at: the code is neither parsed nor decoded here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from graders.engine.cohort.archives import Refused, is_archive, shown
from graders.engine.cohort.records import Remark, RemarkKind

MAX_IGNORED = 20  # remarks of one student on files that are no exercise
MAX_NAME = 120  # characters of a file's name that may be an exercise's: reading a long one takes its square in time
MAX_CANDIDATES = 20  # files that may be one exercise and are still read and compared

_ENDING = re.compile(r"\.py(?P<number>\s*\(\d{1,6}\)|-\d{1,6})?$")
_COUNTER = re.compile(r"(?:\s*\((?P<bracket>\d{1,6})\)|-(?P<dash>\d{1,6}))$")
_COPY_BEFORE = re.compile(r"^(?:copy[\s_-]+of[\s_-]+)+")
_COPY_AFTER = re.compile(r"(?:\s*\(copy\)|[\s_-]+copy)(?=$|\s*\(\d{1,6}\)$)")


@dataclass(frozen=True)
class _Name:
    """What a file's name says.

    Attributes:
        base: in the exercises' spelling, without what systems add to the name of a copy.
        numbers: of the copy, the last one first; a file sent again to Canvas gets another one at the end.
        is_copy: it is a copy of unknown age.
    """

    base: str
    numbers: tuple[int, ...] = ()
    is_copy: bool = False


@dataclass(frozen=True)
class _Candidate:
    path: str
    name: _Name
    level: int  # 0: below exercises/; 1: in its topic's folder; 2: elsewhere; 3: called otherwise

    @property
    def is_usual(self) -> bool:
        """Where it belongs, or handed in by itself: a form for uploads has no place for folders."""
        parent = self.path.rpartition("/")[0]
        return self.level <= 1 or (self.level == 2 and (not parent or is_archive(parent)))


def place(
    paths: Mapping[str, Callable[[], bytes]], exercises: Sequence[str]
) -> tuple[dict[str, bytes], tuple[Remark, ...]]:
    """Find the exercises among one student's files.

    Args:
        paths: relative path with "/" -> reads the bytes, or raises Refused.
        exercises: ids, `topic/exercise`.

    Returns:
        exercise id -> bytes of those that were found, in the order of `exercises`, and what the instructor is told.
    """
    candidates, others = _sort(paths, exercises)
    texts: dict[str, bytes] = {}
    remarks: list[Remark] = []
    for exercise in exercises:
        text, said = _choose(exercise, candidates.get(exercise, []), paths)
        remarks += said
        if text is not None:
            texts[exercise] = text
    return texts, (*remarks, *others)


def _sort(paths: Iterable[str], exercises: Sequence[str]) -> tuple[dict[str, list[_Candidate]], list[Remark]]:
    """Return the files that may be each exercise, and remarks on those that are none or may be several."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for exercise in exercises:
        by_name[_spelled(exercise.rpartition("/")[2])].append(exercise)
    candidates: dict[str, list[_Candidate]] = defaultdict(list)
    unclear: list[Remark] = []
    ignored: list[Remark] = []
    for path in sorted(paths):
        name = _read_name(path, by_name)
        fitting = by_name.get(name.base, []) if name else []
        fitting = [e for e in fitting if _folder(path) == _spelled(e.partition("/")[0])] or fitting
        if not name or not fitting:
            ignored.append(Remark(RemarkKind.IGNORED, shown(path), "is no exercise of this assignment"))
        elif len(fitting) > 1:
            text = f"may be {' or '.join(fitting)}: put it into its topic's folder; it is not graded"
            unclear.append(Remark(RemarkKind.AMBIGUOUS, shown(path), text))
        else:
            candidates[fitting[0]].append(_Candidate(path, name, _level(path, fitting[0])))
    return candidates, unclear + _bounded(ignored)


def _choose(
    exercise: str, candidates: list[_Candidate], paths: Mapping[str, Callable[[], bytes]]
) -> tuple[bytes | None, list[Remark]]:
    best = _best(candidates)
    if not best:
        return None, []
    if len(best) > MAX_CANDIDATES:
        return None, [_unclear(exercise, best)]
    try:
        texts = [paths[c.path]() for c in best]
    except Refused as refusal:
        # An older or more distant file is not taken instead: the student does not mean that one.
        where = ", ".join(shown(c.path) for c in best)
        return None, [Remark(RemarkKind.REFUSED, where, f"{exercise} is not taken: {refusal}")]
    if len(set(texts)) > 1:
        return None, [_unclear(exercise, best)]
    return texts[0], _told(exercise, best, candidates)


def _best(candidates: list[_Candidate]) -> list[_Candidate]:
    """Return those that come first by a rule; several are equals.

    A file that is where it belongs comes first; below exercises/ even more so, as where a student's own
    repository is graded. A file sent again has a higher number, and its name is otherwise that of
    the first; so the number decides, but only among names that count (a copy of unknown age is no newer than another).
    """
    for level in (0, 1):
        if exact := [c for c in candidates if c.level == level]:
            return exact
    if any(c.name.is_copy for c in candidates):
        return candidates
    newest = max((c.name.numbers for c in candidates), default=())
    found = [c for c in candidates if c.name.numbers == newest]
    return [c for c in found if c.level == 2] or found


def _told(exercise: str, best: list[_Candidate], candidates: list[_Candidate]) -> list[Remark]:
    """Return what is said of a file that was taken: not where it belongs, or not the only one."""
    taken = min(best, key=lambda c: c.level)
    left = [c.path for c in candidates if c is not taken]
    if taken.is_usual and not left:
        return []
    text = f"is taken as {exercise}"
    if left:
        same = " and has the same bytes" if len(best) == len(candidates) else ""
        text += f"; not taken{same}: {_listed(left)}"
    return [Remark(RemarkKind.RENAMED, shown(taken.path), text)]


def _unclear(exercise: str, candidates: list[_Candidate]) -> Remark:
    where = _listed([c.path for c in candidates])
    text = f"{len(candidates)} different files may be {exercise}: none is graded; keep the one that is meant"
    return Remark(RemarkKind.AMBIGUOUS, where, text)


def _listed(paths: list[str]) -> str:
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return ", ".join(shown(path) for path in paths[:5]) + more


def _bounded(remarks: list[Remark]) -> list[Remark]:
    left = len(remarks) - MAX_IGNORED
    if left <= 0:
        return remarks
    return [*remarks[:MAX_IGNORED], Remark(RemarkKind.IGNORED, "", f"{left:,} more files are no exercise either")]


def _level(path: str, exercise: str) -> int:
    parts = PurePosixPath(path).parts
    topic, _, name = exercise.partition("/")
    if parts[-1] != f"{name}.py":
        return 3
    if parts[-2:-1] != (topic,):
        return 2
    return 0 if parts[-3:-2] == ("exercises",) else 1


def _folder(path: str) -> str:
    return _spelled("".join(PurePosixPath(path).parts[-2:-1]))


def _spelled(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().casefold())


def _read_name(path: str, known: Container[str]) -> _Name | None:
    """Return what the file's name says, None where it is no name of a Python file; a `known` base is left whole."""
    name = PurePosixPath(path).name.casefold().removesuffix(".txt")
    if len(name) > MAX_NAME:
        return None
    stem = _ENDING.sub(r"\g<number>", name)
    if stem == name or _spelled(stem) in known:
        return None if stem == name else _Name(_spelled(stem))
    rest = _COPY_AFTER.sub("", _COPY_BEFORE.sub("", stem))
    is_copy = rest != stem
    numbers = []
    while _spelled(rest) not in known and (counter := _COUNTER.search(rest)):
        numbers.append(int(counter["bracket"] or counter["dash"]))
        rest = rest[: counter.start()]
    return _Name(_spelled(rest), tuple(numbers), is_copy)
