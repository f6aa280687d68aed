"""The sentences of the command line, in one place; what an engine's error or a check says comes from there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graders.engine.results import Outcome
from graders.engine.terminal.words import OUTCOMES, conjunction

# What happens before and around grading.

ABOUT = "Grade exercises: your files under exercises/ against hidden checks, in a sandbox."
NAMES = "an exercise such as attention/kv_cache, or a whole topic such as attention; all of them when none is named"
SUBMISSION = "a folder with <topic>/<exercise>.py, perhaps below exercises/ (default: this repository's exercises/)"
SEED = "what the hidden checks draw their inputs from (default: 0)"
ISOLATION = "how far the code is kept apart (default: the highest that works here)"
JSON = "write the results as JSON, as docs/results.md has it; - for standard output, in place of the report"
JUNIT = "write the results as JUnit XML; - for standard output, in place of the report"
FRESH = "grade anew what was graded before and has not changed since"
ONE_NAME = "an exercise such as attention/kv_cache"
AS_JSON = "print JSON"
SAME_FILE = "--json and --junit cannot both go to the same place"


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

# An exercise.


def points(earned: float | None, most: float) -> str:
    return "no points given or taken" if earned is None else f"{_number(earned)} of {_number(most)} points"


def passed_checks(passed: int, total: int) -> str:
    return f"all {_checks(total)} passed" if passed == total > 1 else f"{passed} of {_checks(total)} passed"


def begin(path: str) -> str:
    return f"Write what it asks for in {path}, then grade again."


EXAMPLE = "example"
EXAMPLE_WHERE = "from the docstrings"


def stub_back(exercise_id: str) -> str:
    return f"`nox -s reset -- {exercise_id}` brings the stub back."


NO_CORE = "What has passed counts once a check of the definition itself passes too."
MORE = "These fell short too:"
ALIKE = "as above"
OURS = "This is our fault, not yours, and counts neither for nor against you. Please report it with what follows."
PRINTED_SAME = "it printed the same as above"


def printed(shown: int, total: int) -> str:
    return "it printed:" if shown == total else f"it printed (the last {shown} of {total:,} lines):"


def example(outcome: Outcome, wanted: str, got: str) -> str:
    expected = f"wanted:\n{wanted}" if "\n" in wanted else f"wanted: {wanted or 'no output'}"
    if outcome is Outcome.FAILED:
        return f"{expected}\n" + (f"came back:\n{got}" if "\n" in got else f"came back: {got or 'no output'}")
    return f"{expected}\n{OUTCOMES[outcome]}: {got}"


def examples_hold(count: int) -> str:
    return "The example of the docstrings gives what it should:" if count == 1 else f"All {count} examples hold:"


def more_examples(count: int) -> str:
    return f"{count} more {'example falls' if count == 1 else 'examples fall'} short."


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


def handout_summary(counts: Iterable[tuple[Outcome, int]]) -> str:
    told = ", ".join(f"{count} {OUTCOMES[outcome]}" for outcome, count in counts)
    return f"{told[:1].upper()}{told[1:]}. The hidden checks run after submission."


HANDOUT_NEXT = "Next: hand it in, as you were told to."
HANDOUT_NO_REFERENCE = "A handout has no reference to compare with."
HANDOUT_NO_PROGRESS = (
    "What is solved is decided by hidden checks, which run after submission: `nox -s grade` shows how the examples go."
)
HANDOUT_NO_INTERVIEW = "An interview is judged by hidden checks, which this handout does not have."
NOTHING = "There are no exercises to grade."
NEXT_ALONE = "Next: mend what is above, then grade again."
NEXT_REPORT = (
    "Next: undo what you changed under graders/ or solutions/, if you did (`git checkout graders solutions`); "
    "or else report the fault above, please."
)
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
RESET_JSON = "print JSON; nothing can be asked then, so --yes has to be given too"
RESET_JSON_ASKS = "With --json nothing can be asked: add --yes to put the stub back. Your file is kept."
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


# Interviews.

INTERVIEW_ABOUT = "Hold an interview: questions drawn by chance, a clock, no hints, a score card at the end."
INTERVIEW_MINUTES = "how long it lasts (default: 45)"
INTERVIEW_QUESTIONS = "how many questions (default: 3)"
INTERVIEW_LEVEL = "of the questions (default: any)"
INTERVIEW_TOPICS = "topics that the questions are from, with commas between them (default: all)"
INTERVIEW_HISTORY = "list the interviews that were held"
INTERVIEW_JSON = "write the score card as JSON when it is over"
INTERVIEW_GRADE, INTERVIEW_NEXT, INTERVIEW_BEFORE = ("g", "grade"), ("n", "next"), ("p", "previous")
INTERVIEW_LEAVE, INTERVIEW_END = ("q", "quit", "leave"), ("end", "e")
INTERVIEW_KEYS = "Type g to have this one graded, n or p for another question, q to leave and come back, end to finish."
INTERVIEW_OVER = "Time is up."
INTERVIEW_ALL_PASSED = "That was the last question: all have passed."
NOTHING_TO_ASK = "There is no exercise of that level in these topics: ask for another level, or for more topics."
NO_INTERVIEWS = "No interview has been held yet."


def interview_begins(questions: int, minutes: float) -> str:
    asked = "1 question" if questions == 1 else f"{questions} questions"
    return f"{asked}, {_number(minutes)} minutes, no hints. What is graded is said to have passed or not, no more."


def interview_resumed(left: str) -> str:
    return f"The interview that you left goes on, with {left} on the clock."


def interview_left(left: str) -> str:
    return f"The clock stands at {left}: the same command goes on from there."


def interview_question(number: int, total: int, ask: str) -> str:
    return f"Question {number} of {total}. {ask}"


def interview_file(path: str) -> str:
    return f"Answer it in {path}, whose docstrings say what is wanted."


def interview_prompt(left: str) -> str:
    return f"[{left}] > "


def interview_verdict(has_passed: bool) -> str:
    return "Passed." if has_passed else "Not yet."


def interview_sum(passed: int, total: int, used: str) -> str:
    return f"{passed} of {total} passed, in {used} minutes."


def interview_line(number: int, ask: str, has_passed: bool, used: str, tries: int) -> str:
    graded = "never graded" if not tries else "graded once" if tries == 1 else f"graded {tries} times"
    return f"{number}. {ask} {'Passed' if has_passed else 'Not passed'} after {used} minutes, {graded}."


def interview_failed(sentence: str) -> str:
    return f"fell short: {sentence}"


def interview_study(exercise_id: str, source: str, after: Collection[str]) -> str:
    first = f"{conjunction(after)} first, then " if after else ""
    return f"to study: {first}{exercise_id}, with its hints; {source}"


def interview_held(name: str, passed: int, exercises: Collection[str], used: str) -> str:
    return f"{name}: {passed} of {len(exercises)} passed in {used} minutes ({', '.join(exercises)})"


def interview_damaged(reason: str) -> str:
    return f"The interview that you left cannot go on ({reason}), so another one begins."


def no_interview_folder(folder: str) -> str:
    return f"{folder} is no longer there"


def unknown_topics(unknown: Collection[str], known: Collection[str]) -> str:
    return f"there is no topic {conjunction(list(map(repr, unknown)))}: there are {conjunction(known)}"


# Progress.

PROGRESS_ABOUT = "Show what you have: what is solved, what is next, your streak, and the questions that you can answer."
PROGRESS_HTML = "write it as a page of its own; - for standard output, in place of the report"
PROGRESS_EXPORT = "write your files and your journal into FILE, to take to another machine; - for standard output"
PROGRESS_IMPORT = "take in such a FILE: its texts are graded here, and only what is better takes the place of yours"
PROGRESS_ONE_OUTPUT = "only one of --json, --html - and --export - can go to standard output"
PROGRESS_SAME_FILE = "--html and --export cannot both go to the same file"
PROGRESS_NEXT = "Next:"
PROGRESS_ALL_SOLVED = "All of it is solved."
PROGRESS_AGAIN = "Passed before, but the present file does not: these have to pass again."
PROGRESS_KEY = "solved, begun, not begun"
PROGRESS_STATES = {"solved": "solved", "begun": "begun", "open": "not begun"}


def progress_sum(solved: int, total: int, earned: float, most: float) -> str:
    return f"{solved} of {_exercises(total)} solved, {points(earned, most)}."


def progress_counts(solved: int, begun: int, left: int) -> str:
    return f"{solved} solved, {begun} begun, {left} not begun"


def progress_task(level: str, minutes: int) -> str:
    return f"{level}, {minutes} minutes"


def progress_start(exercise_id: str) -> str:
    return f"Write the first in exercises/{exercise_id}.py, then run:"


def progress_past(streak: int, days: int, attempts: int, hints: int) -> str:
    if not attempts:
        return f"No attempts so far; hints used: {hints}."
    row = "no streak now" if not streak else f"a streak of {_days(streak)}"
    return f"{_attempts(attempts)} on {_days(days)}, {row}; hints used: {hints}."


def progress_passed_before(was: str, earned: float | None, most: float) -> str:
    return f"now {was}, {points(earned, most)}"


def progress_questions(answerable: int, total: int) -> str:
    return f"Interview questions that you can answer now: {answerable} of {total}."


def progress_nearest(question: str, ask: str, missing: Iterable[str]) -> str:
    return f"Nearest: {question}, {ask} It lacks {conjunction(list(missing))}."


def progress_faults(count: int) -> str:
    return f"{_exercises(count)} could not be graded, by a fault of ours: `nox -s grade` says which. Please report it."


# Progress that moves between machines.

TRANSFER_DAMAGED = "it is damaged, or not what `progress --export` writes: export it again"
TRANSFER_FOREIGN = "it is not what `progress --export` writes: name the file that it wrote"
TRANSFER_VERSION = "it was written by another version of llm-katas: update both machines, then export it again"
TRANSFER_NO_FILE = "it is no regular file: name the file that `progress --export` wrote"
ENTRY_FIELDS = "its fields are not those of an entry"
ENTRY_TIME = "its time is none, or not in UTC"
ENTRY_UNKNOWN = "there is no such exercise here"
ENTRY_DETAILS = "its details are not those of its kind"


def cannot_import_file(path: str, reason: str) -> str:
    return f"Nothing was taken from {path!r}: {reason}."


def transfer_unreadable(reason: str) -> str:
    return f"it cannot be read ({reason})"


def transfer_large(megabytes: int) -> str:
    return f"it has more than {megabytes} MB, which no progress needs"


def transfer_no_id(name: str) -> str:
    return f"it has a file under {name[:80]!r}, which is no exercise's name"


def transfer_unknown(name: str) -> str:
    return f"it has the exercise {name[:80]!r}, which is not here: update this copy of llm-katas, then import again"


def transfer_wrong_file(name: str) -> str:
    return f"what it has of {name} is not as `progress --export` writes it: export it again"


def transfer_long_text(name: str, most: int) -> str:
    return f"the text of {name} has more than {most:,} bytes: an exercise needs a few thousand"


def transfer_wrong_entry(number: int, problem: str) -> str:
    return f"entry {number} of its journal is none ({problem}): export it again"


def imported_sum(entries: int, taken: int, texts: int) -> str:
    added = f"{entries} new {'entry' if entries == 1 else 'entries'} in the journal"
    return f"Imported: {added}, {taken} of {texts} {'file' if texts == 1 else 'files'} better than yours."


def imported_file(exercise_id: str, had: float, has: float, kept: str | None, was_begun: bool) -> str:
    yours = f", yours earned {_number(had)} and is now {kept}" if was_begun else ""
    return f"{exercise_id}: {_number(has)} points{yours}"


def imported_clash(exercise_id: str) -> str:
    return f"{exercise_id} earns more in the import, but not beside your other files, so yours stays."


def imported_fault(exercise_id: str) -> str:
    return f"{exercise_id} could not be graded, through a fault of ours, so yours stays."


def changed_meanwhile(exercise_id: str) -> str:
    return f"{exercise_id} was changed while the import was graded, so yours stays: import again."


def link_elsewhere(path: str) -> str:
    return f"{path} is a link that leaves exercises/: put a file in its place, then import again."


def _exercises(count: int) -> str:
    return f"{count} exercise" if count == 1 else f"{count} exercises"


def _attempts(count: int) -> str:
    return f"{count} attempt" if count == 1 else f"{count} attempts"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


# Watching.

WATCH_ABOUT = "Grade on every save, from the first unsolved exercise on. The keys are shown below the verdict."
WATCH_NEEDS_TERMINAL = (
    "watch shows verdicts in place and reads keys, so it needs a terminal: "
    "`nox -s grade` prints to anything, a pipe or a file as well."
)
WATCH_JSON = "write a line of JSON for each verdict, for other programs: without keys, until nobody reads"
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
