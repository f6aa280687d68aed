"""Texts that Python's own parser and compiler suffer from are refused, and the next one is graded as ever."""

from pathlib import Path

from graders.engine.judge import Grade, judge
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sources import MAX_BYTES, Texts
from tests.support.repository import SOLUTION, make_repository

LARGE = MAX_BYTES - 1000
TEXTS = {
    "parentheses": "(" * LARGE,
    "brackets that never close": "x = [" + "[" * 150 + "'" * 2,
    "minus signs": "x = " + "-" * LARGE + "1",
    "attributes of attributes": "x = a" + ".a" * (LARGE // 2),
    "calls of calls": "x = a" + "()" * (LARGE // 2),
    "sums of sums": "x = a" + "+a" * (LARGE // 2),
    "branches": "if a: 0\n" + "elif a: 0\n" * (LARGE // 10),
    "no operators": "x = " + "a " * (LARGE // 2),
    "an integer of many digits": "x = " + "9" * LARGE,
    "texts in texts": "x = " + "f'{" * 200 + "a" + "}'" * 200,
    "null bytes": "\0" * LARGE,
    "blocks in blocks": "".join(" " * depth + "if a:\n" for depth in range(120)),
    "a function again and again": "def f(): 0\n" * (LARGE // 11),  # takes its compiler quadratic time
}


def test_no_text_harms_whoever_parses_it(sandboxes: Sandboxes, tmp_path: Path) -> None:
    catalog = make_repository(tmp_path)
    exercise = catalog.exercises["topic/double"]
    verdicts: dict[str, ExerciseResult] = {}
    followers: list[Outcome] = []

    def work(grade: Grade) -> None:
        for name, text in TEXTS.items():
            verdicts[name] = grade(Texts({exercise.id: text}), exercise).result
            followers.append(grade(Texts({exercise.id: SOLUTION}), exercise).result.outcome)

    judge(catalog, [exercise], sandboxes, 0, work)
    assert {name: verdict.outcome for name, verdict in verdicts.items()} == dict.fromkeys(TEXTS, Outcome.INVALID)
    assert all(0 < len(verdict.message) < 3000 for verdict in verdicts.values())
    assert set(followers) == {Outcome.PASSED}
