"""Made-up assignments, students and results for tests of grades."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from graders.engine.catalog import Catalog, Exercise, Limits, Topic
from graders.engine.cohort.assignment import Assignment, Exports
from graders.engine.cohort.gradebook import make_entry
from graders.engine.cohort.records import Attempt, Person, Student
from graders.engine.results import CheckResult, ExerciseResult, Outcome

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def exercise(exercise_id, points=10.0):
    title = exercise_id.rpartition("/")[2].title()
    return Exercise(exercise_id, title, "medium", 10, points, (), (), "a book", (), ("a", "b", "c"), Limits())


TOPICS = (
    Topic("sums", "Sums", 1, (exercise("sums/double"), exercise("sums/halve", 20.0))),
    Topic("words", "Words", 2, (exercise("words/echo", 5.0),)),
)
CATALOG = Catalog(Path("nowhere"), TOPICS)


def make_assignment(**changes):
    """sums/double (10 points) and sums/halve (20), no due time; `changes` are to that."""
    exercises = TOPICS[0].exercises
    points = {e.id: e.points for e in exercises}
    return replace(Assignment("Sums", exercises, points, Exports("Sums")), **changes)


def result(exercise_id, points, max_points=10.0, **changes):
    outcome = Outcome.PASSED if points == max_points else Outcome.PARTIAL if points else Outcome.FAILED
    outcome = Outcome.GRADER_ERROR if points is None else outcome
    checks = (
        CheckResult("test_a", Outcome.PASSED if points else outcome, 1.0, True, "adds up", "", ""),
        CheckResult("test_b", outcome, 1.0, False, "leaves x alone", "double(x)\nwanted: x", "hello"),
    )
    return replace(ExerciseResult(exercise_id, outcome, points, max_points, checks=checks, seconds=0.5), **changes)


def results(double, halve, **changes):
    return (result("sums/double", double, **changes), result("sums/halve", halve, **changes))


def student(key="s1", name="Jane Doe", row=None, **person):
    return Student(key, Person(**{"id": key, "name": name, **person}), row=row)


def attempt(submitted=DUE, **changes):
    return Attempt(**{"source": "in.zip", "people": (Person("s1"),), "submitted": submitted, **changes})


def entry(assignment, who, double=None, halve=None, submitted=DUE, is_in=True):
    """The entry of a student with these points of 10 for each; None is a fault of ours."""
    if not is_in:
        return make_entry(assignment, who, None, ())
    return make_entry(assignment, who, attempt(submitted), results(double, halve))
