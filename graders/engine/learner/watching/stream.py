"""A watch for other programs: one line of JSON for each verdict, no keys, no terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence

from graders.engine.catalog import Exercise
from graders.engine.learner import words
from graders.engine.learner.attempts import note_attempts
from graders.engine.learner.journal import Journal
from graders.engine.learner.watching.events import Events, settled
from graders.engine.learner.watching.verdicts import Verdict, Verdicts, is_whole
from graders.engine.results import VERSION, exercise_to_json
from graders.engine.run import Options
from graders.engine.terminal.output import Screen, complain
from graders.engine.terminal.repository import JOURNAL


class Stream:
    """Writes the verdicts on `exercises`, and each again when a save changes it."""

    def __init__(
        self, exercises: Sequence[Exercise], verdicts: Verdicts, events: Events, screen: Screen, options: Options
    ):
        self._exercises = exercises
        self._verdicts = verdicts
        self._events = events
        self._screen = screen
        self._head = {"version": VERSION, "seed": options.seed, "isolation": options.isolation}

    def run(self) -> None:
        """Go on until nobody reads."""
        for exercise in self._exercises:
            self._write(self._verdicts.reach(exercise))
        while self._events.wait_for_save(self._screen.fileno()):
            for exercise in self._exercises:
                self._renew(exercise)

    def _renew(self, exercise: Exercise) -> None:
        before = self._verdicts.last(exercise.id)
        if self._verdicts.is_current(before):
            return
        verdict = settled(lambda: self._verdicts.reach(exercise), self._verdicts.is_current, is_whole)
        if verdict.contents != before.contents:  # it was away for a moment
            self._write(verdict)

    def _write(self, verdict: Verdict) -> None:
        error = note_attempts(Journal(JOURNAL), verdict.sources, [verdict.result])
        if error is not None:
            complain(words.not_recorded(error))
        line = self._head | {"exercise": json.loads(exercise_to_json(verdict.result))}
        self._screen.write(json.dumps(line) + "\n")
