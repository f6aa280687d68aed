"""A submission that is read once, however often it is asked for."""

from pathlib import Path

import pytest

from graders.engine.run import Options, grade_all
from graders.engine.sources import Folder, Snapshot, Unreadable
from graders.engine.store import Store
from tests.support.repository import SOLUTION, make_repository


def test_a_save_in_the_meantime_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "topic" / "double.py"
    path.parent.mkdir()
    path.write_text("before")
    snapshot = Snapshot(Folder(tmp_path))
    assert snapshot.read("topic/double") == "before"
    assert snapshot.read("topic/other") is None
    path.write_text("after")
    path.with_name("other.py").write_text("after")
    assert snapshot.read("topic/double") == "before"
    assert snapshot.read("topic/other") is None
    assert Snapshot(Folder(tmp_path)).read("topic/double") == "after"


def test_what_cannot_be_read_stays_so_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "double.py").write_bytes(b"\xff")
    snapshot = Snapshot(Folder(tmp_path))
    for _ in range(2):
        with pytest.raises(Unreadable, match="not UTF-8"):
            snapshot.read("double")
    text, problem = snapshot.content("double")
    assert text is None
    assert "not UTF-8" in problem


def test_a_verdict_is_kept_under_the_text_that_it_was_reached_on(tmp_path: Path) -> None:
    """A file is saved anew while it is graded: the verdict on the old text is none on the new one."""
    catalog = make_repository(tmp_path / "repository")
    (exercise,) = catalog.exercises.values()
    path = tmp_path / "submission" / "topic" / "double.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOLUTION)
    folder = Folder(tmp_path / "submission")

    class SavedMeanwhile:
        def read(self, exercise_id: str) -> str | None:
            text = folder.read(exercise_id)
            path.write_text("def double(x):\n    return 3 * x\n")
            return text

    with Store(tmp_path / "results.sqlite") as store:
        first = grade_all(catalog, [exercise], SavedMeanwhile(), Options(), store)
        second = grade_all(catalog, [exercise], folder, Options(), store)
    assert [report.exercises[0].outcome for report in (first, second)] == ["passed", "failed"]
