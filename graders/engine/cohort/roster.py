"""Who is in the course: a CSV as one of the systems exports it, or a plain one, and the same file with cells filled in.

Every cell keeps the text it was written as, so that a file that is written back differs only in what was changed.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from graders.engine.cohort.archives import Refused, read_small, shown
from graders.engine.cohort.records import Person, Remark, RemarkKind, Student
from graders.engine.cohort.texts import full_name, identifier, nfc

MAX_BYTES = 64 << 20

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DELIMITERS = ",;\t"

# What the columns are called, in any system; compared without case and without what is no letter.
_COLUMNS = {
    "canvas": {
        "student": "name",
        "id": "id",
        "sisuserid": "sis_id",
        "sisloginid": "login",
        "section": "section",
    },
    "gradescope": {
        "firstname": "first",
        "lastname": "last",
        "fullname": "name",
        "name": "name",
        "sid": "id",
        "email": "email",
        "emailaddress": "email",
        "section": "section",
        "sections": "section",
    },
    "classroom": {"identifier": "id", "githubusername": "login", "name": "name"},
    "plain": {
        **dict.fromkeys(("id", "studentid", "userid", "idnumber", "number"), "id"),
        **dict.fromkeys(("name", "fullname", "student", "studentname"), "name"),
        **dict.fromkeys(("email", "mail", "emailaddress"), "email"),
        **dict.fromkeys(("login", "username", "githubusername"), "login"),
        **dict.fromkeys(("sisid", "sisuserid"), "sis_id"),
        **dict.fromkeys(("section", "sections"), "section"),
        **dict.fromkeys(("group", "groups"), "group"),
        **dict.fromkeys(("firstname", "givenname"), "first"),
        **dict.fromkeys(("lastname", "surname", "familyname"), "last"),
    },
}
# Moodle's words in other languages; where a column is not found by its word, it is by its place or its values.
_MOODLE = {
    **dict.fromkeys(("firstname", "vorname", "prénom", "nombre", "nome", "voornaam", "имя", "名"), "first"),
    **dict.fromkeys(("lastname", "surname", "nachname", "nom", "apellidos", "cognome", "achternaam"), "last"),
    **dict.fromkeys(("idnumber", "idnummer", "numérodidentification", "númerodeid", "codiceidentificativo"), "id"),
    **dict.fromkeys(("emailaddress", "emailadresse", "adressedecourriel", "direccióndecorreo", "email"), "email"),
    **dict.fromkeys(("username", "anmeldename", "nomdutilisateur", "nombredeusuario", "gebruikersnaam"), "login"),
    **dict.fromkeys(
        ("group", "groups", "gruppe", "gruppen", "groupe", "groupes", "grupo", "grupos", "gruppo"), "group"
    ),
    **dict.fromkeys(("groep", "groepen", "grupa", "группа", "小组", "グループ"), "group"),
}
_STATUS = {"status", "statut", "estado", "stato", "статус", "状态", "ステータス"}
_PARTICIPANT = re.compile(r"(?P<word>\D*[^\W\d]\D*)(?P<number>[0-9]+)")
_MAXIMUM = re.compile(r"[0-9]+[.,][0-9]{2}")
_WORKSHEET_COLUMNS = 6  # of the least that Moodle exports: blind marking, no plugins


class RosterError(Exception):
    """The roster cannot be used; the message names the line and says what to do."""


@dataclass(frozen=True)
class Line:
    """One record of the file.

    Attributes:
        number: of its first line in the file, from 1.
        cells: as they are written, quotes included.
        end: what ends the line, "" at the end of the file.
    """

    number: int
    cells: tuple[str, ...]
    end: str


@dataclass(frozen=True)
class Roster:
    """A read roster.

    Attributes:
        kind: canvas, moodle (grading worksheet), moodle-participants, gradescope, classroom or plain.
        header: the columns' names, as they are but for surrounding spaces.
        rows: all below the header, those without a student too; a row may be shorter or longer than the header.
        students: in the roster's order; `row` counts `rows` from 0.
        columns: which column has what: id, sis_id, login, email, name, first, last, section, group.
        groups: a group's name, as texts.full_name makes it -> its members' keys.
        delimiter: "," or ";" or a tab.
        encoding: Python's name of it.
        bom: the bytes before the text.
        lines: the header and the rows as they are written.
    """

    kind: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    students: tuple[Student, ...]
    columns: Mapping[str, int]
    groups: Mapping[str, tuple[str, ...]]
    delimiter: str
    encoding: str
    bom: bytes
    lines: tuple[Line, ...]
    remarks: tuple[Remark, ...] = ()


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises:
        RosterError: it cannot be read, has no column that identifies students, or names one student twice.
    """
    try:
        data = read_small(path.resolve(), MAX_BYTES)
    except Refused as refusal:
        raise RosterError(f"{path}: {str(refusal).partition(':')[0]}") from refusal
    try:
        return _read(data)
    except RosterError as error:
        raise RosterError(f"{path}: {error}") from error


def render(
    roster: Roster,
    cells: Mapping[tuple[int, int], str],
    extra_columns: Sequence[tuple[str, Sequence[str]]] = (),
) -> bytes:
    """Return the roster's file with some cells changed; all else is as it was, byte for byte.

    Args:
        cells: (row, column), both from 0, row 0 being the first below the header -> the new text.
        extra_columns: header and a text for each of `roster.rows`; they come last.

    Raises:
        RosterError: there is no such cell, a column has not one text a row, or the encoding lacks a character.
    """
    names = [name for name, _ in extra_columns]
    for name, texts in extra_columns:
        if len(texts) != len(roster.rows):
            raise RosterError(f"column {name!r} has {len(texts)} texts for {len(roster.rows)} rows")
    changed: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), text in cells.items():
        if not (0 <= row < len(roster.rows) and 0 <= column < len(roster.header)):
            raise RosterError(f"there is no cell in row {row}, column {column}")
        changed[row][column] = text
    written = []
    for row, line in enumerate(roster.lines, -1):
        extra = names if row < 0 else [texts[row] for _, texts in extra_columns]
        written.append(_write(roster, line, changed.get(row, {}), extra))
    text = "".join(written)
    try:
        return roster.bom + text.encode(roster.encoding)
    except UnicodeEncodeError as error:
        bad = text[error.start]
        raise RosterError(f"{bad!r} cannot be written as {roster.encoding}: save the roster as UTF-8 first") from error


def _write(roster: Roster, line: Line, changed: Mapping[int, str], extra: Sequence[str]) -> str:
    cells = list(line.cells)
    if extra and len(cells) > len(roster.header):
        raise RosterError(f"line {line.number} has {len(cells)} cells, and the header {len(roster.header)}: correct it")
    width = max(changed, default=-1) + 1
    if extra and line.cells != ("",):  # an empty line stays one
        width = max(width, len(roster.header))
    cells += [""] * (width - len(cells))
    for column, text in changed.items():
        cells[column] = _quoted(text, roster.delimiter, cells[column].startswith('"'))
    if width >= len(roster.header):
        cells += [_quoted(text, roster.delimiter, False) for text in extra]
    return roster.delimiter.join(cells) + line.end


def _quoted(text: str, delimiter: str, always: bool) -> str:
    if always or any(c in text for c in f'{delimiter}"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


# --- the file


def _read(data: bytes) -> Roster:
    text, encoding, bom = _decode(data)
    remarks = []
    if encoding in {"cp1252", "latin-1"}:
        told = "is not UTF-8 and is read as Latin-1: look whether names are right, or save it as UTF-8"
        remarks.append(Remark(RemarkKind.AMBIGUOUS, "roster", told))
    if "\0" in text:
        raise RosterError("it is no text: export the roster as CSV")
    delimiter = _delimiter(text)
    lines = _split(text, delimiter)
    if not lines:
        raise RosterError("it is empty: export the roster anew")
    header, *rows = [tuple(map(_unquoted, line.cells)) for line in lines]
    header = tuple(name.strip() for name in header)
    kind, columns = _recognise(header, rows)
    students, groups, said = _students(kind, columns, rows, [line.number for line in lines[1:]])
    return Roster(
        kind=kind,
        header=header,
        rows=tuple(rows),
        students=students,
        columns=columns,
        groups=groups,
        delimiter=delimiter,
        encoding=encoding,
        bom=bom,
        lines=tuple(lines),
        remarks=(*remarks, *said),
    )


def _decode(data: bytes) -> tuple[str, str, bytes]:
    """Return text, encoding and byte order mark."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(encoding), encoding, bom
            except UnicodeDecodeError as error:
                raise RosterError(f"it begins like {encoding} but is not (byte {error.start})") from error
    for encoding in ("utf-8", "cp1252"):  # Windows' form of Latin-1; it lacks five characters
        try:
            return data.decode(encoding), encoding, b""
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1", b""


def _delimiter(text: str) -> str:
    """Return the one that makes the most columns of the first line."""
    first = re.match(r'(?:"(?:[^"]|"")*"|[^"\r\n])*', text)
    outside = re.sub(r'"(?:[^"]|"")*"', "", first[0] if first else "")
    return max(_DELIMITERS, key=outside.count)


def _split(text: str, delimiter: str) -> list[Line]:
    """Split the text as the csv module does, but keep what is written.

    Raises:
        RosterError: quotes do not match.
    """
    cell = re.compile(rf'("(?:[^"]|"")*"|[^{delimiter}\r\n"][^{delimiter}\r\n]*|)({delimiter}|\r\n|\r|\n|\Z)')
    lines: list[Line] = []
    cells: list[str] = []
    position = start = 0
    number = 1
    while position < len(text) or cells:
        found = cell.match(text, position)
        if found is None:
            raise RosterError(f"line {number}: the quotes do not match: a cell in quotes ends with one")
        cells.append(found[1])
        position = found.end()
        if found[2] != delimiter:
            lines.append(Line(number, tuple(cells), found[2]))
            number += len(re.findall(r"\r\n|\r|\n", text[start:position]))
            start, cells = position, []
    return lines


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


# --- columns


def _recognise(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> tuple[str, dict[str, int]]:
    """Return the kind and its columns.

    Raises:
        RosterError: no column identifies students.
    """
    plain = [_plain(name) for name in header]
    if {"student", "id", "section"} <= set(plain):
        return "canvas", _columns(plain, _COLUMNS["canvas"])
    if "githubusername" in plain and "identifier" in plain:
        return "classroom", _columns(plain, _COLUMNS["classroom"])
    if "sid" in plain:
        return "gradescope", _columns(plain, _COLUMNS["gradescope"])
    if _is_worksheet(plain, rows):
        return "moodle", _worksheet(plain, rows)
    moodle = _columns(plain, _MOODLE)
    if {"first", "last", "email"} <= moodle.keys():
        return "moodle-participants", moodle
    columns = _columns(plain, _COLUMNS["plain"])
    if not columns.keys() & {"id", "sis_id", "login", "email"}:
        names = ", ".join(map(shown, header[:12]))
        raise RosterError(
            f"line 1: no column identifies students, there are {names}: add one called id, login or email"
        )
    return "plain", columns


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", nfc(name).casefold())


def _columns(header: Sequence[str], known: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for number, name in enumerate(header):
        if name in known:
            columns.setdefault(known[name], number)
    return columns


def _is_worksheet(header: Sequence[str], rows: Sequence[tuple[str, ...]]) -> bool:
    """Return whether the first column is one word and a number all the way down, "Participant 12", in any language."""
    if len(header) < _WORKSHEET_COLUMNS or (header[0] in _COLUMNS["plain"] and not _has_maximum(rows)):
        return False
    found = [_PARTICIPANT.fullmatch(row[0].strip()[:200]) for row in rows if any(row)]
    return bool(found) and all(found) and len({m["word"] for m in found if m}) == 1


def _has_maximum(rows: Sequence[tuple[str, ...]]) -> bool:
    """Return whether a column has the same number, with two places, all the way down, as that of the maximum grade.

    A worksheet in German begins with "ID", which plain rosters may do too.
    """
    columns = zip_longest(*(row for row in rows if any(row)), fillvalue="")
    return any(_MAXIMUM.fullmatch(cells[0]) and len(set(cells)) == 1 for cells in columns)


def _worksheet(header: Sequence[str], rows: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """Return the columns: the identifier comes first and the name second, unless marking is blind."""
    known = _columns(header, _MOODLE)
    columns = {what: known[what] for what in ("email", "login", "group") if what in known}
    if known.get("id"):  # not the first: the institution's number, whereas Moodle's own belongs to the assignment
        columns["sis_id"] = known["id"]
    columns["id"] = 0
    second = [row[1] for row in rows if len(row) > 1]
    is_blind = header[1] in _STATUS or (len(second) > 2 and len(set(second)) * 3 <= len(second))
    if not is_blind:
        columns["name"] = 1
    if "email" not in columns:
        for column in range(1, len(header)):
            texts = [row[column] for row in rows if len(row) > column and row[column]]
            if texts and all(re.fullmatch(r"[^\s@]+@[^\s@]+", text) for text in texts):
                columns["email"] = column
                break
    return columns


# --- students


def _students(
    kind: str, columns: Mapping[str, int], rows: Sequence[tuple[str, ...]], numbers: Sequence[int]
) -> tuple[tuple[Student, ...], dict[str, tuple[str, ...]], list[Remark]]:
    students: list[Student] = []
    keys: dict[str, int] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    remarks: list[Remark] = []
    for row, (cells, number) in enumerate(zip(rows, numbers, strict=True)):
        get = _getter(cells, columns)
        person = _person(kind, get)
        if reason := _no_student(kind, cells, person):
            if reason != "empty":
                remarks.append(Remark(RemarkKind.IGNORED, f"roster, line {number}", reason))
            continue
        key = person.id or person.sis_id or person.login or person.email
        if not key:
            name = shown(person.name)
            raise RosterError(f"line {number}: {name} has no id, login or email: fill in one of them")
        if identifier(key) in keys:
            other = keys[identifier(key)]
            raise RosterError(f"lines {other} and {number} are both {shown(key)}: remove or correct one")
        keys[identifier(key)] = number
        students.append(Student(key, person, get("section"), row))
        for group in filter(None, map(full_name, get("group").split(","))):
            groups[group].append(key)
    if not students:
        raise RosterError("there are no students in it: export the roster anew")
    remarks += _alike(students, numbers)
    return tuple(students), {name: tuple(members) for name, members in groups.items()}, remarks


def _getter(cells: Sequence[str], columns: Mapping[str, int]) -> Callable[[str], str]:
    return lambda what: nfc(cells[columns[what]]) if columns.get(what, len(cells)) < len(cells) else ""


def _person(kind: str, get: Callable[[str], str]) -> Person:
    number = get("id")
    if kind == "moodle" and (found := _PARTICIPANT.fullmatch(number[:200])):
        number = found["number"]
    return Person(
        id=number,
        name=get("name") or nfc(f"{get('first')} {get('last')}"),
        login=get("login"),
        email=get("email"),
        sis_id=get("sis_id"),
    )


def _no_student(kind: str, cells: Sequence[str], person: Person) -> str:
    """Return why a row has no student, "" where it has one."""
    if not any(cell.strip() for cell in cells):
        return "empty"
    if kind != "canvas":
        return ""
    if person.name.casefold().startswith("points possible") or not (person.name or person.id):
        return "empty"  # Canvas's rows below the header
    return "is Canvas's test student" if person.name == "Student, Test" and not person.sis_id else ""


def _alike(students: Sequence[Student], numbers: Sequence[int]) -> list[Remark]:
    """Return remarks on students that share what identifies one; they are told apart by what they do not share."""
    remarks = []
    for field_name, make in _SHARED.items():
        rows: dict[str, list[Student]] = defaultdict(list)
        for student in students:
            if value := getattr(student.person, field_name):
                rows[make(value)].append(student)
        for same in rows.values():
            if len(same) > 1:
                where = ", ".join(str(numbers[s.row]) for s in same[:5] if s.row is not None)
                value = shown(getattr(same[0].person, field_name))
                text = f"{len(same)} students have the {field_name.replace('_', ' ')} {value}: it matches none of them"
                remarks.append(Remark(RemarkKind.DUPLICATE, f"roster, lines {where}", text))
    return remarks


_SHARED: dict[str, Callable[[str], str]] = {
    "sis_id": identifier,
    "login": identifier,
    "email": identifier,
    "name": full_name,
}
