"""Whose each attempt is. Nothing is guessed: what fits nobody, or several, is listed and is nobody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from graders.engine.cohort.archives import shown
from graders.engine.cohort.records import Attempt, Person, Remark, RemarkKind, Student
from graders.engine.cohort.roster import Roster
from graders.engine.cohort.texts import full_name, identifier, squeezed

_IDENTIFIERS = ("id", "sis_id", "login", "email")
# Systems call one thing otherwise: a Gradescope SID is Canvas's SIS id, a login is often the email address.
_ALSO = {"id": ("id", "sis_id"), "sis_id": ("sis_id", "id"), "login": ("login",), "email": ("email", "login")}


@dataclass(frozen=True)
class Reconciled:
    """Students with their attempts.

    Attributes:
        students: in the roster's order, or sorted by key; attempts by time, numbered from 1. Without a roster, only
            those who handed in something.
        remarks: the roster's, and MISSING, UNKNOWN, DUPLICATE, GROUP and AMBIGUOUS.
    """

    students: tuple[tuple[Student, tuple[Attempt, ...]], ...]
    remarks: tuple[Remark, ...]

    def has_strangers_alone(self, attempts: Iterable[Attempt]) -> bool:
        """Return whether none of `attempts` is by anybody of the roster, which then is another course's."""
        unknown = {remark.source for remark in self.remarks if remark.kind is RemarkKind.UNKNOWN}
        return {a.source for a in attempts} <= unknown and not any(own for _, own in self.students)


def reconcile(roster: Roster | None, attempts: Iterable[Attempt]) -> Reconciled:
    """Give each attempt to the students who handed it in; what the attempts hold is not looked at."""
    found = list(attempts)
    students = roster.students if roster else _strangers(found)
    index = _Index(students, roster.groups if roster else {})
    index.compare(person for attempt in found for person in attempt.people)
    remarks: list[Remark] = list(roster.remarks) if roster else []
    own: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in found:
        keys, said = _owners(attempt, index)
        remarks += said
        for key in keys:
            own[key].append(attempt)
    numbered = []
    for student in students:
        ordered, said = _ordered(student, own[student.key])
        remarks += said
        if not own[student.key]:
            text = f"{_called(student.person)} handed in nothing that is known to be theirs"
            remarks.append(Remark(RemarkKind.MISSING, student.key, text))
        numbered.append((student, ordered))
    return Reconciled(tuple(numbered), tuple(remarks))


def whose(attempt: Attempt) -> list[Remark]:
    """Return an attempt's remarks as they are told beside those of others: the place begins with the attempt's own."""
    return [
        remark
        if remark.source.startswith(attempt.source)
        else replace(remark, source=f"{attempt.source}: {remark.source}".removesuffix(": "))
        for remark in attempt.remarks
    ]


class _Index:
    """Finds students by what a system says of a person."""

    def __init__(self, students: Sequence[Student], groups: Mapping[str, tuple[str, ...]]):
        self.students = {student.key: student for student in students}
        self.groups = groups
        self._by: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in (*_IDENTIFIERS, "name")}
        for student in students:
            for field in _IDENTIFIERS:
                if value := getattr(student.person, field):
                    self._by[field][identifier(value)].add(student.key)
            for name in _names(student.person.name):
                self._by["name"][name].add(student.key)
        self._shared: set[str] = set()  # the identifiers that the roster and the input have in common

    def compare(self, people: Iterable[Person]) -> None:
        """Find out which identifiers are of one system: where one of them and the name agree on anybody.

        Only then does an identifier that the roster lacks say that this is somebody else, whatever the name.
        """
        for person in people:
            named = self._named(person.name)
            for field in _IDENTIFIERS:
                value = getattr(person, field)
                if named and value and self._by[field].get(identifier(value)) == named:
                    self._shared.add(field)

    def identified(self, person: Person) -> set[str]:
        """Return the keys of all whom an identifier fits, and that of no other student."""
        keys: set[str] = set()
        for field in _IDENTIFIERS:
            if value := getattr(person, field):
                for column in _ALSO[field]:
                    fitting = self._by[column].get(identifier(value), set())
                    if len(fitting) == 1:
                        keys |= fitting
                        break
        return keys

    def named(self, person: Person) -> set[str]:
        """Return the keys of all who have this name; nobody where an identifier says that it is somebody else."""
        missed = [f for f in self._shared if (v := getattr(person, f)) and identifier(v) not in self._by[f]]
        return set() if missed else self._named(person.name)

    def is_known(self, person: Person) -> bool:
        """Return whether an identifier that the roster and the input have in common is somebody's."""
        return any(identifier(getattr(person, field)) in self._by[field] for field in self._shared)

    def has_name(self, key: str, name: str) -> bool:
        return not name or not self.students[key].person.name or key in self._named(name)

    def group(self, person: Person) -> tuple[str, ...]:
        return self.groups.get(full_name(person.name), ()) if person.name else ()

    def _named(self, name: str) -> set[str]:
        return set().union(*(self._by["name"].get(form, set()) for form in _forms(name))) if name else set()


def _names(name: str) -> set[str]:
    return {full_name(name), *squeezed(name)} if name else set()


def _forms(name: str) -> set[str]:
    """Return what an attempt's name may be in the index: a name of one word may be one of Canvas's."""
    return {full_name(name), identifier(name)}


def _owners(attempt: Attempt, index: _Index) -> tuple[list[str], list[Remark]]:
    """Return the keys of those to whom an attempt belongs, and what is said of it."""
    keys: list[str] = []
    remarks: list[Remark] = []
    for person in attempt.people:
        members = index.group(person)
        fitting = index.identified(person)
        if members and not any(index.has_name(key, person.name) for key in fitting):
            if fitting and index.is_known(person) and fitting.isdisjoint(members):  # a student who took its name?
                text = f"has the name of group {shown(person.name)} and the id of {_listed(index, sorted(fitting))}, "
                text += "who is not in it: it is given to none of them"
                remarks.append(Remark(RemarkKind.AMBIGUOUS, attempt.source, text))
                continue
            keys += members
            text = f"is handed in by group {shown(person.name)}: it counts for {_listed(index, members)}"
            remarks.append(Remark(RemarkKind.GROUP, attempt.source, text))
            continue
        found, said = _one(attempt, person, fitting, index)
        keys += found
        remarks += said
    keys = list(dict.fromkeys(keys))
    if len(attempt.people) > 1:
        text = f"is handed in by {len(attempt.people)} people: it counts for {_listed(index, keys) or 'nobody'}"
        remarks.append(Remark(RemarkKind.GROUP, attempt.source, text))
    return keys, remarks


def _one(attempt: Attempt, person: Person, fitting: set[str], index: _Index) -> tuple[list[str], list[Remark]]:
    named = index.named(person)
    either = fitting | (named if len(named) == 1 else set())
    called = _called(person)
    if len(either) > 1:
        text = f"{called} fits {_listed(index, sorted(either))}: it is given to none of them; correct the roster"
        return [], [Remark(RemarkKind.AMBIGUOUS, attempt.source, text)]
    if not either and len(named) > 1:
        text = f"{called} has the name of {_listed(index, sorted(named))}: it is given to none of them"
        return [], [Remark(RemarkKind.AMBIGUOUS, attempt.source, text)]
    if not either:
        text = f"{called} is not in the roster, so that it is not graded: add a row, or leave it"
        return [], [Remark(RemarkKind.UNKNOWN, attempt.source, text)]
    (key,) = either
    if fitting and not index.has_name(key, person.name):
        text = f"{called} is {_called(index.students[key].person)} by id; if it is a group's, its others are not known"
        return [key], [Remark(RemarkKind.GROUP, attempt.source, text)]
    return [key], []


def _ordered(student: Student, attempts: Sequence[Attempt]) -> tuple[tuple[Attempt, ...], list[Remark]]:
    """Return the attempts numbered by time; none where nobody knows which is the later one."""
    timed = all(attempt.submitted is not None for attempt in attempts)
    order = {id(a): (_utc(a) if timed else None, a.number) for a in attempts}
    if len(attempts) > 1 and len(set(order.values())) < len(attempts):
        places = ", ".join(shown(attempt.source) for attempt in attempts[:5])
        text = f"{_called(student.person)} handed in {len(attempts)} times, and which is the latest is not known: "
        return (), [Remark(RemarkKind.DUPLICATE, places, f"{text}none is graded; keep one")]
    result: list[Attempt] = []
    for attempt in sorted(attempts, key=lambda a: (_utc(a), a.number) if timed else a.number):
        number = max(attempt.number, result[-1].number + 1 if result else 1)
        result.append(replace(attempt, number=number))
    return tuple(result), []


def _utc(attempt: Attempt) -> datetime:
    if attempt.submitted is None:
        return datetime.min.replace(tzinfo=UTC)
    return attempt.submitted.astimezone(UTC)


def _strangers(attempts: Iterable[Attempt]) -> tuple[Student, ...]:
    """Return the students that the attempts name, where there is no roster, by key."""
    people: dict[str, Student] = {}
    for attempt in attempts:
        for person in attempt.people:
            key = person.id or person.sis_id or person.login or person.email or person.name
            people.setdefault(identifier(key), Student(key, person))
    return tuple(sorted(people.values(), key=lambda student: student.key))


def _called(person: Person) -> str:
    known = [getattr(person, field) for field in ("name", *_IDENTIFIERS)]
    first, *others = [shown(text) for text in dict.fromkeys(known) if text] or ["somebody"]
    return f"{first} ({', '.join(others)})" if others else first


def _listed(index: _Index, keys: Sequence[str]) -> str:
    more = f" and {len(keys) - 10} more" if len(keys) > 10 else ""
    return ", ".join(_called(index.students[key].person) for key in keys[:10]) + more
