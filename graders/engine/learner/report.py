"""A verdict as lines of text that fit a width: what a learner reads.

Nothing here is markup: texts of a learner's are made visible and become rich `Text`, which shows them as they are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from graders.engine.learner import words
from graders.engine.results import CheckResult, ExampleResult, ExerciseResult, Outcome, Report
from graders.engine.terminal.visible import visible
from graders.engine.terminal.words import OUTCOMES

_CHECKS_SHOWN = 3  # in full; what else fell short gets a line
_EXAMPLES_SHOWN = 3
_PRINTED_LINES = 20
_MESSAGE_LINES = 30
_LINE_CHARACTERS = 500
_NOT_RUN = "not run: "  # how the judge begins what it says of such a check
_NO_FILE = "there is no file "  # how triage begins what it says of an exercise without one
_HAD_PRINTED = "\nit had printed:\n"  # how it puts what was printed behind why a file cannot be loaded
_IN_ORDER = sorted(Outcome, key=lambda outcome: outcome is Outcome.NOT_STARTED)  # the rest as it is
_STYLES = {Outcome.PASSED: "green", Outcome.PARTIAL: "yellow", Outcome.NOT_STARTED: "dim"}


class Reporter:
    """Words and folds the report for one console."""

    def __init__(self, console: Console, begin: Callable[[str], str] = words.begin):
        """Take the console that lines are to fit.

        Args:
            begin: says what to do with the file at a path to whoever has not begun.
        """
        self._console = console
        self._begin = begin

    def exercise(self, result: ExerciseResult, title: str, path: str) -> Iterator[Text]:
        """Yield the lines of one exercise.

        Args:
            path: of the learner's file, for whoever has not begun.
        """
        head = Text.assemble((visible(title), "bold"), (f" ({result.id}): ", "dim"), worth(result))
        yield from self.fold(head, 0, hang=2)
        if result.outcome is Outcome.GRADER_ERROR:
            yield from self.fold(Text(words.OURS, "bold"), 2)
        if _is_hollow(result):
            yield from self.fold(Text(words.NO_CORE), 2)
        yield from self._message(result.message, 2)
        if result.outcome is Outcome.NOT_STARTED:
            yield from self.fold(Text(visible(self._begin(path))), 2)
            if result.message.startswith(_NO_FILE):
                yield from self.fold(Text(words.stub_back(result.id)), 2)
        if result.outcome is not Outcome.PASSED or _fell_short(result.examples):
            yield from self._examples(result.examples)
        yield from self._failing(result.checks)
        for why in result.diagnosis:
            yield from self.fold(Text(words.mistake(visible(why)), "bold yellow"), 2)

    def ending(self, report: Report, titles: Mapping[str, str], solution: str | None) -> Iterator[Text]:
        """Yield the last lines: the sum, and what to do next.

        Args:
            titles: id -> title, in order of study.
            solution: the path of the first exercise's, or None in a handout, which has none.
        """
        counts = {outcome: sum(e.outcome is outcome for e in report.exercises) for outcome in _IN_ORDER}
        present = [(outcome, count) for outcome, count in counts.items() if count]
        if not present:
            yield from self.fold(Text(words.NOTHING), 0)
            return
        summary = words.summary(report.points, report.max_points, present)
        yield from self.fold(Text(summary if solution else words.handout_summary(present), "bold"), 0)
        if following := _next_step(report, titles, solution):
            yield from self.fold(Text(visible(following)), 0)

    def note(self, sentence: str) -> Iterator[Text]:
        """Yield a sentence about the run."""
        yield from self.fold(Text(visible(sentence), "yellow"), 0)

    def _examples(self, examples: Sequence[ExampleResult]) -> Iterator[Text]:
        """Yield the first examples that fell short, after what prepares them, and how many hold."""
        failing = _fell_short(examples)
        for example in failing[:_EXAMPLES_SHOWN]:
            yield from self.fold(Text.assemble((f"[{words.EXAMPLE}] ", "red"), (words.EXAMPLE_WHERE, "bold")), 2)
            yield from self._statements([*_preparing(example, examples), example])
            yield from self._plain(words.example(example.outcome, example.wanted, example.got), 4)
        if len(failing) > _EXAMPLES_SHOWN:
            yield from self.fold(Text(words.more_examples(len(failing) - _EXAMPLES_SHOWN)), 2)
        told = [e for e in examples if e.wanted]
        if not failing and told:
            yield from self.fold(Text(words.examples_hold(len(told))), 2)
            for example in told[:_EXAMPLES_SHOWN]:
                yield from self._statements([example])
                yield from self._plain(example.got, 4)

    def _plain(self, text: str, indent: int) -> Iterator[Text]:
        for line in _shortened(text.split("\n")):
            yield from self.fold(Text(_cut(line)), indent, hang=2)

    def _statements(self, examples: Iterable[ExampleResult]) -> Iterator[Text]:
        for example in examples:
            for prompt, line in zip(_prompts(), example.source.split("\n"), strict=False):
                yield from self.fold(Text(f"{prompt} {_cut(line)}", "cyan"), 4, hang=4)

    def _failing(self, checks: Sequence[CheckResult]) -> Iterator[Text]:
        """Yield the first checks that fell short in full, but nothing twice; a line for each other one."""
        failing = [c for c in checks if c.outcome is not Outcome.PASSED]
        not_run = [c for c in failing if c.message.startswith(_NOT_RUN)]
        reasons: set[object] = set()
        printed: set[str] = set()
        brief: list[Text] = []
        in_full = 0
        for check in failing:
            if check in not_run:
                continue
            is_new = reasons.isdisjoint(_reasons(check))
            reasons |= _reasons(check)
            if not is_new or in_full == _CHECKS_SHOWN:
                brief.append(_check_head(check, "" if is_new else words.ALIKE))
                continue
            in_full += 1
            yield from self.fold(_check_head(check), 2, hang=2)
            yield from self._message(check.message, 4)
            yield from self._printed(check.printed, 4, printed)
        yield from self._list(words.MORE, brief)
        yield from self._list(words.not_run(len(not_run)), [Text(visible(c.sentence or c.name)) for c in not_run])

    def _list(self, head: str, lines: Sequence[Text]) -> Iterator[Text]:
        if lines:
            yield from self.fold(Text(head), 2)
        for line in lines:
            yield from self.fold(line, 4, hang=2)

    def _message(self, message: str, indent: int) -> Iterator[Text]:
        """Yield the lines of a message, the call first; a caret stays below its place."""
        text, _, printed = message.partition(_HAD_PRINTED)
        lines = _shortened(text.split("\n")) if text else []
        code, caret = lines[1:] if len(lines) == 3 and _is_caret(lines[2]) else ("", "")
        for number, line in enumerate(lines[:1] if caret else lines):
            style = "cyan" if number == 0 and len(lines) > 1 else ""
            yield from self.fold(Text(_cut(line), style), indent, hang=2)
        if caret:
            yield from self._pointed(code, len(caret) - 1, indent)
        yield from self._printed(printed, indent, set())

    def _pointed(self, code: str, place: int, indent: int) -> Iterator[Text]:
        """Yield a line of code, or the part around `place` that fits, and a caret below."""
        before, after = visible(code[:place]), visible(code[place:])
        room = self._console.width - indent
        while cell_len(before + after) > room and cell_len(before) > room * 2 // 3:
            before = before[1:]
        while cell_len(before + after) > room:
            after = after[:-1]
        yield Text(" " * indent + before + after)
        yield Text(" " * (indent + cell_len(before)) + "^", "red")

    def _printed(self, text: str, indent: int, seen: set[str]) -> Iterator[Text]:
        """Yield what the learner printed, the last lines of it, unless it has been `seen`."""
        if not text.strip():
            return
        if text in seen:
            yield from self.fold(Text(words.PRINTED_SAME), indent)
            return
        seen.add(text)
        lines = text.removesuffix("\n").split("\n")
        shown = lines[-_PRINTED_LINES:]
        yield from self.fold(Text(words.printed(len(shown), len(lines))), indent)
        for line in shown:
            yield from self.fold(Text(_cut(line)), indent, gutter="| ")

    def fold(self, text: Text, indent: int, hang: int = 0, gutter: str = "") -> Iterator[Text]:
        """Yield `text` in lines that fit: those after the first stand `hang` further in, all behind `gutter`."""
        width = max(self._console.width - indent - hang - len(gutter), 10)
        for number, line in enumerate(text.wrap(self._console, width, overflow="fold")):
            line.rstrip()
            yield Text(" " * (indent + hang * (number > 0)) + gutter) + line


def _next_step(report: Report, titles: Mapping[str, str], solution: str | None) -> str:
    first = {outcome: next((e.id for e in report.exercises if e.outcome is outcome), "") for outcome in Outcome}
    good = (Outcome.PASSED, Outcome.NOT_STARTED, Outcome.UNCHECKED, Outcome.GRADER_ERROR)
    short = next((e.id for e in report.exercises if e.outcome not in good), None)
    if short is not None:
        return words.next_mend(short) if len(report.exercises) > 1 else words.NEXT_ALONE
    if first[Outcome.GRADER_ERROR]:
        return words.NEXT_REPORT
    if first[Outcome.NOT_STARTED] and len(report.exercises) > 1:
        return words.next_begin(first[Outcome.NOT_STARTED], titles[first[Outcome.NOT_STARTED]])
    if first[Outcome.NOT_STARTED]:
        return ""  # its own lines have said it
    if solution is None:
        return words.HANDOUT_NEXT
    return words.next_compare(solution) if len(report.exercises) == 1 else words.ALL_PASSED


def _fell_short(examples: Iterable[ExampleResult]) -> list[ExampleResult]:
    return [e for e in examples if e.outcome is not Outcome.PASSED]


def _preparing(example: ExampleResult, examples: Sequence[ExampleResult]) -> list[ExampleResult]:
    """Return the statements right before `example` that print nothing: they give its arguments."""
    before = itertools.takewhile(lambda e: not e.wanted, reversed(examples[: _place(example, examples)]))
    return list(before)[::-1]


def _place(example: ExampleResult, examples: Sequence[ExampleResult]) -> int:
    return next(i for i, e in enumerate(examples) if e is example)


def _prompts() -> Iterator[str]:
    return itertools.chain([">>>"], itertools.repeat("..."))


def worth(result: ExerciseResult) -> Text:
    """Return the outcome, the points, and how many checks passed."""
    text = Text.assemble(_word(result.outcome))
    is_open = result.outcome is Outcome.NOT_STARTED
    if result.outcome is Outcome.GRADER_ERROR or (result.points is not None and not is_open):
        text.append(f", {words.points(result.points, result.max_points)}")
    if result.checks:
        passed = sum(c.outcome is Outcome.PASSED for c in result.checks)
        text.append(f", {words.passed_checks(passed, len(result.checks))}")
    return text


def _is_hollow(result: ExerciseResult) -> bool:
    """Return whether checks have passed and count for nothing."""
    passed = [c for c in result.checks if c.outcome is Outcome.PASSED]
    return result.points == 0 and bool(passed) and not any(c.core for c in passed)


def _word(outcome: Outcome) -> tuple[str, str]:
    return OUTCOMES[outcome], _STYLES.get(outcome, "red")


def _check_head(check: CheckResult, remark: str = "") -> Text:
    word, style = _word(check.outcome)
    tail = f" ({remark})" if remark else ""
    return Text.assemble((f"[{word}] ", style), (visible(check.sentence or check.name), "bold"), tail)


def _reasons(check: CheckResult) -> set[object]:
    """Return why a check fell short, as what it may share with others that it would be tiresome to read as well.

    That is all that its message says apart from the call, or, with another case of the same function, all but numbers.
    """
    call, raised, error = check.message.partition(" raised ")
    text = error if raised and "\n" not in call else check.message.partition("\n")[2] or check.message
    return {text, (check.name.partition("[")[0], check.outcome, re.sub(r"[\d.,e+-]*\d", "0", text))}


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= _MESSAGE_LINES:
        return lines
    half = _MESSAGE_LINES // 2
    return [*lines[:half], words.left_out(len(lines) - 2 * half), *lines[-half:]]


def _is_caret(line: str) -> bool:
    return line.endswith("^") and not line[:-1].strip(" ")


def _cut(line: str) -> str:
    missing = len(line) - _LINE_CHARACTERS
    return visible(line) if missing <= 0 else visible(line[:_LINE_CHARACTERS]) + words.cut(missing)
