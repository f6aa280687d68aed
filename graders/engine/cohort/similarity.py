"""Which students' texts of an exercise are more alike than the class's texts are by nature. Never part of a grade.

Copydetect 0.5 does what it is good at: it turns a text into a form in which names, strings, comments and layout make no
difference, hashes each run of WINDOW characters of that form, and finds where two texts share such runs (S. Schleimer,
D. Wilkerson, A. Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003; here each hash is kept:
those that winnowing picks depend on Python's hash seed, and so would the page). Its detector is not used: it reads
folders, compares each pair in Python, and drops a text's own repeats along with boilerplate.

The base rate. An exercise of six lines has few ways to be written, so that strangers are alike; how much so is seen in
the class itself. For each pair of students the share of shared runs is counted (of the text that has fewer), and a pair
is listed if its share is above the median by SPREADS robust standard deviations (1.4826 times the median absolute
deviation, which a few who copied cannot move), is above LEAST_SHARE, and at least LEAST_RUNS runs are shared. Where the
usual share is high this is more than 1 and no pair is listed: the exercise cannot tell.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from copydetect import CodeFingerprint

WINDOW = 25  # characters of the normalised form, copydetect's own default: some six to ten words of Python
LEAST_RUNS = 2 * WINDOW + 1  # shared: as many as 3 * WINDOW characters in one piece have
LEAST_SHARE = 0.5
SPREADS = 4.0
LEAST_STUDENTS = 10  # of fewer the usual likeness is not known, and LEAST_SHARE_ALONE decides
LEAST_SHARE_ALONE = 0.8
MOST_CHARACTERS = 32 << 10  # Pygments takes a quarter of a second at most for so many
MOST_TEXTS = 8000  # different ones: their table has 256 MB
MOST_PAIRS = 100  # that are shown
_STEPS = 1000  # a share is known to a thousandth
_COLUMNS = 4096


class MissingDependency(Exception):
    """Something that is needed is not installed; the message says what to do."""


class TooMany(Exception):
    """There are more different texts than can be compared; the message has the numbers."""


@dataclass(frozen=True)
class Part:
    """A part of a text, and whether it is in the other one too."""

    text: str
    is_shared: bool


@dataclass(frozen=True)
class Side:
    """One of two texts, and all students whose text has this normalised form."""

    students: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Pair:
    """Two texts that are more alike than the rate.

    Attributes:
        share: of the runs of the text that has fewer, how many are in the other one: 0 to 1.
        matched: characters of the normalised form that are shared, as copydetect counts them.
    """

    share: float
    matched: int
    left: Side
    right: Side


@dataclass(frozen=True)
class Group:
    """Students whose texts have the same normalised form, and one of the texts."""

    students: tuple[str, ...]
    matched: int
    text: str


@dataclass(frozen=True)
class Similarities:
    """What was found for one exercise.

    Attributes:
        students: how many handed in a text.
        compared: how many of them have LEAST_RUNS runs that are in neither stub nor reference.
        different: how many normalised forms these have.
        too_long: keys of those whose text has more than MOST_CHARACTERS.
        median, spread: of the shares of all pairs of compared students; None for fewer than LEAST_STUDENTS.
        rate: a pair's share has to be above it to be listed.
        groups: the largest first; there are none if the rate is 1 or more.
        pairs: the most alike first, at most MOST_PAIRS.
        more: how many pairs of forms above the rate are not in `pairs`.
    """

    exercise: str
    students: int
    compared: int
    different: int
    too_long: tuple[str, ...]
    median: float | None
    spread: float | None
    rate: float
    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    more: int


def compare(exercise_id: str, texts: Mapping[str, str], stub: str, solution: str) -> Similarities:
    """Compare what the students handed in for one exercise. No text is run, imported or compiled.

    Args:
        texts: student key -> text.

    Raises:
        MissingDependency: copydetect is not installed.
        TooMany: there are more than MOST_TEXTS different texts.
    """
    compacted = {key: _compact(text) for key, text in texts.items()}
    too_long = tuple(sorted(key for key, text in compacted.items() if len(text) > MOST_CHARACTERS))
    known = _known_hashes(stub) | _known_hashes(solution)
    forms = _forms({key: text for key, text in compacted.items() if key not in too_long}, known)
    if len(forms) > MOST_TEXTS:
        raise TooMany(
            f"{exercise_id} has {len(forms):,} different texts, and at most {MOST_TEXTS:,} can be compared with each "
            "other: compare sections of the class"
        )
    weights = np.array([len(form.students) for form in forms], np.int64)
    table = _Table([form.hashes for form in forms])
    median, spread, rate = _base_rate(table, weights)
    above, count = _above(table, rate)
    return Similarities(
        exercise_id,
        len(texts),
        int(weights.sum()),
        len(forms),
        too_long,
        median,
        spread,
        rate,
        _groups(forms) if rate < 1 else (),
        tuple(_pair(forms[i], forms[j], share, known) for i, j, share in above),
        count - len(above),
    )


@dataclass(frozen=True)
class _Form:
    """A normalised form: who has it, the text of the first of them, its own hashes, and the characters they cover.

    Of what copydetect made no more is kept: it takes a few hundred kilobytes a text.
    """

    students: tuple[str, ...]
    text: str
    hashes: np.ndarray
    covered: int


def _compact(text: str) -> str:
    """Return `text` without empty lines: Pygments takes a time that grows with the square of how many follow another.

    32,768 characters of them took it 13 seconds.
    """
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines() if line.strip())


def _fingerprint(text: str) -> CodeFingerprint:
    try:
        from copydetect import CodeFingerprint
    except ImportError as error:
        raise MissingDependency(
            f"{error.name or 'copydetect'} is not installed, which comparing texts needs: install the dependency group "
            "`similarity` of pyproject.toml (pip install --group similarity), or leave the comparison out"
        ) from error
    return CodeFingerprint("", WINDOW, 1, language="python", fp=io.StringIO(text))


def _known_hashes(text: str) -> set[int]:
    return _fingerprint(_compact(text)).hashes


def _forms(texts: Mapping[str, str], known: set[int]) -> list[_Form]:
    """Return the forms that have enough of their own, in the order of their first students' keys."""
    by_text: dict[str, list[str]] = defaultdict(list)
    for key in sorted(texts):
        by_text[texts[key]].append(key)
    by_form: dict[str, list[str]] = defaultdict(list)
    first: dict[str, tuple[str, np.ndarray, int]] = {}
    for text, keys in by_text.items():
        fingerprint = _fingerprint(text)
        form = fingerprint.filtered_code
        by_form[form] += keys
        if form not in first:
            own = _without(fingerprint, known)
            first[form] = text, np.fromiter(own.hashes, np.int64, len(own.hashes)), own.token_coverage
    return [_Form(tuple(sorted(by_form[form])), *of) for form, of in first.items() if len(of[1]) >= LEAST_RUNS]


def _without(fingerprint: CodeFingerprint, known: set[int]) -> CodeFingerprint:
    """Take the hashes of stub and reference out of a fingerprint, and return it.

    Copydetect's own way (0.5.0) loses runs that a text repeats as well, as it takes them to be unique.
    """
    from copydetect.utils import get_token_coverage

    places = {hash_: found for hash_, found in fingerprint.hash_idx.items() if hash_ not in known}
    fingerprint.hash_idx, fingerprint.hashes = places, set(places)
    fingerprint.token_coverage = int(get_token_coverage(places, WINDOW, len(fingerprint.filtered_code)))
    if len(fingerprint.offsets):  # those of class names are too small in 0.5.0: a shift never shrinks
        fingerprint.offsets[:, 1] = np.maximum.accumulate(fingerprint.offsets[:, 1])
    return fingerprint


class _Table:
    """How many hashes each two forms share.

    A product of matrices, a few thousand hashes at a time: to compare each pair of sets takes far longer.
    """

    def __init__(self, hashes: Sequence[np.ndarray]):
        """Take each form's hashes, none twice."""
        self.size = len(hashes)
        self._sizes = np.array([len(each) for each in hashes], np.float32)
        # Exact: the counts are far below 2**24.
        self._shared = np.zeros((self.size, self.size), np.float32)
        if hashes:
            self._count(np.concatenate(hashes), np.repeat(np.arange(self.size), self._sizes.astype(int)))

    def _count(self, flat: np.ndarray, rows: np.ndarray) -> None:
        _, columns, counts = np.unique(flat, return_inverse=True, return_counts=True)
        is_shared = counts > 1
        kept = is_shared[columns]
        rows, columns = rows[kept], (np.cumsum(is_shared) - 1)[columns[kept]]
        order = np.argsort(columns, kind="stable")
        rows, columns = rows[order], columns[order]
        for start in range(0, int(is_shared.sum()), _COLUMNS):
            low, high = np.searchsorted(columns, [start, start + _COLUMNS])
            block = np.zeros((self.size, _COLUMNS), np.float32)
            block[rows[low:high], columns[low:high] - start] = 1
            self._shared += block @ block.T

    def after(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Return what form i has in common with each later one: thousandths of the smaller's hashes, and the number."""
        shared = self._shared[i, i + 1 :]
        return np.floor(shared * _STEPS / np.minimum(self._sizes[i], self._sizes[i + 1 :])).astype(np.int64), shared


def _base_rate(table: _Table, weights: np.ndarray) -> tuple[float | None, float | None, float]:
    """Return median and robust standard deviation of the shares of all pairs of students, and the rate."""
    if weights.sum() < LEAST_STUDENTS:
        return None, None, LEAST_SHARE_ALONE
    counts = np.zeros(_STEPS + 1, np.int64)
    for i, weight in enumerate(weights):
        shares, _ = table.after(i)
        counts += (weight * np.bincount(shares, weights[i + 1 :], _STEPS + 1)).astype(np.int64)
        counts[_STEPS] += weight * (weight - 1) // 2
    median = _median(counts)
    deviations = np.bincount(np.abs(np.arange(_STEPS + 1) - median), counts, _STEPS + 1)
    spread = 1.4826 * _median(deviations) / _STEPS
    return median / _STEPS, spread, max(LEAST_SHARE, median / _STEPS + SPREADS * spread)


def _median(counts: np.ndarray) -> int:
    """Return the lower median of the numbers 0, 1, ... that occur `counts` times."""
    return int(np.searchsorted(np.cumsum(counts), (counts.sum() + 1) // 2))


def _above(table: _Table, rate: float) -> tuple[list[tuple[int, int, float]], int]:
    """Return the MOST_PAIRS most alike of the pairs above the rate, with their shares, and how many are above."""
    found = [np.empty((0, 3), np.int64)]
    for i in range(table.size):
        shares, shared = table.after(i)
        later = np.nonzero((shares > rate * _STEPS) & (shared >= LEAST_RUNS))[0]
        found.append(np.stack([np.full(len(later), i), later + i + 1, shares[later]], 1))
    pairs = np.concatenate(found)
    best = pairs[np.argsort(-pairs[:, 2], kind="stable")[:MOST_PAIRS]]
    return [(i, j, share / _STEPS) for i, j, share in best.tolist()], len(pairs)


def _pair(left: _Form, right: _Form, share: float, known: set[int]) -> Pair:
    from copydetect import compare_files

    prints = [_without(_fingerprint(form.text), known) for form in (left, right)]
    matched, _, slices = compare_files(*prints)
    sides = [Side(f.students, _parts(f.text, s)) for f, s in zip((left, right), slices, strict=True)]
    return Pair(share, int(matched), *sides)


def _parts(text: str, slices: np.ndarray) -> tuple[Part, ...]:
    """Cut `text` at the slices [starts, ends]."""
    parts, done = [], 0
    for start, end in slices.astype(int).T.tolist():
        start, end = max(done, start), max(done, end)
        parts += [Part(text[done:start], False), Part(text[start:end], True)]
        done = end
    parts.append(Part(text[done:], False))
    return tuple(part for part in parts if part.text)


def _groups(forms: Sequence[_Form]) -> tuple[Group, ...]:
    found = [Group(f.students, f.covered, f.text) for f in forms if len(f.students) > 1]
    return tuple(sorted(found, key=lambda group: (-len(group.students), group.students)))
