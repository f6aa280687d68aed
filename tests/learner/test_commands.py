"""hint, reset and questions, as a learner types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from graders.engine.learner.journal import ATTEMPT, HINT, Entry, Journal, JournalError

QUESTIONS = """
[T]
T1 = { ask = "How does one double a number?", exercises = ["arithmetic/double"] }
T2 = { ask = "What is the cube of a half?", exercises = ["arithmetic/halve", "arithmetic/cube"] }
"""


def run(repository, *arguments, **changes):
    return subprocess.run(
        [sys.executable, "-m", "graders", *arguments],
        cwd=repository.root,
        env=repository.environment(**changes),
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        stdin=subprocess.DEVNULL,
    )


def git(repository, *arguments):
    who = ["-c", "user.name=A Learner", "-c", "user.email=learner@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=repository.root, check=True, capture_output=True)


@pytest.fixture
def with_history(repository):
    """The repository as it was cloned: its stubs are in git's history."""
    git(repository, "init", "-q")
    git(repository, "add", "exercises")
    git(repository, "commit", "-q", "-m", "stubs")
    return repository


# Hints.


def test_hints_come_one_by_one_and_the_last_only_after_an_attempt(repository):
    first, second, held = (run(repository, "hint", "arithmetic/double").stdout for _ in range(3))
    assert first == "Hint 1 of 3: a\n2 are left.\n"
    assert second.startswith("Hint 2 of 3: b\nOne is left, for whoever has tried")
    assert "Hint 3" not in held
    repository.write("double", "return x * x")
    assert repository.grade("arithmetic/double").returncode == 1
    assert run(repository, "hint", "arithmetic/double").stdout.startswith("Hint 3 of 3: c\nThere are no more hints.")
    assert run(repository, "hint", "arithmetic/double").stdout.startswith(
        "Hint 1 of 3: a\nHint 2 of 3: b\nHint 3 of 3: c"
    )


def test_hints_are_counted_for_each_exercise_and_recorded(repository):
    run(repository, "hint", "arithmetic/double")
    assert run(repository, "hint", "arithmetic/halve").stdout.startswith("Hint 1 of 3")
    entries = Journal(repository.root / ".grades/journal.jsonl").entries(kind=HINT)
    assert [(e.exercise, e.details) for e in entries] == [
        ("arithmetic/double", {"number": 1}),
        ("arithmetic/halve", {"number": 1}),
    ]


def test_hints_as_json(repository):
    record = json.loads(run(repository, "hint", "arithmetic/double", "--json").stdout)
    wanted = {"version": 1, "id": "arithmetic/double", "hints": ["a"], "used": 1, "left": 2, "needs_attempt": False}
    assert record == wanted


def test_a_topic_is_no_exercise_to_hint_at(repository):
    ended = run(repository, "hint", "arithmetic")
    assert (ended.returncode, ended.stderr) == (2, "'arithmetic' is a topic: name one exercise of it\n")


def test_an_unknown_exercise_is_answered_with_the_nearest(repository):
    ended = run(repository, "hint", "arithmetic/duoble")
    assert ended.returncode == 2
    assert "did you mean arithmetic/double" in ended.stderr


# Attempts.


def test_an_attempt_is_recorded_once_whatever_is_graded_again(repository):
    repository.write("double", "return x * x")
    for _ in range(2):
        repository.grade()
    repository.write("double", "return x + x")
    repository.grade()
    entries = Journal(repository.root / ".grades/journal.jsonl").entries(kind=ATTEMPT)
    assert [(e.exercise, e.details["outcome"]) for e in entries] == [
        ("arithmetic/double", "failed"),
        ("arithmetic/double", "passed"),
    ]


def test_what_someone_else_handed_in_is_no_attempt_of_the_learners(repository, tmp_path):
    (tmp_path / "arithmetic").mkdir()
    (tmp_path / "arithmetic" / "double.py").write_text("def double(x): return x + x\n")
    assert repository.grade("arithmetic/double", "--submission", tmp_path).returncode == 0
    assert not (repository.root / ".grades/journal.jsonl").exists()


# Putting a stub back.


def test_reset_puts_the_stub_back_and_keeps_the_file(with_history):
    path = with_history.root / "exercises/arithmetic/double.py"
    stub = path.read_text()
    with_history.write("double", "return x * x")
    mine = path.read_text()
    git(with_history, "commit", "-q", "-a", "-m", "my solution")
    ended = run(with_history, "reset", "arithmetic/double", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert path.read_text() == stub
    (kept,) = (with_history.root / ".grades/kept/arithmetic").iterdir()
    assert kept.read_text() == mine
    assert str(kept.relative_to(with_history.root)) in ended.stdout


def test_reset_as_json(with_history):
    path = with_history.root / "exercises" / "arithmetic" / "double.py"
    stub = path.read_bytes()
    with_history.write("double", "return x + x")
    written = path.read_bytes()
    refused = run(with_history, "reset", "arithmetic/double", "--json")
    assert (refused.returncode, refused.stdout, path.read_bytes()) == (2, "", written)
    assert refused.stderr.startswith("With --json nothing can be asked: add --yes")
    done = json.loads(run(with_history, "reset", "arithmetic/double", "--json", "--yes").stdout)
    assert Path(done.pop("kept")).read_bytes() == written
    assert done == {"version": 1, "id": "arithmetic/double", "changed": True}
    again = json.loads(run(with_history, "reset", "arithmetic/double", "--json").stdout)
    assert again == {"version": 1, "id": "arithmetic/double", "changed": False, "kept": None}
    assert path.read_bytes() == stub


def test_reset_brings_a_deleted_stub_back(with_history):
    path = with_history.root / "exercises/arithmetic/double.py"
    stub = path.read_text()
    path.unlink()
    assert run(with_history, "reset", "arithmetic/double", "--yes").stdout == "The stub of arithmetic/double is back.\n"
    assert path.read_text() == stub


def test_reset_asks_first(with_history):
    path = with_history.root / "exercises/arithmetic/double.py"
    with_history.write("double", "return x * x")
    mine = path.read_text()
    for answer, status, is_kept in (("", 1, True), ("no", 1, True), ("y", 0, False)):
        command = ["-m", "graders", "reset", "arithmetic/double"]
        asking = pexpect.spawn(
            sys.executable, command, cwd=with_history.root, env=with_history.environment(), encoding="utf-8"
        )
        asking.expect_exact("[y/N] ")
        asking.sendline(answer)
        asking.read()
        asking.wait()
        assert (asking.exitstatus, path.read_text() == mine) == (status, is_kept)


def test_reset_changes_nothing_where_nobody_can_be_asked(with_history):
    with_history.write("double", "return x * x")
    ended = run(with_history, "reset", "arithmetic/double")
    assert ended.returncode == 2
    assert "add --yes" in ended.stderr
    assert not (with_history.root / ".grades/kept").exists()


def test_reset_changes_nothing_where_the_file_cannot_be_kept(with_history):
    path = with_history.root / "exercises/arithmetic/double.py"
    with_history.write("double", "return x * x")
    mine = path.read_text()
    (with_history.root / ".grades").write_text("a file where a folder is due")
    ended = run(with_history, "reset", "arithmetic/double", "--yes")
    assert ended.returncode == 2
    assert "Nothing was changed" in ended.stderr
    assert path.read_text() == mine


def test_reset_without_history_says_what_is_missing(repository):
    repository.write("double", "return x * x")
    ended = run(repository, "reset", "arithmetic/double", "--yes")
    assert ended.returncode == 2
    assert "history that git keeps" in ended.stderr
    assert "Traceback" not in ended.stderr


# Questions.


def test_questions_are_listed_with_what_is_not_written_yet(repository):
    repository.edit("exercises/questions.toml", QUESTIONS)
    assert run(repository, "questions").stdout.splitlines() == [
        "T1  How does one double a number?",
        "     arithmetic/double",
        "T2  What is the cube of a half?",
        "     arithmetic/halve",
        "     arithmetic/cube  (not written yet)",
        "2 of 2 questions; all exercises that answer 1 of them are there.",
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["t1"], ["T1"]),
        (["arithmetic"], ["T1", "T2"]),
        (["arithmetic/cube"], ["T2"]),
        (["Double"], ["T1"]),
        (["--open"], ["T2"]),
        (["arithmetic", "double"], ["T1"]),
    ],
)
def test_questions_can_be_searched(repository, words, found):
    repository.edit("exercises/questions.toml", QUESTIONS)
    record = json.loads(run(repository, "questions", *words, "--json").stdout)
    assert [q["id"] for q in record["questions"]] == found


def test_no_question_found_is_said_and_has_its_own_status(repository):
    repository.edit("exercises/questions.toml", QUESTIONS)
    ended = run(repository, "questions", "nonsense")
    assert (ended.returncode, ended.stdout) == (1, "None of the 2 questions speaks of that.\n")


# The journal itself.


def test_damaged_lines_of_a_journal_spoil_nothing_but_themselves(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.note(HINT, "a/b", number=1)
    with open(path, "ab") as file:
        file.write(b'\n{"time": "2026-01-01T00:00:00", "kind": "hint"\n[1]\n\xff\n{"time": 1}\n{"half')
    journal.note(HINT, "a/b", number=2)
    assert [e.details["number"] for e in journal.entries()] == [1, 2]


def test_two_journals_are_merged_without_anything_twice(tmp_path):
    here, there = Journal(tmp_path / "a.jsonl"), Journal(tmp_path / "b.jsonl")
    shared = Entry("2026-01-02T10:00:00+00:00", HINT, "a/b", {"number": 1})
    earlier = Entry("2026-01-01T10:00:00+00:00", HINT, "a/c", {"number": 1})
    here.add([shared])
    there.add([shared, earlier])
    assert here.add(there.entries()) == 1
    assert here.add(there.entries()) == 0
    assert here.entries() == [earlier, shared]


def test_a_journal_that_cannot_be_read_is_an_error_of_its_own(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be read"):
        Journal(tmp_path / "file" / "journal.jsonl").note(HINT, "a/b")


def test_a_run_goes_on_where_attempts_cannot_be_recorded(repository):
    repository.write("double", "return x + x")
    os.mkdir(repository.root / ".grades")
    os.mkdir(repository.root / ".grades/journal.jsonl")
    ended = repository.grade("arithmetic/double")
    assert ended.returncode == 0
    assert "This is not recorded" in ended.stderr
