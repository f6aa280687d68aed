"""What a watch shows, as lines that fit a width."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from graders.engine.catalog import Exercise
from graders.engine.learner import words
from graders.engine.learner.compare import difference, next_questions
from graders.engine.learner.hints import Given
from graders.engine.learner.report import Reporter, worth
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.terminal.visible import visible

_BAR = 24  # at most so many characters
View = Callable[[Reporter], Iterable[Text]]  # lays itself out anew for each width


@dataclass(frozen=True)
class Scroll:
    """How far a body of lines is scrolled, kept within bounds."""

    top: int = 0

    def moved(self, lines: int) -> Scroll:
        return Scroll(max(0, self.top + lines))

    def fit(self, body: Sequence[Text], room: int) -> tuple[Scroll, list[Text]]:
        """Return the lines that fit, the last of them saying what does not, and the scroll that shows them."""
        if len(body) <= room:
            return Scroll(), list(body)
        shown = max(1, room - 1)
        top = min(self.top, len(body) - shown)
        note = Text(words.watch_more(top, len(body) - top - shown), "dim")
        return Scroll(top), [*body[top : top + shown], note]


def verdict_view(exercise: Exercise, result: ExerciseResult, path: str) -> View:
    def lay_out(reporter: Reporter) -> Iterator[Text]:
        yield from reporter.exercise(result, exercise.title, path)
        if result.outcome is not Outcome.NOT_STARTED:
            yield from reporter.fold(Text(visible(path), "dim"), 2)

    return lay_out


def hints_view(exercise: Exercise, given: Given) -> View:
    def lay_out(reporter: Reporter) -> Iterator[Text]:
        yield from reporter.fold(Text(visible(exercise.title), "bold"), 0)
        total = len(exercise.hints)
        for number, hint in enumerate(exercise.hints[: given.shown], 1):
            style = "" if number > given.shown - given.new else "dim"
            yield from reporter.fold(Text(words.hint(number, total, visible(hint)), style), 0, hang=2)
        yield from reporter.fold(Text(words.hints_left(exercise.id, total - given.shown, given.has_tried)), 0)

    return lay_out


def compare_view(yours: str, solution: str) -> View:
    def lay_out(reporter: Reporter) -> Iterator[Text]:
        for line in difference(yours, solution):
            is_code = line.plain[:2] in ("- ", "+ ", "  ")
            yield from reporter.fold(line, 0, hang=4 if is_code else 0)
        yield Text()
        for paragraph in next_questions(solution).split("\n\n"):
            yield from reporter.fold(Text(visible(" ".join(paragraph.split()))), 0)

    return lay_out


def topic_view(title: str, results: Sequence[tuple[Exercise, ExerciseResult]]) -> View:
    def lay_out(reporter: Reporter) -> Iterator[Text]:
        yield from reporter.fold(Text(visible(title), "bold"), 0)
        for exercise, result in results:
            yield from reporter.fold(Text.assemble(f"{exercise.id}: ", worth(result)), 0, hang=2)

    return lay_out


def list_lines(
    reporter: Reporter, exercises: Sequence[Exercise], at: int, is_solved: Callable[[str], bool]
) -> tuple[list[Text], int]:
    """Return the list with the exercise number `at` marked, and the number of its first line."""
    lines = list(reporter.fold(Text(words.WATCH_LIST, "bold"), 0))
    place = 0
    for number, exercise in enumerate(exercises):
        if number == at:
            place = len(lines)
        mark = "x" if is_solved(exercise.id) else " "
        style = "reverse" if number == at else "green" if mark == "x" else ""
        pointer = ">" if number == at else " "
        lines += reporter.fold(Text(f"{pointer} [{mark}] {exercise.id}  {visible(exercise.title)}", style), 0, hang=6)
    return lines, place


def bar(solved: int, total: int, width: int) -> Text:
    """Return how much is solved, on one line."""
    words_of_it = words.watch_solved(solved, total)
    room = max(1, min(_BAR, width - len(words_of_it) - 3))
    full = room * solved // max(total, 1)
    return Text.assemble("[", ("#" * full, "green"), "." * (room - full), f"] {words_of_it}")


def keys_lines(keys: Iterable[tuple[str, str]], width: int) -> list[Text]:
    """Return the keys and what they do; a key and its words stay on one line."""
    lines: list[Text] = []
    for key, what in keys:
        entry = Text.assemble((key, "bold cyan"), f" {what}")
        if lines and lines[-1].cell_len + 2 + entry.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], "  ", entry)
        else:
            lines.append(entry)
    return lines
