"""The sentences of the command line, in one place; what an engine's error or a check says comes from there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graders.engine.results import Outcome

OUTCOMES = {
    Outcome.PASSED: "passed",
    Outcome.PARTIAL: "partly passed",
    Outcome.FAILED: "failed",
    Outcome.NOT_STARTED: "not started",
    Outcome.INVALID: "cannot be loaded",
    Outcome.BANNED: "used what is banned",
    Outcome.ERROR: "raised an error",
    Outcome.TIMED_OUT: "ran out of time",
    Outcome.OUT_OF_MEMORY: "ran out of memory",
    Outcome.CRASHED: "crashed",
    Outcome.FORGED: "broke the protocol",
    Outcome.GRADER_ERROR: "our fault",
}

# What happens before and around grading.

ABOUT = "Grade exercises: your files under exercises/ against hidden checks, in a sandbox."
NAMES = "an exercise such as attention/kv_cache, or a whole topic such as attention; all of them when none is named"
SUBMISSION = "a folder with <topic>/<exercise>.py, perhaps below exercises/ (default: this repository's exercises/)"
SEED = "what the hidden checks draw their inputs from (default: 0)"
ISOLATION = "how far the code is kept apart (default: the highest that works here)"
JSON = "write the results as JSON, as docs/results.md has it; - for standard output, in place of the report"
JUNIT = "write the results as JUnit XML; - for standard output, in place of the report"
FRESH = "grade anew what was graded before and has not changed since"
COMMAND = "what to do; `%(prog)s COMMAND --help` says more"
ONE_NAME = "an exercise such as attention/kv_cache"
AS_JSON = "print JSON"
SAME_FILE = "--json and --junit cannot both go to the same place"
INTERRUPTED = "Interrupted: nothing more was graded."
OUR_ERROR = "This is a fault of llm-katas, not yours. Please report it, with all of the above."


def cannot_import(reason: str, python: str) -> str:
    return f"{reason} in {python}: run `nox -s grade`, which sets up all that grading needs."


def packages_missing(packages: Collection[str]) -> str:
    return f"{_and(packages)} {'is' if len(packages) == 1 else 'are'} not installed"


def one_exercise(name: str) -> str:
    return f"{name!r} is a topic: name one exercise of it"


def not_recorded(reason: str) -> str:
    return f"This is not recorded: {reason}"


def not_kept(reason: str) -> str:
    return f"Verdicts are not kept this time: {reason}"


def isolation(level: str, why: str) -> str:
    means = {
        "confined": "the code could learn which files exist, but neither read nor change any of yours",
        "process": "the code ran with all your rights, so grade in this way only what you trust",
    }
    return f"Isolation was {level}, not full ({why}): {means[level]}."


AS_ASKED = "as you asked"
NO_REASON = "it does not work here"

# Where files go.


def is_folder(path: str) -> str:
    return f"{path!r} is a folder: name a file in it"


def no_folder(path: str, folder: str) -> str:
    return f"{path!r} cannot be written: there is no folder {folder}"


def cannot_write(path: str, reason: str | None) -> str:
    return f"{path!r} cannot be written: {reason}"


# An exercise.


def points(earned: float | None, most: float) -> str:
    return "no points given or taken" if earned is None else f"{_number(earned)} of {_number(most)} points"


def passed_checks(passed: int, total: int) -> str:
    return f"all {_checks(total)} passed" if passed == total > 1 else f"{passed} of {_checks(total)} passed"


def begin(path: str) -> str:
    return f"Write what it asks for in {path}, then grade again."


NO_CORE = "What has passed counts once a check of the definition itself passes too."
MORE = "These fell short too:"
ALIKE = "as above"
OURS = "This is our fault, not yours, and counts neither for nor against you. Please report it with what follows."
PRINTED_SAME = "it printed the same as above"


def printed(shown: int, total: int) -> str:
    return "it printed:" if shown == total else f"it printed (the last {shown} of {total:,} lines):"


def left_out(count: int) -> str:
    return f"... {count:,} more lines ..."


def cut(count: int) -> str:
    return f" ... and {count:,} more characters"


def not_run(count: int) -> str:
    return f"{_checks(count)} did not run, as those before ran out of time:"


def mistake(why: str) -> str:
    return f"A known mistake gives exactly this: {why}"


# The end.


def progress(done: int, total: int) -> str:
    return f"Grading: {done} of {total} done ..."


def summary(earned: float, most: float, counts: Iterable[tuple[Outcome, int]]) -> str:
    return f"{points(earned, most)}: {', '.join(f'{count} {OUTCOMES[outcome]}' for outcome, count in counts)}."


NOTHING = "There are no exercises to grade."
NEXT_ALONE = "Next: mend what is above, then grade again."
NEXT_REPORT = "Next: report the fault above, please."
ALL_PASSED = "All of it has passed."


def next_mend(exercise_id: str) -> str:
    return f"Next: mend {exercise_id}, the first that fell short."


def next_begin(exercise_id: str, title: str) -> str:
    return f"Next in order of study: {exercise_id} ({title})."


def next_compare(path: str) -> str:
    return f"Next: compare with {path}, whose head says what an interviewer asks next."


# Hints.

HINT_ABOUT = "Give the next of an exercise's three hints; the last only after an attempt."
HINT_AGAIN = "show those that were given already"


def hint(number: int, total: int, text: str) -> str:
    return f"Hint {number} of {total}: {text}"


def hints_left(exercise_id: str, left: int, has_tried: bool) -> str:
    if left == 0:
        return "There are no more hints. What else helps: the sources at the head of the file, and what grading says."
    if left == 1 and not has_tried:
        return f"One is left, for whoever has tried: fill in the stub, run `nox -s grade -- {exercise_id}`, ask again."
    return f"{left} {'is' if left == 1 else 'are'} left."


# Putting a stub back.

RESET_ABOUT = "Put the stub of an exercise back. Your file is kept under .grades/kept/."
WITHOUT_QUESTION = "do not ask first"
YES = ("y", "yes")
LEFT_ALONE = "Nothing was changed."
NOBODY_TO_ASK = "There is no terminal to ask on: add --yes to put the stub back all the same."


def reset_question(exercise_id: str) -> str:
    return f"Put the stub of {exercise_id} back? Your file is kept. [y/N] "


def is_stub_already(path: str) -> str:
    return f"{path} is the stub already."


def put_back(exercise_id: str, kept: str | None) -> str:
    return f"The stub of {exercise_id} is back." + (f" Your file is now {kept}." if kept else "")


def no_stub(place: str) -> str:
    return (
        f"The stub of {place} is not in the history of this repository: fetch the project's own history, or the file."
    )


def no_history(reason: str) -> str:
    return f"A stub is taken from the history that git keeps, which cannot be read here: {reason}"


def cannot_keep(path: str, reason: str) -> str:
    return f"Nothing was changed, since your file cannot be kept as {path}: {reason}"


# Questions.

QUESTIONS_ABOUT = "List the interview questions, and the exercises that answer each."
QUESTIONS_NAMES = "list only what speaks of it: a question's id, a topic, an exercise, or a word of the question"
QUESTIONS_OPEN = "list only questions with an exercise that is not written yet"
NOT_WRITTEN_YET = "not written yet"


def questions_sum(listed: int, total: int, answered: int) -> str:
    if not listed:
        return f"None of the {total} questions speaks of that."
    return f"{listed} of {total} questions; all exercises that answer {answered} of them are there."


# Watching.

WATCH_ABOUT = "Grade on every save, from the first unsolved exercise on. The keys are shown below the verdict."
WATCH_NEEDS_TERMINAL = (
    "watch shows verdicts in place and reads keys, so it needs a terminal: "
    "`nox -s grade` prints to anything, a pipe or a file as well."
)
WATCH_STARTS = "Getting ready: the sandbox starts and the checks are collected ..."
WATCH_GRADES = "Grading ..."
WATCH_KEYS = (
    *(("n", "next"), ("p", "previous"), ("h", "hint"), ("l", "list"), ("a", "all of the topic")),
    *(("o", "open in the editor"), ("r", "reset"), ("s", "compare"), ("q", "quit")),
)
WATCH_LIST_KEYS = (("j", "down"), ("k", "up"), ("Enter", "pick"), ("Esc", "back"))
WATCH_LIST = "Pick an exercise:"
WATCH_ALL_SOLVED = "All of it has passed. Press s to compare with the reference, l for the list."
WATCH_NOT_PASSED_YET = "The reference is for whoever has passed: s compares yours with it then."
WATCH_ONLY_ONE = "There is no other exercise here: `nox -s watch` goes through all of them."
WATCH_NO_EDITOR = "Set VISUAL to the command of your editor, such as `export VISUAL=nano`, or open it yourself: "
COMPARED = "Lines with - are yours alone, lines with + are the reference's alone."
SAME_AS_REFERENCE = "Your code is the reference's, line by line."


def watch_begin(path: str) -> str:
    return f"Write what it asks for in {path} and save: each save is graded."


def watch_passed(following: str, title: str) -> str:
    return f"Passed. Press n for {following} ({title}), s to compare with the reference."


def watch_solved(solved: int, total: int) -> str:
    return f"{solved} of {total} solved"


def watch_verdict(number: int, clock: str, milliseconds: float | None) -> str:
    return f"Verdict {number}, {clock}" + ("" if milliseconds is None else f", after {milliseconds:,.0f} ms")


def watch_more(above: int, below: int) -> str:
    hidden = [f"{count:,} {where}" for count, where in ((above, "above"), (below, "below")) if count]
    return f"... {' and '.join(hidden)}: j and k scroll"


def watch_opened(path: str) -> str:
    return f"Opened {path}."


def editor_fails(reason: str) -> str:
    return f"The editor does not start ({reason}): set VISUAL or EDITOR to its command."


def from_line(number: int) -> str:
    return f"From line {number} of yours:"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _checks(count: int) -> str:
    return f"{count} check" if count == 1 else f"{count} checks"


def _and(words: Collection[str]) -> str:
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last
