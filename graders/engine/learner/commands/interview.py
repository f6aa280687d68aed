"""interview: questions drawn by chance, a clock, no hints, and a score card at the end."""

from __future__ import annotations

import argparse
import json
import random
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from graders.engine.learner import words
from graders.engine.learner.journal import Journal, JournalError
from graders.engine.terminal.output import Screen, complain
from graders.engine.terminal.repository import GRADES, JOURNAL, ROOT, Refused, expect_packages, select
from graders.engine.terminal.visible import shorter, visible
from graders.engine.terminal.words import cannot_write

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog
    from graders.engine.learner.interview import Interview
    from graders.engine.results import ExerciseResult

ABOUT = words.INTERVIEW_ABOUT
STATE = GRADES / "interview.json"
_LEVELS = ("easy", "medium", "hard")


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("--minutes", type=_positive, metavar="N", default=45, help=words.INTERVIEW_MINUTES)
    command.add_argument("--questions", type=_positive, metavar="N", default=3, help=words.INTERVIEW_QUESTIONS)
    command.add_argument("--level", choices=_LEVELS, help=words.INTERVIEW_LEVEL)
    command.add_argument("--topics", metavar="A,B", default="", help=words.INTERVIEW_TOPICS)
    command.add_argument("--history", action="store_true", help=words.INTERVIEW_HISTORY)
    command.add_argument("--json", metavar="FILE", help=words.INTERVIEW_JSON)


def run(asked: argparse.Namespace) -> int:
    """Hold an interview, or go on with one that was left.

    Returns:
        0 when each question has passed or the interview was left, 1 when it is over and one has not.
    """
    catalog, _ = select([])
    screen = Screen(sys.stdout)
    if asked.history:
        return _show_history(screen)
    if catalog.is_handout:
        raise Refused(words.HANDOUT_NO_INTERVIEW)
    expect_packages()
    interview = _resumed(catalog, screen) or _begun(catalog, asked, screen)
    dialogue = Dialogue(catalog, interview, screen)
    has_ended = dialogue.hold()
    if not has_ended:
        screen.write(f"{words.interview_left(_clock(interview))}\n")
        return 0
    STATE.unlink(missing_ok=True)
    _record(interview)
    screen.write("".join(f"{visible(line)}\n" for line in score_card(catalog, interview)))
    if asked.json is not None:
        from graders.engine.terminal.output import write

        write(asked.json, json.dumps(interview.record(), indent=2) + "\n", screen)
    return int(not all(question.has_passed for question in interview.questions))


class Dialogue:
    """What is typed and answered while the clock runs."""

    def __init__(
        self, catalog: Catalog, interview: Interview, screen: Screen, now: Callable[[], float] = time.monotonic
    ):
        self._catalog = catalog
        self._interview = interview
        self._screen = screen
        self._now = now
        self._since = now()  # when the clock was last read

    def hold(self) -> bool:
        """Return True when the interview has ended, False when it was left."""
        try:
            self._show_question()
            while not self._interview.is_over:
                typed = self._prompt()
                self._tick()
                if typed is None or typed in words.INTERVIEW_LEAVE:
                    return False
                if typed in words.INTERVIEW_END or (not self._interview.is_over and self._obey(typed)):
                    return True
            self._say(words.INTERVIEW_OVER if self._interview.seconds_left == 0 else words.INTERVIEW_ALL_PASSED)
            return True
        finally:
            self._tick()
            self._interview.save(STATE)

    def _obey(self, typed: str) -> bool:
        """Do what was typed; return whether that ended the interview."""
        if typed in words.INTERVIEW_GRADE:
            self._grade()
        elif typed in words.INTERVIEW_NEXT:
            self._interview.move(1)
            self._show_question()
        elif typed in words.INTERVIEW_BEFORE:
            self._interview.move(-1)
            self._show_question()
        elif typed:
            self._say(words.INTERVIEW_KEYS)
        self._interview.save(STATE)
        return False

    def _grade(self) -> None:
        question = self._interview.question
        question.note(_verdict(self._catalog, self._interview, question.exercise))
        self._since = self._now()  # grading is on us
        if question.outcome in ("not_started", "invalid", "grader_error"):  # no judgement of what was written
            self._say(visible(question.failed[0]))
            return
        self._say(words.interview_verdict(question.has_passed))
        if question.has_passed and not self._interview.is_over:
            self._interview.move(1)
            self._show_question()

    def _show_question(self) -> None:
        question, questions = self._interview.question, self._interview.questions
        path = Path(self._interview.folder, f"{question.exercise}.py")
        self._say("")
        self._say(words.interview_question(self._interview.current + 1, len(questions), visible(question.ask)))
        self._say(words.interview_file(visible(shorter(path))))

    def _prompt(self) -> str | None:
        """Return what is typed, or None at the end of input."""
        self._screen.write(words.interview_prompt(_clock(self._interview)))
        typed = sys.stdin.readline() if sys.stdin is not None else ""
        return typed.strip().lower() if typed else None

    def _say(self, sentence: str) -> None:
        self._screen.write(f"{sentence}\n")

    def _tick(self) -> None:
        now = self._now()
        self._interview.spend(now - self._since)
        self._since = now


def score_card(catalog: Catalog, interview: Interview) -> Iterator[str]:
    """Yield the lines of the score card: time a question, what failed, what to study."""
    passed = sum(question.has_passed for question in interview.questions)
    yield ""
    yield words.interview_sum(passed, len(interview.questions), _time(interview.seconds_used))
    for number, question in enumerate(interview.questions, 1):
        exercise = catalog.exercises[question.exercise]
        yield ""
        yield words.interview_line(number, question.ask, question.has_passed, _time(question.seconds), question.tries)
        if question.has_passed:
            continue
        for sentence in question.failed[:5]:
            yield f"   {words.interview_failed(sentence)}"
        yield f"   {words.interview_study(exercise.id, exercise.source, exercise.after)}"


def _resumed(catalog: Catalog, screen: Screen) -> Interview | None:
    """Return the interview that was left, or None where there is none or it cannot go on."""
    from graders.engine.learner.interview import Damaged, Interview

    if not STATE.exists():
        return None
    try:
        interview = Interview.load(STATE, catalog.exercises)
    except Damaged as problem:
        complain(words.interview_damaged(str(problem)))
        return None
    if not Path(interview.folder).is_dir():
        complain(words.interview_damaged(words.no_interview_folder(interview.folder)))
        return None
    screen.write(f"{words.interview_resumed(_clock(interview))}\n")
    return interview


def _begun(catalog: Catalog, asked: argparse.Namespace, screen: Screen) -> Interview:
    """Draw the questions, write fresh stubs, and return the new interview."""
    from graders.engine.catalog import CatalogError
    from graders.engine.learner.interview import Interview, draw
    from graders.engine.learner.stubs import stub_text

    topics = [name.strip() for name in asked.topics.split(",") if name.strip()]
    unknown = sorted(set(topics) - {topic.name for topic in catalog.topics})
    if unknown:
        raise Refused(words.unknown_topics(unknown, [topic.name for topic in catalog.topics]))
    try:
        entries = Journal(JOURNAL).entries()
        questions = draw(catalog, entries, asked.questions, asked.level, topics, random.Random())
    except (JournalError, CatalogError) as error:
        raise Refused(str(error)) from error
    if not questions:
        raise Refused(words.NOTHING_TO_ASK)
    folder = ROOT / "interviews" / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    stubs = {q.exercise: stub_text(catalog, catalog.exercises[q.exercise]) for q in questions}
    try:
        for name, text in stubs.items():
            path = folder / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        raise Refused(cannot_write(str(folder), error.strerror)) from error
    interview = Interview(str(folder), asked.minutes, secrets.randbelow(1 << 31), questions)
    screen.write(f"{words.interview_begins(len(questions), asked.minutes)}\n{words.INTERVIEW_KEYS}\n")
    return interview


def _verdict(catalog: Catalog, interview: Interview, exercise_id: str) -> ExerciseResult:
    from graders.engine.judge import JudgeError
    from graders.engine.run import IsolationRefused, Options, grade_all
    from graders.engine.sandbox.process import SandboxError
    from graders.engine.sources import Folder, Unreadable

    options = Options(interview.seed, diagnose=False)
    try:
        folder = Folder(Path(interview.folder))
        (result,) = grade_all(catalog, [catalog.exercises[exercise_id]], folder, options).exercises
    except (IsolationRefused, JudgeError, SandboxError, Unreadable) as error:
        raise Refused(str(error)) from error
    return result


def _record(interview: Interview) -> None:
    """Keep the interview in the journal, an entry a question."""
    from graders.engine.learner.interview import INTERVIEW

    journal = Journal(JOURNAL)
    try:
        for question in interview.questions:
            journal.note(
                INTERVIEW,
                question.exercise,
                held=Path(interview.folder).name,
                ask=question.ask,
                outcome=question.outcome,
                seconds=round(question.seconds),
                tries=question.tries,
            )
    except JournalError as error:
        complain(words.not_recorded(str(error)))


def _show_history(screen: Screen) -> int:
    from graders.engine.learner.interview import INTERVIEW

    try:
        entries = Journal(JOURNAL).entries(kind=INTERVIEW)
    except JournalError as error:
        raise Refused(str(error)) from error
    held = dict.fromkeys(str(entry.details.get("held")) for entry in entries)
    for name in held:
        own = [entry for entry in entries if entry.details.get("held") == name]
        passed = sum(entry.details.get("outcome") == "passed" for entry in own)
        used = sum(float(entry.details.get("seconds") or 0) for entry in own)
        exercises = [visible(entry.exercise) for entry in own]
        screen.write(f"{words.interview_held(visible(name), passed, exercises, _time(used))}\n")
    if not held:
        screen.write(f"{words.NO_INTERVIEWS}\n")
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _clock(interview: Interview) -> str:
    return _time(interview.seconds_left)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
