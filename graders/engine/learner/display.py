"""Shows a run on standard output as it goes: each exercise as soon as all before it are settled."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Self

from rich.text import Text

from graders.engine.catalog import Catalog, Exercise
from graders.engine.learner import words
from graders.engine.learner.report import Reporter
from graders.engine.results import ExerciseResult, Outcome, Report
from graders.engine.terminal.console import make_console
from graders.engine.terminal.output import Screen
from graders.engine.terminal.visible import shorter

_ERASE_LINE = "\r\x1b[2K"


class Display:
    """The report of one run, on its way. A `with` statement leaves the terminal tidy however the run ends."""

    def __init__(
        self, screen: Screen, catalog: Catalog, exercises: Sequence[Exercise], named: Collection[str], folder: Path
    ):
        """Take where to show what.

        Args:
            named: the ids that were asked for one by one: these are shown even if not begun.
            folder: of the submission.
        """
        self._screen = screen
        self._console = make_console(screen, shutil.get_terminal_size().columns)
        self._reporter = Reporter(self._console)
        self._catalog = catalog
        self._exercises = exercises
        self._named = named
        self._folder = folder
        self._results: dict[str, ExerciseResult] = {}
        self._shown = 0  # how many exercises were, or were passed over
        self._last_apart: bool | None = None  # whether the last block stands apart; None before the first

    def __enter__(self) -> Self:
        self._show_progress()
        return self

    def __exit__(self, *_: object) -> None:
        self._hide_progress()

    def show(self, result: ExerciseResult) -> None:
        """Show `result`, now or when those before it in order of study are there."""
        self._results[result.id] = result
        self._hide_progress()
        while self._shown < len(self._exercises) and self._exercises[self._shown].id in self._results:
            self._show_exercise(self._exercises[self._shown])
            self._shown += 1
        self._show_progress()

    def finish(self, report: Report, notes: Iterable[str]) -> None:
        """Show what there is to say of the run, the sum, and what comes next."""
        titles = {e.id: e.title for e in self._exercises}
        solution = self._catalog.solution_path(self._exercises[0]) if self._exercises else self._catalog.root
        place = None if self._catalog.is_handout else shorter(solution)
        lines = [line for note in notes for line in self._reporter.note(note)]
        self._print_block([*lines, *self._reporter.ending(report, titles, place)], apart=True)

    def _show_exercise(self, exercise: Exercise) -> None:
        result = self._results[exercise.id]
        if result.outcome is Outcome.NOT_STARTED and exercise.id not in self._named:
            return
        path = shorter(self._folder / f"{exercise.id}.py")
        lines = list(self._reporter.exercise(result, exercise.title, path))
        self._print_block(lines, apart=result.outcome is not Outcome.PASSED)

    def _print_block(self, lines: Sequence[Text], apart: bool) -> None:
        """Print lines that belong together, with an empty line around those that stand `apart`."""
        if self._last_apart is not None and (apart or self._last_apart):
            self._console.print()
        for line in lines:
            self._console.print(line, soft_wrap=True)
        self._last_apart = apart

    def _show_progress(self) -> None:
        if self._console.is_terminal and self._shown < len(self._exercises):
            self._screen.write(words.progress(len(self._results), len(self._exercises)))

    def _hide_progress(self) -> None:
        if self._console.is_terminal:
            self._screen.write(_ERASE_LINE)
