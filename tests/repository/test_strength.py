"""The mutants that `nox -s strength` makes, and what it concludes from their verdicts."""

from pathlib import Path

import pytest

from graders.engine.results import ExerciseResult, Outcome
from tests.support.grading import CATALOG

pytest.importorskip("cosmic_ray", reason="the dependency group strength is not installed")

from tests.strength.__main__ import main, report
from tests.strength.equivalents import read_equivalents
from tests.strength.measure import draw, judged, measure
from tests.strength.mutants import Mutant, make_mutants, squeezed

SOURCE = '''"""Half or 1 less."""


def f(x: int | None, y: float = 0.5) -> int | None:
    """Return x - 1 where x > 2."""
    if x > 2:
        return x - 1
    return x * y
'''


def graded(mutant: Mutant, points: float | None) -> tuple[Mutant, ExerciseResult]:
    outcome = {None: Outcome.GRADER_ERROR, 5.0: Outcome.PASSED}.get(points, Outcome.PARTIAL)
    return mutant, ExerciseResult("topic/f", outcome, points, 5.0)


def test_each_mutant_changes_one_place_and_is_python() -> None:
    mutants = make_mutants(SOURCE)
    assert len({m.text for m in mutants}) == len(mutants) > 20
    for mutant in mutants:
        compile(mutant.text, "mutant", "exec")
        assert mutant.text != SOURCE
        assert mutant.before == SOURCE.splitlines()[mutant.line - 1].strip()
    assert ("return x - 1", "return x + 1") in {(m.before, m.after) for m in mutants}


def test_docstrings_and_annotations_are_left_alone() -> None:
    kinds = {(m.before, m.after) for m in make_mutants(SOURCE) if m.line < 6}
    assert {before for before, _ in kinds} == {"def f(x: int | None, y: float = 0.5) -> int | None:"}
    assert all("y: float = 0.5" not in after for _, after in kinds)


def test_a_line_that_goes_is_named_alone() -> None:
    (mutant,) = make_mutants("class A:\n    x = y\n\n    @property\n    def f(self):\n        return self.x\n")
    assert (mutant.line, mutant.before, mutant.after) == (4, "@property", "")


def test_the_same_seed_draws_the_same_mutants() -> None:
    mutants = make_mutants(SOURCE)
    assert draw(mutants, 9, "a") == draw(mutants, 9, "a") != draw(mutants, 9, "b")
    assert len(draw(mutants, 9, "a")) == 9
    assert draw(mutants, 10_000, "a") == mutants


def test_a_mutant_is_killed_when_it_loses_points_and_only_then() -> None:
    mutants = make_mutants(SOURCE)[:4]
    strength = judged("topic/f", mutants, list(map(graded, mutants, (4.0, 0.0, 5.0, None))), {})
    assert (strength.drawn, strength.killed, strength.score) == (4, 2, 0.5)
    assert strength.survivors == [(mutants[2], Outcome.PASSED), (mutants[3], Outcome.GRADER_ERROR)]
    assert not strength.is_enough
    assert f"solutions/topic/f.py:{mutants[2].line}: passed" in report(strength)


def test_survivors_that_are_listed_do_not_count() -> None:
    mutants = make_mutants(SOURCE)[:3]
    listed = {mutants[2].key: "why"}
    strength = judged("topic/f", mutants, list(map(graded, mutants, (4.0, 0.0, 5.0))), listed)
    assert (strength.score, strength.equivalent, strength.survivors) == (1.0, 1, [])
    assert strength.is_enough


def test_an_entry_that_fits_no_mutant_or_one_that_is_killed_is_reported() -> None:
    mutants = make_mutants(SOURCE)[:2]
    listed = {("gone", "away"): "gone -> away", mutants[0].key: "killed -> after all"}
    strength = judged("topic/f", mutants, list(map(graded, mutants, (4.0, 0.0))), listed)
    assert (strength.stale, strength.wrong) == (["gone -> away"], ["killed -> after all"])
    assert not strength.is_enough


def test_entries_fit_wherever_the_line_moves_and_however_it_is_spaced(tmp_path: Path) -> None:
    path = tmp_path / "survivors.toml"
    path.write_text('[["topic/f"]]\nfind = "return x-1"\nswaps = ["return x  +  1"]\nwhy = "x"\n')
    (key,) = read_equivalents(path)["topic/f"]
    for text in (SOURCE, "# one more line\n" + SOURCE):
        assert key in {m.key for m in make_mutants(text)}


def test_an_entry_without_a_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "survivors.toml"
    path.write_text('[["topic/f"]]\nfind = "a"\nswaps = ["b"]\nwhy = ""\n')
    with pytest.raises(ValueError, match=r"survivors.toml, topic/f: an entry has find, swaps \(a list\) and why"):
        read_equivalents(path)


def test_each_line_of_the_list_stands_in_its_solution() -> None:
    for exercise, entries in read_equivalents().items():
        lines = {squeezed(line) for line in CATALOG.solution(CATALOG.exercises[exercise]).splitlines()}
        assert {before for before, _ in entries} <= lines


def test_an_unknown_exercise_is_a_wrong_command_line(capsys: pytest.CaptureFixture) -> None:
    assert main(["foundations/softmay"]) == 2
    assert "did you mean foundations/softmax" in capsys.readouterr().err


def test_the_engine_grades_mutants_of_a_solution() -> None:
    strength = measure("foundations/softmax", 0, 3, {})
    assert (strength.drawn, strength.killed) == (3, 3)
