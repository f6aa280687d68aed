"""Gradescope's autograder: the zip, and what it makes of submissions in a folder like Gradescope's."""

import json
import os
import subprocess
import sys
import zipfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from graders.engine.catalog import CatalogError
from graders.engine.cohort.autograder import build
from graders.engine.cohort.commands import gradescope
from graders.engine.cohort.writers.gradescope import STAFF
from graders.engine.terminal.repository import Refused

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = """
title = "Softmax"
exercises = ["foundations/softmax"]
[due]
time = 2026-03-01T12:00:00Z
[late]
percent_a_day = 10
[extensions]
"bo@x.org" = 2026-03-09T12:00:00Z
"""
RIGHT = (ROOT / "solutions/foundations/softmax.py").read_text()
WRONG = (
    "import numpy as np\n\n\ndef softmax(x, axis=-1):\n    return x\n\n\ndef log_softmax(x, axis=-1):\n    return x\n"
)
COMMAND = (
    "import argparse, sys; from graders.engine.cohort.commands import autograde; parser = argparse.ArgumentParser(); "
    "autograde.describe(parser); sys.exit(autograde.run(parser.parse_args()))"
)


@pytest.fixture(scope="module")
def make_zip(tmp_path_factory):
    def make_zip(isolation="full"):
        folder = tmp_path_factory.mktemp("zip")
        (folder / "assignment.toml").write_text(ASSIGNMENT)
        build(ROOT, folder / "assignment.toml", folder / "autograder.zip", isolation)
        return folder / "autograder.zip"

    return make_zip


@pytest.fixture(scope="module")
def unpacked(make_zip, tmp_path_factory):
    """A container's source folder, unpacked from the zip."""
    source = tmp_path_factory.mktemp("container") / "source"
    with zipfile.ZipFile(make_zip()) as archive:
        archive.extractall(source)
    return source


class Container:
    """A folder like /autograder: `grade` runs what run_autograder runs, in the repository of the zip."""

    def __init__(self, root, source):
        self.root = root
        (root / "source").symlink_to(source)
        (root / "submission").mkdir()
        self.metadata({"created_at": "2026-03-01T11:00:00.123456+00:00", "users": [{"email": "al@x.org", "id": 1}]})

    def metadata(self, record):
        (self.root / "submission_metadata.json").write_text(json.dumps(record))

    def hand_in(self, path, text):
        path = self.root / "submission" / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def grade(self, *before):
        """Return the exit status and results.json; `before` are words of a command that runs the autograder's."""
        done = subprocess.run(
            [*before, sys.executable, "-P", "-c", COMMAND, "--place", str(self.root)],
            cwd=self.root / "source" / "repository",
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            timeout=300,
        )
        return done.returncode, json.loads((self.root / "results" / "results.json").read_text())


@pytest.fixture
def container(unpacked, tmp_path):
    return Container(tmp_path, unpacked)


def test_the_zip_has_what_grading_needs_and_nothing_else(make_zip):
    with zipfile.ZipFile(make_zip("confined")) as archive:
        names = set(archive.namelist())
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
        assert archive.read("isolation") == b"confined\n"
        assert archive.read("assignment.toml").decode() == ASSIGNMENT
        requirements, torch = archive.read("requirements.txt").decode(), archive.read("torch.txt").decode()
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert modes["repository/pyproject.toml"] == 0o644
    ours = {name.removeprefix("repository/") for name in names if name.startswith("repository/")}
    for folder in ("exercises", "graders", "solutions"):
        assert f"{folder}/foundations/softmax.py" in ours
    assert {name.partition("/")[0] for name in ours} == {
        "exercises",
        "graders",
        "solutions",
        "pyproject.toml",
        "LICENSE",
    }
    assert not [name for name in ours if "__pycache__" in name or "/." in name]
    assert torch == "torch==2.13.0\n"
    assert "numpy>=" in requirements
    assert "torch" not in requirements


def test_the_same_files_make_the_same_zip(make_zip):
    assert make_zip().read_bytes() == make_zip().read_bytes()
    with zipfile.ZipFile(make_zip()) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_scripts_parse(unpacked, script):
    assert subprocess.run(["bash", "-n", unpacked / script], check=False).returncode == 0


def test_a_wrong_assignment_makes_no_zip_and_leaves_an_old_one(tmp_path):
    (tmp_path / "a.toml").write_text('title = "x"\nexercises = ["nothing"]')
    (tmp_path / "out.zip").write_bytes(b"old")
    with pytest.raises(CatalogError, match="no exercise or topic 'nothing'"):
        build(ROOT, tmp_path / "a.toml", tmp_path / "out.zip", "full")
    assert (tmp_path / "out.zip").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.toml", "out.zip"]


def test_the_command_builds_it_and_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("a.toml").write_text(ASSIGNMENT)
    parser = ArgumentParser()
    gradescope.describe(parser)
    assert gradescope.run(parser.parse_args(["--assignment", "a.toml", "--out", "out.zip"])) == 0
    assert "out.zip is ready: upload it under Configure Autograder" in capsys.readouterr().out
    assert zipfile.is_zipfile("out.zip")
    with pytest.raises(Refused, match=r"none\.toml: there is no such file"):
        gradescope.run(Namespace(assignment=Path("none.toml"), out="new.zip", isolation="full"))
    assert not Path("new.zip").exists()


def test_a_right_submission_gets_all_points(container):
    container.hand_in("softmax.py", RIGHT)
    status, found = container.grade()
    assert (status, found["score"]) == (0, found["tests"][0]["max_score"])
    assert found["tests"][0]["status"] == "passed"
    graded_how = found["extra_data"]["llm-katas"]
    assert graded_how["isolation"] == "full"
    _, again = container.grade()
    assert again["extra_data"]["llm-katas"]["seed"] != graded_how["seed"]


def test_a_wrong_one_late_and_under_another_name_is_graded_and_told_what_was_wrong(container):
    container.hand_in("my work/softmax (1).py", WRONG)
    container.hand_in("notes.txt", "hello")
    container.metadata({"created_at": "2026-03-01T14:00:00+01:00", "users": [{"email": "al@x.org", "id": 1}]})
    status, found = container.grade()
    assert status == 0
    assert found["score"] == 0
    assert found["tests"][0]["status"] == "failed"
    assert "came back" in found["tests"][0]["output"]
    assert "softmax (1).py: is taken as foundations/softmax" in found["output"]


def test_lateness_is_measured_by_the_moment_of_the_submission(container):
    container.hand_in("softmax.py", RIGHT)
    late = "2026-03-02T13:00:00+00:00"
    container.metadata({"created_at": late, "users": [{"email": "al@x.org", "id": 1}]})
    _, found = container.grade()
    assert found["score"] == 0.8 * found["tests"][0]["max_score"]
    assert found["output"].startswith("Late by 1 d 1 h:")
    container.metadata({"created_at": late, "users": [{"email": "al@x.org"}, {"email": "bo@x.org"}]})
    _, found = container.grade()
    assert found["score"] == found["tests"][0]["max_score"]  # one of the group has an extension


def test_an_empty_submission_has_no_points_and_is_no_fault(container):
    status, found = container.grade()
    assert (status, found["score"], found["tests"][0]["output"]) == (
        0,
        0,
        "not started\n\nthere is no file foundations/softmax.py",
    )


@pytest.mark.parametrize("metadata", [{}, {"created_at": "2026-03-01T11:00:00"}, {"created_at": 5}, [1]])
def test_without_a_time_that_points_depend_on_there_is_no_score(container, metadata):
    container.hand_in("softmax.py", RIGHT)
    container.metadata(metadata)
    status, found = container.grade()
    assert status == 2
    assert "score" not in found
    assert found["output"] == STAFF
    assert "submission_metadata.json" in found["tests"][0]["output"]
    assert found["tests"][0]["visibility"] == "hidden"


def test_where_full_isolation_is_refused_nothing_is_run_and_the_staff_are_told(container):
    container.hand_in("softmax.py", RIGHT)
    without_namespaces = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    status, found = container.grade("unshare", "--map-root-user", "sh", "-c", without_namespaces, "sh")
    assert (status, "score" in found, found["output"]) == (2, False, STAFF)
    (told,) = found["tests"]
    assert told["visibility"] == "hidden"
    assert "isolation full is refused here" in told["output"]
    assert "Build the zip again with --isolation confined" in told["output"]


def test_run_autograder_says_so_when_even_python_does_not_start(unpacked, tmp_path):
    script = (unpacked / "run_autograder").read_text().replace("/autograder", str(tmp_path))
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "results.json").write_text('{"score": 100}')  # of somebody else
    subprocess.run(["bash", "-c", script], check=False, capture_output=True)
    found = json.loads((tmp_path / "results" / "results.json").read_text())
    assert list(found) == ["output"]
    assert "staff" in found["output"]
