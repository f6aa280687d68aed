"""The pages of a cohort, each one file of HTML that needs nothing else: no network, and no script to be complete.

All that comes from students is made visible, bounded and escaped; a policy in each file forbids what is not its own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from graders.engine.cohort import charts
from graders.engine.cohort.feedback import SHOWABLE, told
from graders.engine.cohort.items import Analysis, Figure
from graders.engine.cohort.records import Entry, Remark, Student
from graders.engine.cohort.similarity import Similarities
from graders.engine.learner import words
from graders.engine.results import Outcome
from graders.engine.terminal.visible import visible

__all__ = ["SHOWABLE", "Move", "RunFacts", "cohort_html", "feedback_html", "similarity_html"]

_FOLDER = Path(__file__).parent
_TEXT_CHARACTERS = 2000  # of a text in a table
_LINES_AROUND = 4  # that are shown of a part that is not shared, at each end


@dataclass(frozen=True)
class RunFacts:
    """What a verdict can be replayed with. The seed is for the instructor alone."""

    seed: int
    isolation: str


@dataclass(frozen=True)
class Move:
    """A result that is not what it was in the run before, in points of the assignment; None for a fault of ours."""

    student: Student
    exercise: str
    before: float | None
    after: float | None


def feedback_html(
    title: str, show: frozenset[str], entry: Entry, titles: Mapping[str, str], texts: Mapping[str, str]
) -> str:
    """Return a student's page.

    Args:
        title: the assignment's.
        show: of SHOWABLE; what is not in it is not in the file.
        titles: exercise id -> title.
        texts: exercise id -> what the student handed in, which is theirs and always shown.

    Raises:
        ValueError: `show` has something else.
    """
    return _render("feedback.html.jinja", title=title, show=show, entry=entry, told=told(show, entry, titles, texts))


def cohort_html(
    title: str,
    run: RunFacts,
    entries: Sequence[Entry],
    analysis: Analysis,
    remarks: Sequence[Remark],
    moved: Sequence[Move],
) -> str:
    """Return the instructor's page. The same arguments give the same text."""
    ordered = sorted(entries, key=lambda e: (not e.results, -_number_of(e.final), e.student.key))
    ids = [exercise.id for exercise in analysis.exercises]
    rows = [_points_by_id(entry) for entry in ordered]
    finals = [entry.final for entry in ordered if entry.results and entry.final is not None]
    most = sum(next((e.max_points for e in ordered if e.results), ()))
    return _render(
        "cohort.html.jinja",
        title=title,
        run=run,
        ordered=ordered,
        rows=rows,
        ids=ids,
        finals=sorted(finals),
        most=most,
        analysis=analysis,
        histogram=charts.histogram(finals, most),
        heat=charts.heat_map([[_share(row.get(id_)) for id_ in ids] if row else [] for row in rows], len(ids)),
        remarks=remarks,
        moved=moved,
        faults=sum(1 for entry in ordered if entry.results and entry.final is None),
    )


def similarity_html(title: str, found: Sequence[Similarities], names: Mapping[str, str]) -> str:
    """Return the page on likeness.

    Args:
        found: one an exercise.
        names: student key -> name; a key without one stands for itself.
    """
    return _render("similarity.html.jinja", title=title, found=found, names=names)


def _render(template: str, **values: object) -> str:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "number": _number,
        "percent": _percent,
        "figure": _figure,
        "duration": _duration,
        "cut": _cut,
        "folded": _folded,
        "level": charts.level,
        "share": _share,
        "who": _who,
        "tone": _tone,
    }
    style, script = ((_FOLDER / name).read_text("utf-8") for name in ("look.css", "sort.js"))
    return environment.get_template(template).render(
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        words=words,
        **values,
    )


def _hash(text: str) -> str:
    """Return what a content security policy allows `text` by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _shown(value: object) -> object:
    """Make what is put into a page visible; what is markup already is a `str` too, and has nothing to hide."""
    return visible(value) if type(value) is str else value


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")  # noqa: RUF001 (a dash stands for nothing)


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _figure(figure: Figure, percent: bool = False) -> Markup:
    """Return a number, or a dash that says why there is none."""
    if figure.value is None:
        return Markup('<span class="soft" title="{0}" aria-label="none: {0}">–</span>').format(figure.reason)  # noqa: RUF001
    return Markup(_percent(figure.value) if percent else f"{figure.value:.2f}")


def _duration(time: timedelta) -> str:
    hours, minutes = divmod(-(-time // timedelta(minutes=1)), 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)


def _cut(text: str, most: int = _TEXT_CHARACTERS) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} more characters)"


def _folded(text: str) -> str:
    """Return the first lines of a text and the last, and between them how many are left out."""
    lines = text.split("\n")
    left = len(lines) - 2 * _LINES_AROUND
    if left < 2:
        return text
    return "\n".join([*lines[:_LINES_AROUND], f"… {left} lines that are not shared …", *lines[-_LINES_AROUND:]])


def _who(student: Student) -> str:
    return _cut(student.person.name or student.person.login or student.person.email or student.key, 200)


def _tone(outcome: Outcome) -> str:
    """Return the class of colour of a tag."""
    if outcome is Outcome.PASSED:
        return "good"
    return "fair" if outcome in (Outcome.PARTIAL, Outcome.NOT_STARTED, Outcome.GRADER_ERROR) else "bad"


def _points_by_id(entry: Entry) -> dict[str, tuple[float | None, float]]:
    if not entry.results:  # nothing was handed in
        return {}
    pairs = zip(entry.results, entry.points, entry.max_points, strict=True)
    return {result.id: (points, most) for result, points, most in pairs}


def _share(earned: tuple[float | None, float] | None) -> float | None:
    """Return points of the most points as a share; None where they are not known."""
    if earned is None or earned[0] is None:
        return None
    return earned[0] / earned[1] if earned[1] else 1.0


def _number_of(value: float | None) -> float:
    return -1.0 if value is None else value
