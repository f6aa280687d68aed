"""A CSV that Canvas's gradebook imports: the columns that identify students, and one for this assignment."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence

from graders.engine.cohort.assignment import Assignment
from graders.engine.cohort.gradebook import max_points
from graders.engine.cohort.lateness import shown
from graders.engine.cohort.records import Entry
from graders.engine.cohort.roster import Roster
from graders.engine.cohort.writers import CannotWrite
from graders.engine.cohort.writers.words import grade_cell

POSSIBLE = "    Points Possible"  # as Canvas itself indents it
EXCUSED = "EX"
_LAST = "Section"  # of the columns that identify students
_COLUMN = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)
_PLAIN = ("Student", "ID", "SIS User ID", "SIS Login ID", _LAST)


def import_csv(roster: Roster | None, assignment: Assignment, entries: Sequence[Entry]) -> str:
    """Return the file to import.

    With a gradebook exported from Canvas, its identifying columns are copied as they are, and all of its students. If
    it has the assignment's column, by id or else by title, then that column's title is kept, and grades are scaled to
    its points possible; a cell that says EX, and one for which there is no grade, keeps what it holds, since an empty
    cell would take a grade away. Without such a gradebook, or with a roster of another kind, the columns come from
    what is known of the students.

    Raises:
        CannotWrite: several columns may be the assignment's.
    """
    if roster is None or roster.kind != "canvas":
        header, title, most = list(_PLAIN), assignment.exports.canvas, max_points(assignment)
        rows = [[*_identity(entry), grade_cell(assignment, entry, most)] for entry in entries]
    else:
        width = roster.header.index(_LAST) + 1
        header = list(roster.header[:width])
        column = _find(roster.header, width, assignment.exports.canvas)
        title = assignment.exports.canvas if column is None else roster.header[column]
        most = _possible(roster, column) or max_points(assignment)
        rows = _rows(roster, width, column, {e.student.row: grade_cell(assignment, e, most) for e in entries})
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow([*header, title])
    table.writerow([POSSIBLE, *[""] * (len(header) - 1), shown(most)])
    table.writerows(rows)
    return file.getvalue()


def _identity(entry: Entry) -> list[str]:
    person = entry.student.person
    return [person.name, person.id, person.sis_id, person.login, entry.student.section]


def _rows(roster: Roster, width: int, column: int | None, cells: Mapping[int | None, str]) -> list[list[str]]:
    """Return a row for each student of the gradebook."""
    rows = []
    for student in roster.students:
        row = roster.rows[student.row]
        present = "" if column is None or column >= len(row) else row[column]
        cell = cells.get(student.row, "")
        rows.append([*row[:width], present if present.strip() == EXCUSED or not cell else cell])
    return rows


def _find(header: Sequence[str], width: int, wanted: str) -> int | None:
    """Return the number of the assignment's column, None where there is none."""
    named = _COLUMN.fullmatch(wanted)
    columns = {number: _COLUMN.fullmatch(text) for number, text in enumerate(header) if number >= width}
    if named is not None:
        found = [number for number, match in columns.items() if match and match["id"] == named["id"]]
    else:
        found = [number for number, match in columns.items() if (match["title"] if match else header[number]) == wanted]
    if len(found) > 1:
        titles = ", ".join(repr(header[number]) for number in found)
        raise CannotWrite(f"Canvas: the columns {titles} may all be this assignment's: name one in [exports] canvas")
    return found[0] if found else None


def _possible(roster: Roster, column: int | None) -> float | None:
    """Return what the column is worth in Canvas, None where it does not say or says nothing usable."""
    for row in roster.rows:
        if column is not None and row and row[0].strip() == POSSIBLE.strip() and column < len(row):
            try:
                value = float(row[column])
            except ValueError:
                return None
            return value if math.isfinite(value) and value > 0 else None
    return None
