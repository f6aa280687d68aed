"""The loop of a watch: a save leads to a verdict, a key to what it stands for, and the screen shows the last of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.text import Text

from graders.engine.catalog import Catalog, Exercise
from graders.engine.learner import editor, words
from graders.engine.learner.attempts import note_attempts
from graders.engine.learner.commands.reset import put_back
from graders.engine.learner.hints import ask
from graders.engine.learner.journal import Journal, JournalError
from graders.engine.learner.report import Reporter
from graders.engine.learner.stubs import stub_text
from graders.engine.learner.watching import terminal as keyboard
from graders.engine.learner.watching.events import Event, Events, settled
from graders.engine.learner.watching.terminal import Terminal
from graders.engine.learner.watching.verdicts import Verdict, Verdicts, is_whole
from graders.engine.learner.watching.views import (
    Scroll,
    View,
    bar,
    compare_view,
    hints_view,
    keys_lines,
    list_lines,
    topic_view,
    verdict_view,
)
from graders.engine.results import Outcome
from graders.engine.terminal.console import make_console
from graders.engine.terminal.output import OutputError, Screen
from graders.engine.terminal.repository import JOURNAL, Refused
from graders.engine.terminal.visible import shorter, visible

_DONE = (Outcome.PASSED, Outcome.UNCHECKED, Outcome.GRADER_ERROR)  # what is our fault keeps nobody from going on


class Watch:
    """One watch over `exercises`, in order of study."""

    def __init__(
        self,
        catalog: Catalog,
        exercises: Sequence[Exercise],
        verdicts: Verdicts,
        events: Events,
        terminal: Terminal,
        screen: Screen,
        notes: Callable[[], list[str]],
    ):
        """Take the parts.

        Args:
            notes: what has to be said of the run as a whole, at this time.
        """
        self._catalog = catalog
        self._exercises = list(exercises)
        self._verdicts = verdicts
        self._events = events
        self._terminal = terminal
        self._screen = screen
        self._run_notes = notes
        self._journal = Journal(JOURNAL)
        self._current = self._exercises[0]
        self._verdict: Verdict | None = None  # on it, the last that was shown
        self._waiting: list[Exercise] = []  # whose verdicts are not there or no longer right
        self._view: View = lambda reporter: ()
        self._scroll = Scroll()
        self._picking: int | None = None  # the place in the list while it is shown
        self._stub: str | None = None  # what would be put back, while the question is shown
        self._notes: list[str] = []  # said once
        self._stamp = ""
        self._number = 0
        self._over = False
        self._actions: dict[str, Callable[[], None]] = {
            "n": self._next,
            "p": self._previous,
            "h": self._hint,
            "l": self._list,
            "a": self._all_of_topic,
            "o": self._open_editor,
            "r": self._ask_to_reset,
            "s": self._compare,
            "q": self._quit,
            keyboard.ESCAPE: self._show_verdict,
        }

    def run(self) -> None:
        """Watch until the user quits."""
        self._find_first()
        while not self._over:
            told, has_keys = self._events.wait(0 if self._waiting else None)
            if Event.REDRAW in told:
                self._draw()
            if Event.SAVED in told:
                self._saved()
            if has_keys:
                self._press(self._terminal.keys())
            elif not told and self._waiting:
                self._catch_up()

    # Verdicts.

    def _find_first(self) -> None:
        """Open the first exercise that is not solved; those after it are graded when there is nothing else to do."""
        for place, exercise in enumerate(self._exercises):
            self._terminal.add(words.progress(place, len(self._exercises)))
            if self._verdicts.reach(exercise).result.outcome not in _DONE:
                break
        else:
            place, exercise = 0, self._exercises[0]
        self._waiting = [e for e in self._exercises if self._verdicts.last(e.id) is None]
        self._notes = self._run_notes()
        self._open(exercise)

    def _open(self, exercise: Exercise) -> None:
        self._current = exercise
        self._terminal.add(words.WATCH_GRADES)
        self._present(self._verdicts.reach(exercise))

    def _present(self, verdict: Verdict, milliseconds: float | None = None) -> None:
        """Show a verdict on the exercise that is open, so many milliseconds after a save was noticed."""
        self._verdict = verdict
        self._waiting = [e for e in self._waiting if e.id != self._current.id]
        self._number += 1
        self._stamp = words.watch_verdict(self._number, time.strftime("%H:%M:%S"), milliseconds)
        self._show_verdict()
        self._note_attempt(verdict)

    def _note_attempt(self, verdict: Verdict) -> None:
        error = note_attempts(self._journal, verdict.sources, [verdict.result])
        if error is not None:
            self._say(words.not_recorded(error))

    def _saved(self) -> None:
        """Grade anew what a change of files concerns: what is open at once, the rest when there is time."""
        if not self._verdicts.is_current(self._verdict):
            self._grade_saved()
        others = [e for e in self._exercises if e not in (self._current, *self._waiting)]
        self._waiting += [e for e in others if not self._verdicts.is_current(self._verdicts.last(e.id))]

    def _grade_saved(self) -> None:
        """Grade what is open; a text that was only passed through on the way to the one that was saved is not shown."""
        noticed = time.perf_counter()
        self._terminal.add(words.WATCH_GRADES)
        verdict = settled(lambda: self._verdicts.reach(self._current), self._verdicts.is_current, is_whole)
        self._notes = []
        if verdict.contents == self._verdict.contents:  # it was away for a moment
            self._draw()
        else:
            self._present(verdict, 1000 * (time.perf_counter() - noticed))

    def _catch_up(self) -> None:
        """Reach one of the verdicts that are waited for; whether it is solved shows in the bar and in the list."""
        exercise = self._waiting.pop(0)
        before = self._verdicts.is_solved(exercise.id)
        self._verdicts.reach(exercise)
        if self._verdicts.is_solved(exercise.id) != before:
            self._draw()

    # Keys.

    def _press(self, keys: list[str] | None) -> None:
        if keys is None:  # nobody is there any more
            self._over = True
            return
        for key in keys:
            if self._over:
                return
            if self._stub is not None:
                self._answer(key)
            elif self._picking is not None and self._pick(key):
                pass
            elif key in self._actions:
                self._notes = []
                self._picking = None
                self._actions[key]()
            else:
                self._move(key)

    def _next(self) -> None:
        """Open the next exercise that is not solved, from the first on again after the last, or else the next."""
        here = self._place
        after = [*self._exercises[here + 1 :], *self._exercises[:here]]
        if not after:
            self._say(words.WATCH_ONLY_ONE)
            return
        self._open(self._first_unsolved(after) or after[0])

    def _previous(self) -> None:
        if len(self._exercises) == 1:
            self._say(words.WATCH_ONLY_ONE)
            return
        self._open(self._exercises[self._place - 1])

    def _hint(self) -> None:
        try:
            given = ask(self._journal, self._current)
        except JournalError as error:
            self._say(str(error))
            return
        if given.not_recorded is not None:
            self._notes = [words.not_recorded(given.not_recorded)]
        self._show(hints_view(self._current, given))

    def _list(self) -> None:
        self._picking = self._place
        self._draw()

    def _pick(self, key: str) -> bool:
        """Move in the list or pick from it; False for a key that has nothing to do with it."""
        steps = {keyboard.UP: -1, keyboard.DOWN: 1, keyboard.PAGE_UP: -10, keyboard.PAGE_DOWN: 10}
        if key in steps:
            self._picking = min(max(self._picking + steps[key], 0), len(self._exercises) - 1)
            self._draw()
        elif key == keyboard.ENTER:
            chosen, self._picking = self._exercises[self._picking], None
            self._open(chosen)
        return key in steps or key == keyboard.ENTER

    def _all_of_topic(self) -> None:
        topic = next(t for t in self._catalog.topics if t.name == self._current.topic)
        graded = []
        for exercise in topic.exercises:
            self._terminal.add(words.progress(len(graded), len(topic.exercises)))
            verdict = self._verdicts.reach(exercise)
            self._note_attempt(verdict)
            graded.append((exercise, verdict.result))
        self._show(topic_view(topic.title, graded))

    def _open_editor(self) -> None:
        path = self._catalog.stub_path(self._current)
        command = editor.chosen()
        if command is None:
            self._say(f"{words.WATCH_NO_EDITOR}{shorter(path)}")
            return
        try:
            editor.open_file(command, path, self._terminal.lent())
        except editor.EditorError as error:
            self._say(words.editor_fails(str(error)))
            return
        self._say(words.watch_opened(shorter(path)))

    def _ask_to_reset(self) -> None:
        path = self._path
        try:
            stub = stub_text(self._catalog, self._current)
        except Refused as error:
            self._say(str(error))
            return
        if path.is_file() and path.read_bytes() == stub.encode():
            self._say(words.is_stub_already(shorter(path)))
            return
        self._stub = stub
        self._draw()

    def _answer(self, key: str) -> None:
        stub, self._stub = self._stub, None
        if key.lower() not in words.YES:
            self._say(words.LEFT_ALONE)
            return
        try:
            done = put_back(self._current.id, self._path, stub, self._screen)
        except (Refused, OutputError) as error:
            self._say(str(error))
            return
        self._notes = [words.put_back(self._current.id, done.place)]
        if done.not_recorded is not None:
            self._notes.append(words.not_recorded(done.not_recorded))
        self._open(self._current)

    def _compare(self) -> None:
        if self._catalog.is_handout:
            self._say(words.HANDOUT_NO_REFERENCE)
            return
        if self._verdict.result.outcome is not Outcome.PASSED:
            self._say(words.WATCH_NOT_PASSED_YET)
            return
        yours = self._verdict.sources.read(self._current.id) or ""
        self._show(compare_view(yours, self._catalog.solution(self._current)))

    def _quit(self) -> None:
        self._over = True

    def _move(self, key: str) -> None:
        page = max(1, self._terminal.size.lines // 2)
        steps = {keyboard.UP: -1, keyboard.DOWN: 1, keyboard.PAGE_UP: -page, keyboard.PAGE_DOWN: page}
        if key in steps:
            self._scroll = self._scroll.moved(steps[key])
            self._draw()

    # What is shown.

    @property
    def _place(self) -> int:
        return self._exercises.index(self._current)

    @property
    def _path(self) -> Path:
        return self._catalog.stub_path(self._current)

    def _first_unsolved(self, exercises: Sequence[Exercise]) -> Exercise | None:
        """Return the first that is not known to be solved; what is not yet known is found out."""
        for exercise in exercises:
            last = None if exercise in self._waiting else self._verdicts.last(exercise.id)
            if (last or self._verdicts.reach(exercise)).result.outcome not in _DONE:
                return exercise
        return None

    def _show_verdict(self) -> None:
        self._show(verdict_view(self._current, self._verdict.result, shorter(self._path)))

    def _show(self, view: View) -> None:
        self._view = view
        self._scroll = Scroll()
        self._picking = None
        self._draw()

    def _say(self, *sentences: str) -> None:
        self._notes = list(sentences)
        self._draw()

    def _draw(self) -> None:
        columns, lines = self._terminal.size
        reporter = Reporter(make_console(self._screen, columns), words.watch_begin)
        foot = self._foot(reporter, columns)[-max(1, lines - 3) :]
        room = lines - len(foot) - 2  # a line between, and one below for the cursor
        if self._picking is None:
            body = list(self._view(reporter))
        else:
            body, place = list_lines(reporter, self._exercises, self._picking, self._verdicts.is_solved)
            self._scroll = Scroll(max(0, place - room // 2))
        self._scroll, shown = self._scroll.fit(body, max(1, room))
        self._terminal.draw([*shown, Text(), *foot])

    def _foot(self, reporter: Reporter, columns: int) -> list[Text]:
        lines = [line for note in self._notes for line in reporter.note(note)]
        if self._stub is not None:
            return [*lines, *reporter.fold(Text(words.reset_question(self._current.id), "bold yellow"), 0)]
        if self._verdicts.is_solved(self._current.id):
            lines += reporter.fold(Text(visible(self._passed()), "bold green"), 0)
        solved = sum(self._verdicts.is_solved(e.id) for e in self._exercises)
        lines += [bar(solved, len(self._exercises), columns), *reporter.fold(Text(self._stamp, "dim"), 0)]
        keys = words.WATCH_KEYS if self._picking is None else words.WATCH_LIST_KEYS
        return [*lines, *keys_lines(keys, columns)]

    def _passed(self) -> str:
        """Return what to do after a pass, as far as is known without grading anything."""
        after = [*self._exercises[self._place + 1 :], *self._exercises[: self._place]]
        for exercise in after:
            last = self._verdicts.last(exercise.id)
            if last is None or last.result.outcome not in _DONE:
                return words.watch_passed(exercise.id, exercise.title)
        return words.WATCH_ALL_SOLVED
