"""grades.csv: one row a student, for people and their spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from graders.engine.cohort.assignment import Assignment
from graders.engine.cohort.gradebook import flags
from graders.engine.cohort.records import Entry
from graders.engine.cohort.writers.words import duration, points

# A cell, or what a spreadsheet that parts cells at semicolons, tabs or lines takes for one, that would be a formula.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r])")


def grades_csv(assignment: Assignment, entries: Sequence[Entry]) -> str:
    """Return the table as CSV with commas and "\\r\\n".

    The columns are id, name, each exercise by its id, raw, late, penalty, final and flags. A cell is empty where there
    is no grade through a fault of ours. In id and name, which students may have written, an apostrophe stands before
    what a spreadsheet would take for a formula; no other column has text of theirs.
    """
    file = io.StringIO()
    table = csv.writer(file)
    ids = [e.id for e in assignment.exercises]
    table.writerow(["id", "name", *ids, "raw", "late", "penalty", "final", "flags"])
    for entry in entries:
        table.writerow(
            [
                guarded(entry.student.key),
                guarded(entry.student.person.name),
                *map(points, entry.points),
                points(entry.raw),
                duration(entry.late),
                points(entry.penalty),
                points(entry.final),
                "; ".join(flags(assignment, entry)),
            ]
        )
    return file.getvalue()


def guarded(text: str) -> str:
    """Return `text` with an apostrophe before each place where a spreadsheet would begin a formula."""
    return _FORMULA.sub(r"\1'", text)
