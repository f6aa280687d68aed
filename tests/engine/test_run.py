"""One run of grading, from triage to report."""

from pathlib import Path

import pytest

from graders.engine.catalog import Catalog, Exercise
from graders.engine.results import Outcome, Report
from graders.engine.run import IsolationRefused, Options, choose_level, engine_version, grade_all
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Texts
from graders.engine.store import Store
from tests.support.repository import GRADER, MISTAKES, SOLUTION, STUB, make_repository

SQUARED = "def double(x): return x * x"


def grade(catalog: Catalog, text: str, store: Store | None = None, others: dict | None = None, **options) -> Report:
    texts = Texts({"topic/double": text, **(others or {})})
    return grade_all(catalog, catalog.exercises.values(), texts, Options(**options), store)


def test_the_report_holds_seed_level_verdict_and_diagnosis(tmp_path: Path) -> None:
    report = grade(make_repository(tmp_path), SQUARED, seed=7)
    assert (report.seed, report.isolation, report.exit_status) == (7, Isolation.FULL, 1)
    assert report.exercises[0].diagnosis == ("squared, not doubled",)


def test_stubs_need_no_judge(tmp_path: Path) -> None:
    catalog = make_repository(tmp_path, grader="this is no Python")
    report = grade(catalog, STUB)
    assert report.exercises[0].outcome is Outcome.NOT_STARTED
    assert report.exit_status == 0


def test_an_exercise_that_was_deleted_is_not_started_and_says_so(tmp_path: Path) -> None:
    catalog = make_repository(tmp_path)
    report = grade_all(catalog, catalog.exercises.values(), Texts({}), Options())
    assert report.exercises[0].outcome is Outcome.NOT_STARTED
    assert "no file" in report.exercises[0].message


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of exercises that reach the judge; what is taken from the store does not."""
    import graders.engine.run as run

    reached: list[str] = []
    judge = run.judge

    def noting(catalog: Catalog, exercises: list[Exercise], *rest: object) -> None:
        reached.extend(e.id for e in exercises)
        judge(catalog, exercises, *rest)

    monkeypatch.setattr(run, "judge", noting)
    return reached


def test_a_kept_verdict_is_taken_when_nothing_changed(tmp_path: Path, graded: list[str]) -> None:
    catalog = make_repository(tmp_path)
    with Store(tmp_path / "kept.sqlite") as store:
        first, second = (grade(catalog, SQUARED, store) for _ in range(2))
    assert first == second
    assert graded == ["topic/double"]


@pytest.mark.parametrize(
    "change",
    [
        {"text": SQUARED + "\n"},
        {"seed": 1},
        {"isolation": Isolation.PROCESS},
        {"solution": SOLUTION + "\n"},
        {"grader": GRADER + "\n"},
        {"mistakes": MISTAKES.replace("squared", "to the power of two")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_kept_verdict_is_not_taken_when_anything_changed(tmp_path: Path, graded: list[str], change: dict) -> None:
    trees = {key: change[key] for key in ("solution", "grader", "mistakes") if key in change}
    options = {key: change[key] for key in ("seed", "isolation") if key in change}
    with Store(tmp_path / "kept.sqlite") as store:
        grade(make_repository(tmp_path), SQUARED, store)
        grade(make_repository(tmp_path, **trees), change.get("text", SQUARED), store, **options)
    assert graded == ["topic/double"] * 2


def test_a_kept_verdict_is_not_taken_when_an_imported_exercise_changed(tmp_path: Path, graded: list[str]) -> None:
    catalog = make_repository(tmp_path)
    text = "from exercises.topic.two import two\ndef double(x): return two * x"
    with Store(tmp_path / "kept.sqlite") as store:
        outcomes = [grade(catalog, text, store, {"topic/two": f"two = {n}"}).exercises[0].outcome for n in (2, 2, 3)]
    assert outcomes == ["passed", "passed", "failed"]
    assert len(graded) == 2


def test_our_own_errors_are_never_kept(tmp_path: Path, graded: list[str]) -> None:
    catalog = make_repository(tmp_path, grader="x = 1")
    with Store(tmp_path / "kept.sqlite") as store:
        reports = [grade(catalog, SOLUTION, store) for _ in range(2)]
    assert [r.exit_status for r in reports] == [2, 2]
    assert len(graded) == 2


def test_the_version_of_the_engine_is_the_same_in_every_run_of_it() -> None:
    assert engine_version() == engine_version()


def test_a_level_that_does_not_work_here_is_refused_and_never_lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    import graders.engine.run as run

    monkeypatch.setattr(run, "available", lambda level: "no namespaces")
    with pytest.raises(IsolationRefused, match="no namespaces"):
        choose_level(Isolation.FULL)


def test_a_verdict_for_want_of_an_import_is_not_kept_once_the_file_is_there(tmp_path: Path) -> None:
    catalog = make_repository(tmp_path)
    text = "from exercises.topic.two import two\ndef double(x): return two * x"
    with Store(tmp_path / "kept.sqlite") as store:
        before = grade(catalog, text, store).exercises[0].outcome
        after = grade(catalog, text, store, {"topic/two": "two = 2"}).exercises[0].outcome
    assert (before, after) == ("invalid", "passed")
