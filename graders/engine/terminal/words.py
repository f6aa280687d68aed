"""Sentences that every command has in common."""

from __future__ import annotations

from collections.abc import Collection

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
    Outcome.UNCHECKED: "not yet checked",
    Outcome.GRADER_ERROR: "our fault",
}
COMMAND = "what to do; `%(prog)s COMMAND --help` says more"
INTERRUPTED = "Interrupted: nothing more was graded."
OUR_ERROR = "This is a fault of llm-katas, not yours. Please report it, with all of the above."


def cannot_import(reason: str, python: str) -> str:
    return f"{reason} in {python}: run `nox -s grade`, which sets up all that grading needs."


def packages_missing(packages: Collection[str]) -> str:
    return f"{conjunction(packages)} {'is' if len(packages) == 1 else 'are'} not installed"


def one_exercise(name: str) -> str:
    return f"{name!r} is a topic: name one exercise of it"


def is_folder(path: str) -> str:
    return f"{path!r} is a folder: name a file in it"


def no_folder(path: str, folder: str) -> str:
    return f"{path!r} cannot be written: there is no folder {folder}"


def cannot_write(path: str, reason: str | None) -> str:
    return f"{path!r} cannot be written: {reason}"


def progress_meter(bar: str, done: int, total: int) -> str:
    return f"Grading {bar} {done} of {total}"


def conjunction(words: Collection[str]) -> str:
    """Return the words as a sentence lists them: a, b and c."""
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last
