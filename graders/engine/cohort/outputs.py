"""All files that a run leaves, as names and bytes: nothing here depends on when, or how often, it ran."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graders.engine.cohort.assignment import Assignment
from graders.engine.cohort.gradebook import Move
from graders.engine.cohort.items import analyse
from graders.engine.cohort.pages import RunFacts, cohort_html, feedback_html
from graders.engine.cohort.place import RESULTS
from graders.engine.cohort.records import Attempt, Entry, Remark, Student
from graders.engine.cohort.roster import Roster
from graders.engine.cohort.submissions import slug
from graders.engine.cohort.writers import canvas, everything, gradescope, moodle, table

FEEDBACK = "feedback"
# What an earlier run may have left, and this one need not write; the last are drafts of one that was killed.
PATTERNS = (
    *(f"{FEEDBACK}/*.html", "gradescope/*.json", "canvas.csv", "moodle.csv", "similarity.html"),
    *(".*.tmp", "*/.*.tmp"),
)


@dataclass(frozen=True)
class Run:
    """What the files are made of.

    Attributes:
        system: that the input came from.
        texts: gives what was handed in with an attempt: exercise id -> text.
        moves: who moved since the run before.
    """

    assignment: Assignment
    system: str
    roster: Roster | None
    entries: Sequence[Entry]
    remarks: Sequence[Remark]
    moves: Sequence[Move]
    texts: Callable[[Attempt], Mapping[str, str]]
    seed: int
    isolation: str
    engine: str


def outputs(run: Run) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and content, the results last: a run that is ended before them has not ended.

    Raises:
        CannotWrite: some system's file cannot be made.
    """
    titles = {e.id: e.title for e in run.assignment.exercises}
    yield "grades.csv", table.grades_csv(run.assignment, run.entries).encode()
    yield from _for_the_system(run)
    yield "remarks.csv", _remarks_csv(run.remarks).encode()
    for entry in run.entries:
        if entry.attempt is not None:
            yield feedback_name(entry.student), _feedback(run, entry, titles).encode()
    facts = RunFacts(run.seed, run.isolation)
    analysis = analyse(run.entries, titles)
    page = cohort_html(run.assignment.title, facts, run.entries, analysis, run.remarks, run.moves)
    yield "cohort.html", page.encode()
    yield RESULTS, everything.results_json(run.assignment, run.entries, **_facts(run)).encode()


def feedback_name(student: Student) -> str:
    """Return where a student's feedback lies, below the folder of the run."""
    return f"{FEEDBACK}/{slug(student.person.name or student.key, student.key)}.html"


def _for_the_system(run: Run) -> Iterator[tuple[str, bytes]]:
    kind = run.roster.kind if run.roster else ""
    if "canvas" in (run.system, kind):
        yield "canvas.csv", canvas.import_csv(run.roster, run.assignment, run.entries).encode()
    if kind == "moodle":
        yield "moodle.csv", moodle.worksheet(run.roster, run.assignment, run.entries)
    if run.system == "gradescope":
        for entry in run.entries:
            if entry.attempt is not None:
                name = f"gradescope/{slug(entry.student.person.name, entry.student.key)}.json"
                text = gradescope.results_json(run.assignment, entry.results, entry, **_facts(run))
                yield name, text.encode()


def _facts(run: Run) -> dict:
    return {"seed": run.seed, "isolation": run.isolation, "engine": run.engine}


def _feedback(run: Run, entry: Entry, titles: Mapping[str, str]) -> str:
    show = frozenset(map(str, run.assignment.feedback))
    return feedback_html(run.assignment.title, show, entry, titles, run.texts(entry.attempt))


def _remarks_csv(remarks: Sequence[Remark]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["kind", "where", "remark"])
    writer.writerows([r.kind.value, table.guarded(r.source), table.guarded(r.text)] for r in remarks)
    return file.getvalue()
