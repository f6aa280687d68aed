"""cohort: grade what an LMS exported, and write grades, feedback and the instructor's page."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graders.engine.cohort import words
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.terminal.interrupts import uninterrupted
from graders.engine.terminal.output import Screen, complain, make_folder, write_file
from graders.engine.terminal.repository import ROOT, Refused, cannot_import, expect_packages, select
from graders.engine.terminal.visible import visible

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog
    from graders.engine.cohort.assignment import Assignment
    from graders.engine.cohort.grading import Grading
    from graders.engine.cohort.outputs import Run
    from graders.engine.cohort.place import Place
    from graders.engine.cohort.reconcile import Reconciled
    from graders.engine.cohort.records import Remark
    from graders.engine.cohort.roster import Roster
    from graders.engine.cohort.submissions import Submissions
    from graders.engine.cohort.writers.everything import Results
    from graders.engine.pool.work import Job, Pool
    from graders.engine.results import ExerciseResult

ABOUT = words.ABOUT
_MOVES_SHOWN = 20
_SYSTEMS = ("canvas", "moodle", "gradescope", "classroom", "folders")


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("input", type=Path, metavar="INPUT", help=words.INPUT)
    command.add_argument("--out", type=Path, metavar="DIR", required=True, help=words.OUT)
    command.add_argument("--assignment", type=Path, metavar="FILE", help=words.ASSIGNMENT)
    command.add_argument("--roster", type=Path, metavar="FILE", help=words.ROSTER)
    command.add_argument("--from", dest="system", choices=_SYSTEMS, help=words.SYSTEM)
    command.add_argument("--workers", type=_positive, metavar="N", help=words.WORKERS)
    command.add_argument("--cluster", metavar="ADDRESS", help=words.CLUSTER)
    command.add_argument("--seed", type=int, metavar="N", help=words.SEED)
    command.add_argument("--isolation", choices=[level.value for level in Isolation], help=words.ISOLATION)
    command.add_argument("--similarity", action="store_true", help=words.SIMILARITY)


def run(asked: argparse.Namespace) -> int:
    """Grade the cohort; return 0, or 2 when some grade is missing through a fault of ours."""
    expect_packages("jinja2", "yaml", *(["distributed"] if asked.cluster else []))
    try:
        with uninterrupted():
            import numpy.random  # noqa: F401

            from graders.engine.catalog import CatalogError
            from graders.engine.cohort.intake import IntakeError
            from graders.engine.cohort.place import PlaceError
            from graders.engine.cohort.roster import RosterError
            from graders.engine.cohort.similarity import MissingDependency, TooMany
            from graders.engine.cohort.writers import CannotWrite
            from graders.engine.pool.work import PoolError
            from graders.engine.store import StoreError
    except ImportError as error:
        raise cannot_import(error) from error
    expected = (CatalogError, IntakeError, PlaceError, RosterError, CannotWrite, PoolError, StoreError)
    try:
        return _run(asked, Screen(sys.stdout or open(os.devnull, "w")))
    except (*expected, MissingDependency, TooMany) as error:
        raise Refused(str(error)) from error


def _run(asked: argparse.Namespace, screen: Screen) -> int:
    from graders.engine.cohort.counting import to_grade
    from graders.engine.cohort.place import Place
    from graders.engine.cohort.roster import read_roster

    _expect_apart(asked.input, asked.out)
    level = _level(asked.isolation)
    catalog, assignment = _assignment(asked.assignment)
    roster = read_roster(asked.roster) if asked.roster else None
    with Place(asked.out) as place:
        earlier = place.earlier()
        taken = _take_in(asked, place, assignment, roster, earlier, screen)
        assignment, problems = assignment.for_students(student for student, _ in taken.reconciled.students)
        if problems:
            raise Refused(words.extensions(str(asked.assignment), problems, has_roster=roster is not None))
        verdicts = _Verdicts(asked, catalog, assignment, place, level)
        handed = to_grade(assignment, taken.reconciled)
        verdicts.reach({attempt.source: taken.submissions.sources(attempt) for attempt in handed}, screen)
        result = _result(assignment, taken, roster, earlier, verdicts)
        _write(place, result)
        if asked.similarity:
            _write_similarity(place, catalog, result)
        _tell(screen, place, result, earlier is not None)
    return 2 if any(e.final is None for e in result.entries) else 0


def _expect_apart(given: Path, out: Path) -> None:
    """Refuse a folder for the outputs that would be read as a student's, or that clears what is to be read."""
    here, there = (Path(os.path.realpath(path)) for path in (given, out))
    if given.is_dir() and (there.is_relative_to(here) or here.is_relative_to(there)):
        raise Refused(words.not_apart(str(given), str(out)))


def _level(named: str | None) -> Isolation:
    from graders.engine.sandbox.host import available

    level = Isolation(named) if named else Isolation.FULL
    reason = available(level)
    if reason is not None:
        raise Refused(words.needs_full(reason) if named is None else reason)
    return level


def _assignment(path: Path | None) -> tuple[Catalog, Assignment]:
    from graders.engine.cohort.assignment import default_assignment, read_assignment

    catalog, _ = select([])
    if path is None:
        return catalog, default_assignment(catalog, words.DEFAULT_TITLE)
    return catalog, read_assignment(path, catalog)


@dataclass(frozen=True)
class _Taken:
    """What was taken in: from which system, whose each attempt is, where the texts are, and what there is to say."""

    system: str
    reconciled: Reconciled
    submissions: Submissions
    remarks: tuple[Remark, ...]


def _take_in(
    asked: argparse.Namespace,
    place: Place,
    assignment: Assignment,
    roster: Roster | None,
    earlier: Results | None,
    screen: Screen,
) -> _Taken:
    from graders.engine.cohort.intake import read_input
    from graders.engine.cohort.reconcile import reconcile, whose
    from graders.engine.cohort.submissions import Submissions

    intake = read_input(asked.input, [e.id for e in assignment.exercises], asked.system)
    listed = (student.person for student in roster.students) if roster else ()
    place.expect_same(earlier, assignment.title, (*intake.people, *listed))
    submissions = Submissions(place.submissions)
    attempts = submissions.keep_all(intake.attempts)
    reconciled = reconcile(roster, attempts)
    if roster and reconciled.has_strangers_alone(attempts):
        raise Refused(words.strangers(str(asked.roster), str(asked.input), attempts[0].source))
    present = sum(1 for _, own in reconciled.students if own)
    screen.write(words.found(len(attempts), present, intake.system) + "\n")
    remarks = (*intake.remarks, *(r for a in attempts for r in whose(a)), *reconciled.remarks)
    return _Taken(intake.system, reconciled, submissions, remarks)


class _Verdicts:
    """The verdicts of one run."""

    def __init__(
        self, asked: argparse.Namespace, catalog: Catalog, assignment: Assignment, place: Place, level: Isolation
    ):
        from graders.engine.pool.work import Job, version_of

        ids = tuple(e.id for e in assignment.exercises)
        self.job: Job = Job(ids, place.seed(asked.seed), level, True, version_of(ROOT))
        self.of: Mapping[str, tuple[ExerciseResult, ...]] = {}
        self._asked = asked
        self._catalog = catalog
        self._exercises = assignment.exercises
        self._place = place

    def reach(self, handed: Mapping, screen: Screen) -> None:
        """Have all that is missing graded; afterwards `of` has the verdicts: attempt's source -> one an exercise."""
        from graders.engine.cohort.grading import Grading, counted
        from graders.engine.run import Memory, Options
        from graders.engine.store import Store

        with Store(self._place.store) as store:
            options = Options(self.job.seed, self.job.isolation)
            grading = Grading(self._exercises, Memory(self._catalog, options, store))
            missing = grading.missing(handed)
            total = counted(missing)
            screen.write(words.to_grade(total, len(handed) * len(self._exercises)) + "\n")
            if missing:
                self._grade(grading, handed, missing, total, screen)
            self.of = {key: grading.verdicts(sources) for key, sources in handed.items()}

    def _grade(self, grading: Grading, handed: Mapping, missing: Mapping, total: int, screen: Screen) -> None:
        with _shown(screen, total) as on_result:
            grading.grade(handed, missing, self._pool(), on_result)

    def _pool(self) -> Pool:
        if self._asked.cluster:
            from graders.engine.pool.cluster import ClusterPool

            return ClusterPool(self._catalog, self.job, self._asked.cluster)
        from graders.engine.pool.local import LocalPool

        return LocalPool(self._catalog, self.job, self._asked.workers or len(os.sched_getaffinity(0)))


@contextmanager
def _shown(screen: Screen, total: int) -> Iterator[Callable[[object], None]]:
    """Give a function to call after each verdict: a terminal shows how far it is, how fast, and the time left."""
    import shutil

    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    from graders.engine.terminal.console import make_console

    console = make_console(screen, shutil.get_terminal_size().columns)
    rate = TextColumn("{task.fields[rate]}")
    columns = (
        TextColumn("Grading"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        rate,
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=total, rate="")

        def count(_: object) -> None:
            speed = progress.tasks[0].speed
            progress.update(bar, advance=1, rate=f"{speed:.1f}/s" if speed else "")

        yield count


def _result(
    assignment: Assignment, taken: _Taken, roster: Roster | None, earlier: Results | None, verdicts: _Verdicts
) -> Run:
    from graders.engine.cohort.counting import entries
    from graders.engine.cohort.gradebook import moved
    from graders.engine.cohort.outputs import Run
    from graders.engine.sources import in_memory

    ids = [e.id for e in assignment.exercises]
    found = entries(assignment, taken.reconciled, verdicts.of)
    return Run(
        assignment=assignment,
        system=taken.system,
        roster=roster,
        entries=found,
        remarks=taken.remarks,
        moves=moved(earlier.figures(), found) if earlier is not None else [],
        texts=lambda attempt: in_memory(taken.submissions.sources(attempt), ids).texts,
        seed=verdicts.job.seed,
        isolation=verdicts.job.isolation,
        engine=verdicts.job.version,
    )


def _write(place: Place, result: Run) -> None:
    from graders.engine.cohort.outputs import PATTERNS, outputs

    written = set()
    for name, data in outputs(result):
        path = place.root / name
        make_folder(path.parent)
        write_file(str(path), data)
        written.add(path)
    for path in (path for pattern in PATTERNS for path in place.root.glob(pattern)):
        if path not in written:
            path.unlink()


def _write_similarity(place: Place, catalog: Catalog, result: Run) -> None:
    from graders.engine.cohort.pages import similarity_html
    from graders.engine.cohort.similarity import compare

    names = {e.student.key: e.student.person.name for e in result.entries}
    texts = {e.student.key: result.texts(e.attempt) for e in result.entries if e.attempt is not None}
    found = []
    for exercise in result.assignment.exercises:
        own = {key: held[exercise.id] for key, held in texts.items() if exercise.id in held}
        stub = catalog.stub_path(exercise).read_text("utf-8")
        found.append(compare(exercise.id, own, stub, catalog.solution(exercise)))
    page = similarity_html(result.assignment.title, found, names)
    write_file(str(place.root / "similarity.html"), page.encode())


def _tell(screen: Screen, place: Place, result: Run, is_again: bool) -> None:
    if result.remarks:
        counts = Counter(remark.kind.value for remark in result.remarks)
        screen.write(words.remarks(counts, str(place.root / "remarks.csv")) + "\n")
    if is_again:
        _tell_moves(screen, result)
    ungraded = sum(e.final is None for e in result.entries)
    graded = sum(e.attempt is not None for e in result.entries) - ungraded
    screen.write(words.done(len(result.entries), graded, str(place.root)) + "\n")
    if ungraded:
        complain(words.ungraded(ungraded))


def _tell_moves(screen: Screen, result: Run) -> None:
    from graders.engine.cohort.lateness import shown

    names = {e.student.key: e.student.person.name or e.student.key for e in result.entries}
    for move in result.moves[:_MOVES_SHOWN]:
        before, after = (words.NOTHING if v is None else shown(v) for v in (move.before, move.after))
        screen.write(visible(words.moved(names.get(move.student, move.student), move.what, before, after)) + "\n")
    if len(result.moves) > _MOVES_SHOWN:
        screen.write(words.more_moves(len(result.moves) - _MOVES_SHOWN) + "\n")
    if not result.moves:
        screen.write(words.NOBODY_MOVED + "\n")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"invalid number {text!r}: it has to be a whole number above 0")
    return int(text)
