"""Figures and durations as the files for people have them."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from graders.engine.cohort.assignment import Assignment, Missing, Show
from graders.engine.cohort.gradebook import lateness_of, max_points
from graders.engine.cohort.lateness import exact, rounded, shown
from graders.engine.cohort.records import Entry
from graders.engine.results import Outcome

_MINUTE = timedelta(minutes=1)


def duration(late: timedelta) -> str:
    """Return a length of time such as "2 d 3 h 5 min", "" for none; a minute that has begun counts."""
    minutes = -(-late // _MINUTE)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def points(value: float | None) -> str:
    """Return a number of points as a cell has it: empty where there is none."""
    return "" if value is None else shown(value)


def grade_cell(assignment: Assignment, entry: Entry, most: float) -> str:
    """Return the final grade as an LMS is told it, on a scale up to `most`; empty where it is told nothing."""
    nothing_said = entry.attempt is None and assignment.exports.missing is Missing.EMPTY
    if entry.final is None or nothing_said:
        return ""
    scale = exact(most) / exact(max_points(assignment))
    return shown(rounded(exact(entry.final) * scale))


def lines(assignment: Assignment, entry: Entry) -> list[str]:
    """Return what a student may read of the grade as a whole, a line each: no text of theirs is in it."""
    if entry.attempt is None:
        return ["Nothing was handed in."]
    said = []
    for exercise, result, earned in zip(assignment.exercises, entry.results, entry.points, strict=True):
        what = [f"{points(earned)} of {points(assignment.points[exercise.id])}"] * (Show.POINTS in assignment.feedback)
        if Show.OUTCOMES in assignment.feedback:
            what.append(result.outcome.replace("_", " "))
        if result.outcome is Outcome.GRADER_ERROR:
            what = ["could not be graded; the fault is ours"]
        if what:
            said.append(f"{exercise.id}: {', '.join(what)}")
    if Show.POINTS in assignment.feedback:
        said += penalty_lines(assignment, entry)
    return said


def penalty_lines(assignment: Assignment, entry: Entry) -> list[str]:
    """Return what lateness cost, a line each; nothing for what was in time."""
    if entry.attempt is None:
        return []
    lateness = lateness_of(assignment, entry.student.key, entry.attempt)
    said = [f"Late days spent: {lateness.late_days}"] * bool(lateness.late_days)
    if lateness.is_over:
        said.append("Handed in after the final time: nothing counts.")
    elif entry.penalty:
        share = rounded(Fraction(100) - 100 * exact(entry.final or 0.0) / exact(entry.raw)) if entry.raw else 0.0
        said.append(f"Late by {duration(entry.late)}: {shown(entry.penalty)} points less ({shown(share)} %)")
    return said
