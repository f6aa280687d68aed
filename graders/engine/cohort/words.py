"""The sentences of the instructor's commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ABOUT = "Grade a cohort: what your LMS exported, in a sandbox, to grades, feedback and a page of your own."
INPUT = (
    "a zip or folder exported from Canvas, Moodle or Gradescope, a folder of GitHub Classroom clones, or a folder with "
    "a folder, a zip or a file for each student"
)
OUT = "the folder for all that comes of it; the same one again goes on, or grades only what has changed"
ASSIGNMENT = (
    "a TOML file with exercises, points, due time and late policy, as docs/assignment.md has it (default: all "
    "exercises, never late)"
)
ROSTER = "a CSV file with the students: exported from any of these systems, or with columns id, name, email, login"
WORKERS = "how many judges work at a time (default: one a core)"
CLUSTER = "the address of a Dask scheduler, such as tcp://host:8786, whose workers are to grade"
SEED = "what the hidden checks draw their inputs from (default: secret, drawn once for the folder)"
ISOLATION = "allow less than full isolation by naming the level; students' code could then learn or do more"
SYSTEM = "what exported the input, where that cannot be told from what is in it"
SIMILARITY = "also write similarity.html: who handed in code that is more alike than is usual for the exercise"
DEFAULT_TITLE = "All exercises"


def needs_full(reason: str) -> str:
    return (
        f"A cohort is graded at full isolation, which does not work here: {reason}\n"
        "If you trust these programs with what a lower level protects less, name it: --isolation confined"
    )


def not_apart(given: str, out: str) -> str:
    return (
        f"{out} would hold grades and feedback, and {given} what was handed in: neither may lie in the other. Name a "
        "folder elsewhere with --out"
    )


def strangers(roster: str, given: str, somebody: str) -> str:
    return (
        f"{roster} has nobody of those who handed in {given}; for instance, {somebody} is not in it. Nothing was "
        "graded: name the roster of this course with --roster"
    )


def extensions(path: str, problems: Iterable[str], *, has_roster: bool) -> str:
    why = "" if has_roster else "Without --roster only those who handed in are known: name one, or correct the file."
    return "\n".join(filter(None, (*(f"{path}: {problem}" for problem in problems), why)))


def found(attempts: int, students: int, system: str) -> str:
    return f"{_count(attempts, 'attempt')} of {_count(students, 'student')} found, as exported by {system}."


def to_grade(missing: int, all_: int) -> str:
    if not missing:
        return f"There is nothing to grade: {_count(all_, 'verdict')} of {all_:,} are there already."
    return f"{_count(missing, 'verdict')} to reach, of {all_:,}."


def remarks(counts: Mapping[str, int], path: str) -> str:
    listed = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    return f"Remarks on what was handed in: {listed}. They are in {path}."


def moved(name: str, what: str, before: str, after: str) -> str:
    return f"{name}: {what} from {before} to {after}"


def more_moves(count: int) -> str:
    return f"... and {count:,} more, all in cohort.html"


NOTHING = "nothing"  # where there is, or was, no grade
NOBODY_MOVED = "Nobody moved since the run before."


def done(students: int, graded: int, path: str) -> str:
    return f"{_count(students, 'student')}, {graded:,} of them with a grade. Everything is in {path}: open cohort.html."


def ungraded(count: int) -> str:
    return (
        f"{_count(count, 'student')} could not be graded through a fault of ours, and have no grade. Run the same "
        "command again; what stays is listed in cohort.html."
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
