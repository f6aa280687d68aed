"""A handout for students: nothing hidden is in it, and nothing is ever said to have passed."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pytest

from graders.engine.catalog import Catalog
from graders.engine.cohort.handout import HandoutRefused, write_handout
from tests.support.grading import CATALOG, ROOT

CHOSEN = [CATALOG.exercises[i] for i in ("foundations/softmax", "attention/masks", "generation/top_p")]
POINTS = {exercise.id: 7.0 for exercise in CHOSEN}
SOFTMAX = "exercises/foundations/softmax.py"
SHORTEST = 24  # characters of a line that can betray something
SHORTEST_IN_ENGINE = 40  # which has ordinary Python in common with solutions and graders


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of this repository with a history of one commit."""
    root = tmp_path_factory.mktemp("source") / "repository"
    for tree in ("exercises", "solutions", "graders"):
        shutil.copytree(ROOT / tree, root / tree, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".gitignore", "LICENSE", "noxfile.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    as_author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init", "-q"], ["add", "-A"], [*as_author, "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", root, *arguments], check=True)
    return root


@pytest.fixture
def repository(source, tmp_path):
    return Path(shutil.copytree(source, tmp_path / "repository"))


@pytest.fixture(scope="module")
def original(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("handout") / "out"
    due = datetime(2026, 3, 1, 22, 59, tzinfo=UTC)
    write_handout(Catalog.load(source), "Attention from scratch", CHOSEN, POINTS, due, out)
    return out


@pytest.fixture
def handout(original, tmp_path):
    return Path(shutil.copytree(original, tmp_path / "handout"))


def run(root, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "graders", *arguments],
        cwd=root,
        env={**os.environ, "COLUMNS": "200", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def graded(root, *arguments):
    """Return what `grade --json` says of softmax, and its exit status."""
    ended = run(root, "grade", "foundations/softmax", "--json", "-", *arguments)
    (exercise,) = json.loads(ended.stdout)["exercises"]
    return exercise, ended.returncode


# What is in it.


def lines(text):
    return {line.strip() for line in text.splitlines() if len(line.strip()) >= SHORTEST}


def hidden_lines():
    """Return every line of solutions, graders and mistakes that no stub has, and each sentence of a mistake."""
    public = set()
    for exercise in CATALOG.exercises.values():
        public |= lines(CATALOG.stub_path(exercise).read_text())
    hidden = set()
    for exercise in CATALOG.exercises.values():
        hidden |= lines(CATALOG.solution(exercise)) | lines(CATALOG.grader_path(exercise).read_text())
        hidden |= {text for mistake in CATALOG.mistakes(exercise) for text in (mistake.why, mistake.swap)}
    is_import = re.compile(r"(from [\w.]+ )?import \w+")
    return {line for line in hidden - public if len(line) >= SHORTEST and not is_import.match(line)}


def test_no_file_has_a_line_of_a_solution_a_check_or_a_mistake(original):
    hidden = hidden_lines()
    sentences = {m.why for exercise in CATALOG.exercises.values() for m in CATALOG.mistakes(exercise)}
    assert len(hidden) > 5000
    assert len(sentences) > 150
    for path in sorted(p for p in original.rglob("*") if p.is_file()):
        text = path.read_text("utf-8")
        found = hidden & lines(text) | {sentence for sentence in sentences if sentence in text}
        if "engine" in path.parts:
            found = {line for line in found if len(line) >= SHORTEST_IN_ENGINE}
        assert not found, f"{path.relative_to(original)} has {found}"


def test_there_is_no_history_and_no_folder_that_holds_what_is_hidden(original):
    assert sorted(path.name for path in original.iterdir()) == [
        ".gitignore",
        "LICENSE",
        "README.md",
        "exercises",
        "graders",
        "noxfile.py",
        "pyproject.toml",
        "stubs",
    ]
    assert sorted(path.name for path in (original / "graders").iterdir()) == ["__main__.py", "engine"]
    assert not list(original.rglob(".git"))
    assert not list(original.rglob("__pycache__"))


def test_it_has_the_chosen_exercises_as_they_came_and_no_others(original):
    catalog = Catalog.load(original)
    assert list(catalog.exercises.values()) == CHOSEN
    for exercise in CHOSEN:
        stub = catalog.stub_path(exercise).read_text()
        assert "NotImplementedError" in stub
        assert stub == (original / "stubs" / f"{exercise.id}.py").read_text()
    answered = {q for exercise in CHOSEN for q in exercise.questions}
    assert set(catalog.questions()) == answered
    ids = {exercise.id for exercise in CHOSEN}
    assert all(set(question["exercises"]) <= ids for question in catalog.questions().values())


def test_stubs_come_from_the_history_whatever_is_in_the_working_tree(repository, tmp_path):
    catalog = Catalog.load(repository)
    catalog.stub_path(CHOSEN[0]).write_text(catalog.solution(CHOSEN[0]))
    write_handout(catalog, "Title", CHOSEN[:1], POINTS, None, tmp_path / "out")
    assert "NotImplementedError" in (tmp_path / "out" / SOFTMAX).read_text()


def test_the_readme_says_what_is_due_and_that_hidden_checks_run_later(original):
    text = (original / "README.md").read_text()
    assert "# Attention from scratch" in text
    assert "Due: 2026-03-01 22:59 (UTC, UTC+0000)." in text
    assert "The hidden checks run after submission" in text
    row = "| [Softmax and its logarithm](exercises/foundations/softmax.py) | `foundations/softmax` | easy | 15 | 7 |"
    assert row in text


def test_its_noxfile_has_the_sessions_that_work_there(original):
    command = [sys.executable, "-m", "nox", "-l"]
    listed = subprocess.run(command, cwd=original, capture_output=True, text=True, check=True).stdout
    sessions = [line.split()[1] for line in listed.splitlines() if line.startswith(("* ", "- "))]
    assert sorted(sessions) == ["grade", "hint", "questions", "reset", "watch"]


# Grading.


def test_on_a_fresh_handout_grade_says_that_hidden_checks_run_later(handout):
    ended = run(handout, "grade")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("3 not started. The hidden checks run after submission.\n")


def test_right_work_is_not_said_to_have_passed(handout):
    (handout / SOFTMAX).write_text(CATALOG.solution(CHOSEN[0]))
    exercise, status = graded(handout)
    assert (exercise["outcome"], exercise["points"], status) == ("unchecked", None, 0)
    assert {example["outcome"] for example in exercise["examples"]} == {"passed"}
    said = run(handout, "grade", "foundations/softmax").stdout
    assert "not yet checked" in said
    assert "The hidden checks run after submission." in said
    assert "passed" not in said
    assert "points" not in said


def test_wrong_work_reads_the_values_of_the_examples(handout):
    text = (handout / SOFTMAX).read_text().replace("raise NotImplementedError", "return x #")
    (handout / SOFTMAX).write_text(text)
    exercise, status = graded(handout)
    assert (exercise["outcome"], exercise["points"], status) == ("failed", None, 1)
    assert "wanted: [[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]" in run(handout, "grade").stdout


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("import numpy as np\ndef softmax(x, axis=-1): return x\ndef log_softmax(x, axis=-1): return x", "failed"),
        ("def softmax(x, axis=-1): return x", "invalid"),
        ("1 / 0", "invalid"),
        ("def softmax(:", "invalid"),
        ("", "invalid"),
    ],
    ids=["without docstrings", "without a function", "raises", "no Python", "empty"],
)
def test_nothing_that_is_taken_away_helps(handout, text, outcome):
    (handout / SOFTMAX).write_text(text)
    exercise, status = graded(handout)
    assert (exercise["outcome"], exercise["points"], status) == (outcome, None, 1)


def test_what_was_reached_is_kept_and_given_again(handout):
    (handout / SOFTMAX).write_text(CATALOG.solution(CHOSEN[0]))
    assert graded(handout) == graded(handout)


def test_in_junit_nothing_has_passed(handout):
    (handout / SOFTMAX).write_text(CATALOG.solution(CHOSEN[0]))
    root = ET.fromstring(run(handout, "grade", "--junit", "-").stdout.encode())
    assert (root.get("tests"), root.get("skipped")) == ("3", "3")


def test_without_solutions_a_repository_is_no_handout(repository):
    (repository / SOFTMAX).write_text(CATALOG.solution(CHOSEN[0]))
    shutil.rmtree(repository / "solutions")
    ended = run(repository, "grade", "foundations/softmax")
    assert ended.returncode == 2
    assert "there is no such file" in ended.stderr


def test_a_repository_that_is_made_a_handout_passes_nobody(repository):
    (repository / SOFTMAX).write_text(CATALOG.solution(CHOSEN[0]))
    assert graded(repository)[0]["outcome"] == "passed"
    shutil.copytree(repository / "exercises", repository / "stubs")
    assert (graded(repository)[0]["outcome"], graded(repository)[0]["points"]) == ("unchecked", None)


# The other commands.


def test_reset_puts_the_stub_back(handout):
    stub = (handout / SOFTMAX).read_text()
    (handout / SOFTMAX).write_text("mine")
    assert run(handout, "reset", "foundations/softmax", "--yes").returncode == 0
    assert (handout / SOFTMAX).read_text() == stub


def test_hints_and_questions_work(handout):
    assert "Hint 1 of 3" in run(handout, "hint", "foundations/softmax").stdout
    assert "foundations/softmax" in run(handout, "questions").stdout


def test_the_last_hint_is_for_whoever_has_tried(handout):
    (handout / SOFTMAX).write_text(CATALOG.solution(CHOSEN[0]))
    for _ in range(2):
        run(handout, "hint", "foundations/softmax")
    assert json.loads(run(handout, "hint", "foundations/softmax", "--json").stdout)["needs_attempt"]
    run(handout, "grade")
    assert "Hint 3 of 3" in run(handout, "hint", "foundations/softmax").stdout


@pytest.mark.parametrize(("command", "reason"), [("progress", "What is solved"), ("interview", "An interview")])
def test_what_needs_hidden_checks_says_so_in_a_sentence(handout, command, reason):
    ended = run(handout, command)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(reason)
    assert ended.stderr.count("\n") == 1


def test_watch_shows_the_examples_and_goes_on_to_the_next(handout):
    process = pexpect.spawn(
        sys.executable,
        ["-m", "graders", "watch"],
        cwd=handout,
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(40, 100),
        encoding="utf-8",
        timeout=120,
    )
    process.expect_exact("Verdict 1")
    (handout / SOFTMAX).write_text(CATALOG.solution(CHOSEN[0]))
    process.expect_exact("not yet checked")
    process.expect_exact("Verdict 2")
    process.send("s")
    process.expect_exact("no reference")
    process.send("n")
    process.expect_exact("attention/masks")
    process.send("q")
    process.expect(pexpect.EOF)
    process.close()
    assert process.exitstatus == 0


# Refusals.


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(HandoutRefused, match="holds something already"):
        write_handout(CATALOG, "Title", CHOSEN, POINTS, None, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_no_handout_is_written_from_a_handout(handout, tmp_path):
    with pytest.raises(HandoutRefused, match="handout itself"):
        write_handout(Catalog.load(handout), "Title", CHOSEN, POINTS, None, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_reads_the_assignment(repository, tmp_path):
    pytest.importorskip("graders.engine.cohort.assignment")
    assignment = tmp_path / "assignment.toml"
    assignment.write_text('title = "One"\nexercises = ["foundations/softmax"]\n')
    ended = run(repository, "handout", "--assignment", str(assignment), "--out", str(tmp_path / "out"))
    assert ended.returncode == 0
    assert ended.stdout.endswith("holds 1 exercise for students.\n")
    assert (tmp_path / "out" / "stubs/foundations/softmax.py").is_file()
    assignment.write_text('title = "One"\nexercises = ["foundations/softmacks"]\n')
    ended = run(repository, "handout", "--assignment", str(assignment), "--out", str(tmp_path / "other"))
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "other").exists()
