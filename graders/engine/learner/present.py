"""Grades texts as they are now, with verdicts kept: only what has changed since takes time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from graders.engine.terminal.interrupts import uninterrupted
from graders.engine.terminal.meter import Meter
from graders.engine.terminal.repository import GRADES, Refused, cannot_import

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog, Exercise
    from graders.engine.results import Report
    from graders.engine.sources import Sources


class Present:
    """Grades as often as it is asked. A `with` statement closes the store.

    Attributes:
        notes: what has to be said of how it was graded.
    """

    def __init__(self, catalog: Catalog, meter: Meter):
        """Take where to show how far it is.

        Raises:
            Refused: a package that grading needs cannot be imported.
        """
        try:
            with uninterrupted():
                import numpy.random  # noqa: F401

                from graders.engine import run
                from graders.engine.learner.kept import KeptVerdicts
        except ImportError as error:
            raise cannot_import(error) from error
        self.notes: list[str] = []
        self._catalog = catalog
        self._meter = meter
        self._run = run
        self._kept = KeptVerdicts(GRADES / "results.sqlite", fresh=False)

    def grade(self, exercises: Iterable[Exercise], sources: Sources) -> Report:
        """Return the verdicts on `exercises`, in their order.

        Raises:
            Refused: nothing can be graded.
        """
        from graders.engine.catalog import CatalogError
        from graders.engine.judge import JudgeError
        from graders.engine.learner.notes import run_notes
        from graders.engine.sandbox.process import SandboxError

        exercises = list(exercises)
        try:
            with self._meter.counting(len(exercises)) as count:
                options = self._run.Options(examples=True)  # as `grade` does: they share what is kept
                report = self._run.grade_all(self._catalog, exercises, sources, options, self._kept, count)
        except (CatalogError, self._run.IsolationRefused, JudgeError, SandboxError) as error:
            raise Refused(str(error)) from error
        except ImportError as error:
            raise cannot_import(error) from error
        self.notes = list(run_notes(report.isolation, False, self._kept.error))
        return report

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._kept.__exit__(*error)
