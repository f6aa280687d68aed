"""What a student is told: of each result as much as the assignment allows, as records that hold nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graders.engine.cohort.records import Entry
from graders.engine.results import CheckResult, ExerciseResult, Outcome

SHOWABLE = frozenset({"points", "outcomes", "messages", "printed", "mistakes"})
_CHECKS_IN_FULL = 30
_MESSAGE_CHARACTERS = 4000
_PRINTED_CHARACTERS = 4000
_TEXT_CHARACTERS = 40_000
_HAD_PRINTED = "\nit had printed:\n"  # how the judge puts what was printed behind why a file cannot be loaded


@dataclass(frozen=True)
class ToldCheck:
    """A check; what is not shown is None or empty."""

    sentence: str
    outcome: Outcome | None
    message: str
    printed: str


@dataclass(frozen=True)
class Told:
    """One exercise.

    Attributes:
        ours: whether a fault of ours left it without points.
        passed: the sentences of the checks that passed.
        checks: all others, or those of which something is shown.
        more: how many others there are that are not told of.
        counts: how many checks passed, of how many.
        hollow: whether checks passed and earned nothing, as none of the core did.
    """

    id: str
    title: str
    outcome: Outcome | None
    ours: bool
    points: float | None
    max_points: float | None
    hollow: bool
    message: str
    printed: str
    diagnosis: tuple[str, ...]
    passed: tuple[str, ...]
    checks: tuple[ToldCheck, ...]
    more: int
    counts: tuple[int, int] | None
    text: str


def told(show: frozenset[str], entry: Entry, titles: Mapping[str, str], texts: Mapping[str, str]) -> tuple[Told, ...]:
    """Return what `show` allows of each result.

    Raises:
        ValueError: `show` has something that is not in SHOWABLE.
    """
    if unknown := show - SHOWABLE:
        raise ValueError(f"feedback cannot show {', '.join(sorted(unknown))}: choose of {', '.join(sorted(SHOWABLE))}")
    rows = zip(entry.results, entry.points, entry.max_points, strict=True)
    return tuple(
        _told(show, result, earned, most, titles.get(result.id, result.id), texts.get(result.id, ""))
        for result, earned, most in rows
    )


def _told(
    show: frozenset[str], result: ExerciseResult, points: float | None, most: float, title: str, text: str
) -> Told:
    is_ours = result.outcome is Outcome.GRADER_ERROR
    outcomes = "outcomes" in show
    # A fault of ours is described in our terms, and those may tell how something is checked.
    message, _, printed = ("", "", "") if is_ours else result.message.partition(_HAD_PRINTED)
    passed = [c for c in result.checks if c.outcome is Outcome.PASSED]
    checks = tuple(_told_checks(show, result.checks))
    return Told(
        id=result.id,
        title=title,
        outcome=result.outcome if outcomes else None,
        ours=is_ours and bool(show & {"points", "outcomes"}),
        points=points if "points" in show else None,
        max_points=most if "points" in show else None,
        hollow=show >= {"points", "outcomes"} and points == 0 and bool(passed) and not any(c.core for c in passed),
        message=bounded(message, _MESSAGE_CHARACTERS) if "messages" in show else "",
        printed=bounded(printed, _PRINTED_CHARACTERS) if "printed" in show else "",
        diagnosis=result.diagnosis if "mistakes" in show else (),
        passed=tuple(c.sentence or c.name for c in passed) if outcomes else (),
        checks=checks[:_CHECKS_IN_FULL],
        more=max(0, len(checks) - _CHECKS_IN_FULL),
        counts=(len(passed), len(result.checks)) if outcomes and result.checks else None,
        text=bounded(text, _TEXT_CHARACTERS),
    )


def _told_checks(show: frozenset[str], checks: Sequence[CheckResult]) -> Iterator[ToldCheck]:
    """Yield what may be told of the checks that fell short, and nothing printed twice."""
    seen: set[str] = set()
    for check in checks:
        if check.outcome is Outcome.PASSED:
            continue
        is_ours = check.outcome is Outcome.GRADER_ERROR
        message = check.message if "messages" in show and not is_ours else ""
        printed = check.printed if "printed" in show and check.printed.strip() else ""
        if "outcomes" not in show and not message and not printed:
            continue
        if printed in seen:
            printed = "the same as above"
        elif printed:
            seen.add(printed)
        yield ToldCheck(
            check.sentence or check.name,
            check.outcome if "outcomes" in show else None,
            bounded(message, _MESSAGE_CHARACTERS),
            bounded(printed, _PRINTED_CHARACTERS),
        )


def bounded(text: str, most: int) -> str:
    """Return the first half and the last of what is allowed of `text`, and between them how much is left out."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters are left out here …\n{text[-half:]}"
