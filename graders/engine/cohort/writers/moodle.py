"""Moodle's grading worksheet, filled in: the exported file, in which only grades, and perhaps comments, change.

The headers are in the language of whoever exported it, so the columns are found by their order, which is fixed, and by
what stands in them:

    Identifier, [Full name], [identity], Status, [Group], [Marker], Grade, Maximum grade, [Marking workflow state],
    Grade can be changed, Last modified (submission), [Online text], Last modified (grade), [Feedback comments]
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graders.engine.cohort.assignment import Assignment
from graders.engine.cohort.records import Entry
from graders.engine.cohort.roster import Roster, render
from graders.engine.cohort.writers import CannotWrite
from graders.engine.cohort.writers.words import grade_cell, lines

# "No" in Moodle's languages; Moodle looks again at import, so a language that is not here does no harm.
_NO = set("no nein non não nej nei nee nie ne ei нет ні не όχι لا לא 否 いいえ 아니오 아니요 không tidak".split())
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_DATED = re.compile(r"-|(?=.*\d.*\d).*\d[:.]\d\d.*", re.DOTALL)  # "-", or a date with a time of day
_KNOWN = {"grade": "Grade", "most": "Maximum grade", "changeable": "Grade can be changed"}


@dataclass(frozen=True)
class _Columns:
    grade: int
    most: int
    changeable: int
    comments: int | None


def worksheet(roster: Roster, assignment: Assignment, entries: Sequence[Entry]) -> bytes:
    """Return the worksheet with grades, scaled to the row's maximum grade and with its decimal comma or point.

    A row that Moodle has locked is left as it is, and so is one for which there is no grade. All else stays byte for
    byte. If the assignment asks for it, comments are filled in too, unless somebody else's stand there.

    Raises:
        CannotWrite: it is no worksheet, or one that is not graded in points.
    """
    columns = _find(roster)
    cells: dict[tuple[int, int], str] = {}
    for entry, row in _open_rows(roster, columns, entries):
        most = _cell(roster, row, columns.most)
        grade = grade_cell(assignment, entry, _number(most))
        if grade:
            cells[row, columns.grade] = grade.replace(".", ",") if "," in most else grade
        if assignment.exports.moodle_comments and columns.comments is not None and entry.attempt is not None:
            ours = _comment(assignment, entry)
            present = _cell(roster, row, columns.comments)
            if not present or present.startswith(_heading(assignment)):
                cells[row, columns.comments] = ours
    return render(roster, cells)


def locked(roster: Roster, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the keys of the students whose grades Moodle does not let anybody change, and `worksheet` leaves alone.

    Raises:
        CannotWrite: see `worksheet`.
    """
    columns = _find(roster)
    return tuple(
        entry.student.key
        for entry in entries
        if entry.student.row is not None and _is_locked(roster, entry.student.row, columns)
    )


def _open_rows(roster: Roster, columns: _Columns, entries: Sequence[Entry]) -> Iterator[tuple[Entry, int]]:
    for entry in entries:
        row = entry.student.row
        if row is not None and not _is_locked(roster, row, columns):
            yield entry, row


def _is_locked(roster: Roster, row: int, columns: _Columns) -> bool:
    return _cell(roster, row, columns.changeable).strip().casefold() in _NO


def _find(roster: Roster) -> _Columns:
    places = _by_name(roster.header) or _by_content(roster)
    if places is None and roster.kind != "moodle":
        raise CannotWrite("Moodle: the roster is no grading worksheet: download it under View all submissions")
    if places is None:
        raise CannotWrite(
            "Moodle: no column of the worksheet is the maximum grade, in points: choose points as the kind of grade, "
            "and download the worksheet anew, with English as the language if need be"
        )
    rows = _rows(roster)
    last = len(roster.header) - 1
    texts = [_cell(roster, row, last).strip() for row in rows]
    is_dates = last <= places[2] + 2 or all(_DATED.fullmatch(text) for text in texts)
    return _Columns(*places, comments=None if is_dates else last)


def _by_name(header: Sequence[str]) -> tuple[int, int, int] | None:
    if not all(header.count(name) == 1 for name in _KNOWN.values()):
        return None
    return header.index(_KNOWN["grade"]), header.index(_KNOWN["most"]), header.index(_KNOWN["changeable"])


def _by_content(roster: Roster) -> tuple[int, int, int] | None:
    """Return the columns of grade, maximum and whether it can be changed; None where that is not one place only.

    A maximum is a number in every row; before it are grades or nothing, and soon after it one of two words a row.
    """
    rows = _rows(roster)
    found = []
    for most in range(2, len(roster.header) - 2):
        maxima = [_cell(roster, row, most).strip() for row in rows]
        grades = [_cell(roster, row, most - 1).strip() for row in rows]
        if not all(map(_NUMBER.fullmatch, maxima)) or len(set(maxima)) != 1 or not _number(maxima[0]):
            continue
        if not all(
            not grade or (_NUMBER.fullmatch(grade) and _number(grade) <= _number(maxima[0])) for grade in grades
        ):
            continue
        changeable = _changeable(roster, rows, most)
        if changeable is not None:
            found.append((most - 1, most, changeable))
    return found[0] if len(found) == 1 else None


def _changeable(roster: Roster, rows: Sequence[int], most: int) -> int | None:
    """Return the last column before "-" or a date, of the two after the maximum: a state of marking may come first."""
    for column in (most + 2, most + 1):
        words = {_cell(roster, row, column).strip() for row in rows}
        after = [_cell(roster, row, column + 1).strip() for row in rows]
        is_word = len(words) <= 2 and not any(_DATED.fullmatch(word) or not word for word in words)
        if is_word and all(map(_DATED.fullmatch, after)):
            return column
    return None


def _rows(roster: Roster) -> list[int]:
    return [student.row for student in roster.students]


def _cell(roster: Roster, row: int, column: int) -> str:
    cells = roster.rows[row]
    return cells[column] if column < len(cells) else ""


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()):
        raise CannotWrite(f"Moodle: the maximum grade {text[:40]!r} is no number: choose points as the kind of grade")
    return float(text.strip().replace(",", "."))


def _heading(assignment: Assignment) -> str:
    return f"<p>{html.escape(assignment.title)}</p>"


def _comment(assignment: Assignment, entry: Entry) -> str:
    """Return the grade in words; Moodle takes comments for HTML."""
    return _heading(assignment) + "".join(f"<p>{html.escape(line)}</p>" for line in lines(assignment, entry))
