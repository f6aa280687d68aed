"""progress: show what a learner has, write it as a page, and move it between machines."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graders.engine.learner import words
from graders.engine.learner.commands.reset import keep
from graders.engine.learner.journal import Entry, Journal, JournalError
from graders.engine.learner.present import Present
from graders.engine.terminal.meter import Meter
from graders.engine.terminal.output import STANDARD_OUTPUT, OutputError, Screen, complain, expect_writable, write
from graders.engine.terminal.repository import JOURNAL, ROOT, Refused, cannot_import, expect_packages, select
from graders.engine.terminal.visible import shorter, visible
from graders.engine.terminal.words import cannot_write

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog
    from graders.engine.learner.progress import Progress
    from graders.engine.learner.transfer import Choice, Snapshot, Transfer
    from graders.engine.results import Report
    from graders.engine.sources import Folder

ABOUT = words.PROGRESS_ABOUT


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("--html", metavar="FILE", help=words.PROGRESS_HTML)
    command.add_argument("--export", metavar="FILE", help=words.PROGRESS_EXPORT)
    command.add_argument("--import", metavar="FILE", dest="taken", help=words.PROGRESS_IMPORT)
    command.add_argument("--json", action="store_true", help=words.AS_JSON)


def run(asked: argparse.Namespace) -> int:
    """Take in what is to be imported, show and write what there is then, and return 0; 2 for a fault of ours."""
    _expect_sense(asked)
    expect_packages()
    catalog, _ = select([])
    if catalog.is_handout:
        raise Refused(words.HANDOUT_NO_PROGRESS)
    transfer = None if asked.taken is None else _read(catalog, asked.taken)
    screen = Screen(sys.stdout or open(os.devnull, "w"))  # noqa: SIM115 (there is none after >&-)
    is_shown = not asked.json and STANDARD_OUTPUT not in (asked.html, asked.export)
    with Present(catalog, Meter(screen if is_shown else None)) as present:
        work = _Work(catalog, present, screen)
        imported = None if transfer is None else work.take_in(transfer)
        report = work.grade()
        for note in present.notes:
            complain(note)
    progress, entries = work.progress(report)
    if is_shown:
        _show(progress, imported, screen)
    if asked.json:
        from graders.engine.learner.progress import to_record

        screen.write(json.dumps({**to_record(progress), "imported": imported}, indent=2) + "\n")
    if asked.html is not None:
        write(asked.html, _html(progress), screen)
    if asked.export is not None:
        from graders.engine.learner.transfer import to_text

        write(asked.export, to_text(catalog, progress, entries, work.folder), screen)
    return _status(report)


def _expect_sense(asked: argparse.Namespace) -> None:
    """Make sure that each thing has a place of its own to go to.

    Raises:
        Refused: two would go to the same place.
        OutputError: one has nowhere to go.
    """
    files = [path for path in (asked.html, asked.export) if path is not None]
    if asked.json + files.count(STANDARD_OUTPUT) > 1:
        raise Refused(words.PROGRESS_ONE_OUTPUT)
    if len({os.path.realpath(path) for path in files}) < len(files):
        raise Refused(words.PROGRESS_SAME_FILE)
    for path in files:
        expect_writable(path)


def _read(catalog: Catalog, path: str) -> Transfer:
    from graders.engine.learner.transfer import TransferError, read_transfer

    try:
        return read_transfer(catalog, path)
    except TransferError as error:
        raise Refused(words.cannot_import_file(path, str(error))) from error


class _Work:
    """What is done to one repository: grading its files, taking others in."""

    def __init__(self, catalog: Catalog, present: Present, screen: Screen):
        from graders.engine.sources import Folder, Unreadable

        self._catalog = catalog
        self._present = present
        self._screen = screen
        self._journal = Journal(JOURNAL)
        try:
            self.folder: Folder = Folder(ROOT / "exercises")
        except Unreadable as error:
            raise Refused(str(error)) from error

    def grade(self) -> Report:
        return self._present.grade(self._catalog.exercises.values(), self.folder)

    def progress(self, report: Report) -> tuple[Progress, list[Entry]]:
        """Return the progress and the journal's entries."""
        from graders.engine.catalog import CatalogError
        from graders.engine.learner.progress import measure

        try:
            questions, entries = self._catalog.questions(), self._journal.entries()
        except (CatalogError, JournalError) as error:
            raise Refused(str(error)) from error
        return measure(self._catalog, questions, report, entries, datetime.now().date()), entries

    def take_in(self, transfer: Transfer) -> dict[str, Any]:
        """Unite the journals, put better texts in place, and return what was done as JSON has it."""
        from graders.engine.learner.transfer import Snapshot, choose

        snapshot = Snapshot(self.folder, self._catalog.exercises)
        choice = choose(
            self._catalog,
            snapshot,
            transfer.texts,
            lambda ids, sources: self._present.grade((self._catalog.exercises[name] for name in ids), sources),
        )
        try:
            added = self._journal.add(transfer.entries) if transfer.entries else 0
        except JournalError as error:
            raise Refused(str(error)) from error
        notes = [words.imported_clash(name) for name in choice.clashing]
        notes += [words.imported_fault(name) for name in choice.faults]
        files = []
        for name in choice.ids:
            done = self._replace(name, transfer.texts[name], snapshot, choice)
            (notes if isinstance(done, str) else files).append(done)
        return {"entries": added, "texts": len(transfer.texts), "files": files, "notes": notes}

    def _replace(self, name: str, text: str, snapshot: Snapshot, choice: Choice) -> dict[str, Any] | str:
        """Put a text in the place of the present one, or return why not."""
        path = self._catalog.stub_path(self._catalog.exercises[name])
        if not Path(os.path.realpath(path)).is_relative_to(self.folder.root):
            return words.link_elsewhere(shorter(path))
        if not snapshot.is_as_before(name):
            return words.changed_meanwhile(name)
        try:
            kept = keep(name, path.read_bytes()) if path.is_file() else None
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(cannot_write(shorter(path), error.strerror)) from error
        write(str(path), text, self._screen)
        had, has = choice.points(name)
        return {
            "id": name,
            "had": had,
            "has": has,
            "kept": None if kept is None else shorter(kept),
            "was_begun": choice.was_begun(name),
        }


def _show(progress: Progress, imported: dict[str, Any] | None, screen: Screen) -> None:
    from graders.engine.learner.summary import lines
    from graders.engine.terminal.console import make_console

    console = make_console(screen, shutil.get_terminal_size().columns)
    if imported is not None:
        screen.write(f"{words.imported_sum(imported['entries'], len(imported['files']), imported['texts'])}\n")
        for file in imported["files"]:
            sentence = words.imported_file(file["id"], file["had"], file["has"], file["kept"], file["was_begun"])
            screen.write(f"  {visible(sentence)}\n")
        for note in imported["notes"]:
            screen.write(f"{visible(note)}\n")
        screen.write("\n")
    for line in lines(progress, console):
        console.print(line, soft_wrap=True)


def _html(progress: Progress) -> str:
    try:
        from graders.engine.learner.page import to_html
    except ImportError as error:
        raise cannot_import(error) from error
    return to_html(progress)


def _status(report: Report) -> int:
    """Return 2 if an exercise could not be graded through a fault of ours, else 0: falling short is no error here."""
    from graders.engine.results import Outcome

    faults = sum(result.outcome is Outcome.GRADER_ERROR for result in report.exercises)
    if faults:
        complain(words.progress_faults(faults))
    return 2 if faults else 0
