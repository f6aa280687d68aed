"""Made-up lines of a gradebook, for tests of what is said of them."""

from __future__ import annotations

import random
from datetime import timedelta

from graders.engine.cohort.records import Attempt, Entry, Person, Student
from graders.engine.results import CheckResult, ExerciseResult, Outcome, score

EXERCISES = {"topic/first": "First", "topic/second": "Second & last", "topic/third": "Third"}
WORTH = 5.0
SWITCHES = "window.hit=1"
HOSTILE = (
    f'<script>{SWITCHES}</script><img src=x onerror="{SWITCHES}">\'"><svg onload={SWITCHES}>'
    f"</pre></style></title></textarea><!--{{{{ 7 * 7 }}}} \u202egnp.\u2066 \x1b[2J \x00 \u200b ]]>"
)


def student(key: str, name: str = "") -> Student:
    return Student(key, Person(id=key, name=name or f"Student {key}"))


def check(name: str, outcome: Outcome = Outcome.PASSED, message: str = "", printed: str = "", **more) -> CheckResult:
    return CheckResult(name, outcome, more.pop("weight", 1.0), sentence=f"sentence of {name}", message=message,
                       printed=printed, **more)  # fmt: skip


def result(exercise_id: str, *checks: CheckResult, diagnosis: tuple[str, ...] = ()) -> ExerciseResult:
    return score(exercise_id, WORTH, checks, 0.1).with_diagnosis(diagnosis)


def entry(who: Student, *results: ExerciseResult, penalty: float = 0.0, late: timedelta = timedelta(0)) -> Entry:
    """Return the line of a student; without results nothing was handed in."""
    if not results:
        return Entry(who, None, (), (), (), None, timedelta(0), 0.0, None)
    points = tuple(r.points for r in results)
    raw = None if None in points else sum(points)
    attempt = Attempt("somewhere", (who.person,))
    worth = tuple(r.max_points for r in results)
    return Entry(who, attempt, results, points, worth, raw, late, penalty, None if raw is None else raw - penalty)


def cohort(size: int, seed: int = 0) -> list[Entry]:
    """Return `size` lines; a twentieth handed in nothing, the rest differ in ability, the last exercise is hardest."""
    rng = random.Random(seed)
    return [_line(rng, f"s{number:05}") for number in range(size)]


def _line(rng: random.Random, key: str) -> Entry:
    ability = rng.gauss(0, 1)
    if rng.random() < 0.05:
        return entry(student(key))
    results = []
    for number, exercise_id in enumerate(EXERCISES):
        checks = [check("test_always", core=True), check("test_never", Outcome.FAILED, "f(3)\ncame back: 4")]
        for case in range(6):
            passed = ability + rng.gauss(0, 0.8) > 0.3 * number + 0.1 * case - 1
            message = "" if passed else f"f(float32[{rng.randint(2, 9)}])\ncame back: {rng.random()}"
            checks.append(check(f"test_case[{case}]", Outcome.PASSED if passed else Outcome.FAILED, message))
        results.append(result(exercise_id, *checks))
    return entry(student(key), *results)
