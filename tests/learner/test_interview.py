"""An interview: what is drawn, the clock, leaving and coming back, the score card."""

import io
import json
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from graders.engine.catalog import Catalog
from graders.engine.learner.commands import interview as command
from graders.engine.learner.interview import INTERVIEW, Damaged, Interview, Question, draw
from graders.engine.learner.journal import ATTEMPT, Entry, Journal

QUESTIONS = """
[T]
T1 = { ask = "How does one double a number?", exercises = ["arithmetic/double"] }
T2 = { ask = "How does one halve a number?", exercises = ["arithmetic/halve"] }
T3 = { ask = "How does one square a number?", exercises = ["arithmetic/square"] }
"""
SOLVED = {"double": "x + x", "halve": "x / 2", "square": "x**2"}


@pytest.fixture
def cloned(repository):
    """The repository as it was cloned: its stubs are in git's history."""
    repository.edit("exercises/questions.toml", QUESTIONS)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "stubs"]):
        who = ["-c", "user.name=A Learner", "-c", "user.email=learner@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=repository.root, check=True, capture_output=True)
    return repository


def hold(repository, typed, *arguments):
    """Run the command with `typed` as its input."""
    return subprocess.run(
        [sys.executable, "-m", "graders", "interview", *map(str, arguments)],
        cwd=repository.root,
        env=repository.environment(),
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
    )


def stub_paths(repository):
    return sorted((repository.root / "interviews").glob("*/arithmetic/*.py"))


def solve(path):
    path.write_text(f"def {path.stem}(x):\n    return {SOLVED[path.stem]}\n")


def test_it_writes_fresh_stubs_whatever_the_learner_has_written_and_committed(cloned):
    stub = (cloned.root / "exercises/arithmetic/double.py").read_text()
    cloned.write("double", "return x + x")
    ended = hold(cloned, "q\n")
    assert ended.returncode == 0, ended.stderr
    assert [path.stem for path in stub_paths(cloned)] == ["double", "halve", "square"]
    assert stub_paths(cloned)[0].read_text() == stub


def test_verdicts_are_passed_or_not_and_nothing_more(cloned):
    asking = pexpect.spawn(
        sys.executable,
        ["-m", "graders", "interview", "--questions", "1"],
        cwd=cloned.root,
        env=cloned.environment(),
        encoding="utf-8",
        timeout=180,
    )
    asking.expect_exact("] > ")
    (path,) = stub_paths(cloned)
    path.write_text(f"def {path.stem}(x):\n    return x * x * x\n")
    asking.sendline("g")
    asking.expect_exact("] > ")
    said = asking.before
    assert "Not yet." in said
    assert "wanted" not in said
    assert "mistake" not in said
    solve(path)
    asking.sendline("g")
    said = asking.read()
    asking.wait()
    assert "Passed." in said
    assert "1 of 1 passed" in said
    assert asking.exitstatus == 0


def test_the_score_card_says_what_failed_and_what_to_study(cloned):
    assert hold(cloned, "q\n", "--questions", 3).returncode == 0
    for path in stub_paths(cloned):
        path.write_text(f"def {path.stem}(x):\n    return x * 7\n")
    ended = hold(cloned, "g\nend\n", "--json", "card.json")
    assert ended.returncode == 1
    card = ended.stdout.partition("0 of 3 passed")[2]
    assert card.count("Not passed after") == 3
    assert card.count("graded once") == 1
    assert card.count("never graded") == 2
    assert "fell short: " in card
    assert "to study: " in card
    record = json.loads((cloned.root / "card.json").read_text())
    assert record["version"] == 1
    assert sorted(q["exercise"] for q in record["questions"]) == [f"arithmetic/{n}" for n in sorted(SOLVED)]


def test_it_goes_on_where_it_was_left_and_is_kept_in_the_history(cloned):
    first = hold(cloned, "n\nq\n")
    (asked,) = re.findall(r"Question 2 of 3\. (.*)", first.stdout)
    second = hold(cloned, "end\n")
    assert "The interview that you left goes on" in second.stdout
    assert f"Question 2 of 3. {asked}" in second.stdout
    assert len({path.parent for path in stub_paths(cloned)}) == 1
    assert len(Journal(cloned.root / ".grades/journal.jsonl").entries(kind=INTERVIEW)) == 3
    assert "0 of 3 passed" in hold(cloned, "", "--history").stdout
    assert "you left goes on" not in hold(cloned, "q\n").stdout


def test_ctrl_c_leaves_an_interview_that_can_go_on(cloned):
    asking = pexpect.spawn(
        sys.executable,
        ["-m", "graders", "interview"],
        cwd=cloned.root,
        env=cloned.environment(),
        encoding="utf-8",
        timeout=180,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    asking.expect_exact("] > ")
    asking.sendintr()
    assert "Traceback" not in asking.read()
    asking.wait()
    assert asking.exitstatus == 130
    assert "goes on" in hold(cloned, "q\n").stdout


def test_a_stub_that_was_not_begun_is_no_try(cloned):
    ended = hold(cloned, "g\nend\n", "--questions", 1)
    assert "the stub is as it was" in ended.stdout
    assert "never graded" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--topics", "geometry"], "there is no topic 'geometry': there are arithmetic"),
        (["--level", "hard"], "There is no exercise of that level"),
        (["--minutes", "0"], "invalid"),
        (["--questions", "-1"], "invalid"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(cloned, arguments, says):
    ended = hold(cloned, "", *arguments)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (cloned.root / "interviews").exists()


@pytest.mark.parametrize("state", ["", "{}", "[]", '{"version": 2}', '{"version": 1, "folder": 7, "questions": [[]]}'])
def test_a_state_that_is_damaged_is_said_and_another_interview_begins(cloned, state):
    cloned.edit(".grades/interview.json", state)
    ended = hold(cloned, "q\n")
    assert ended.returncode == 0
    assert "cannot go on" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(stub_paths(cloned)) == 3


# What is drawn.


def entry(time, kind, name, outcome):
    return Entry(f"2026-01-{time:02}T10:00:00+00:00", kind, f"arithmetic/{name}", {"outcome": outcome})


def test_what_has_never_passed_comes_before_what_was_seen_longest_ago(cloned):
    catalog = Catalog.load(cloned.root)
    entries = [
        entry(1, ATTEMPT, "halve", "passed"),
        entry(2, ATTEMPT, "square", "passed"),
        entry(3, ATTEMPT, "double", "failed"),
        entry(4, INTERVIEW, "halve", "failed"),
    ]
    for seed in range(5):
        drawn = draw(catalog, entries, 3, None, [], random.Random(seed))
        assert [q.exercise for q in drawn] == ["arithmetic/double", "arithmetic/square", "arithmetic/halve"]
    assert drawn[0].ask == "How does one double a number?"


def test_equals_are_drawn_by_chance(cloned):
    catalog = Catalog.load(cloned.root)
    firsts = {draw(catalog, [], 1, "easy", ["arithmetic"], random.Random(seed))[0].exercise for seed in range(30)}
    assert len(firsts) == 3


# The clock.


def make(*names, minutes=1.0):
    return Interview("somewhere", minutes, 0, [Question(f"arithmetic/{name}", "?") for name in names])


def test_the_clock_counts_for_the_question_at_hand_and_stops_at_the_end():
    interview = make("double", "halve")
    interview.spend(20)
    interview.move(1)
    interview.spend(50)
    assert [q.seconds for q in interview.questions] == [20, 40]
    assert interview.seconds_left == 0
    assert interview.is_over


def test_moving_passes_over_what_has_passed():
    interview = make("double", "halve", "square")
    interview.questions[1].outcome = "passed"
    interview.move(1)
    assert interview.question.exercise == "arithmetic/square"
    interview.move(-1)
    assert interview.question.exercise == "arithmetic/double"


def test_time_that_is_up_ends_the_interview_before_anything_is_graded(cloned, monkeypatch):
    times = iter([0.0, 100.0, 100.0, 100.0])
    interview = make("double")
    shown = []
    monkeypatch.setattr(command, "STATE", cloned.root / ".grades/interview.json")
    dialogue = command.Dialogue(Catalog.load(cloned.root), interview, Shown(shown), lambda: next(times))
    monkeypatch.setattr(sys, "stdin", io.StringIO("g\n"))
    assert dialogue.hold()
    assert "Time is up." in "".join(shown)
    assert interview.question.tries == 0


class Shown:
    def __init__(self, texts):
        self.write = texts.append


def test_what_was_saved_is_what_goes_on(tmp_path):
    interview = make("double", "halve")
    interview.spend(7)
    interview.questions[0].failed = ["it is wrong"]
    interview.save(tmp_path / "deep" / "state.json")
    assert Interview.load(tmp_path / "deep" / "state.json", ["arithmetic/double", "arithmetic/halve"]) == interview
    with pytest.raises(Damaged, match="arithmetic/halve"):
        Interview.load(tmp_path / "deep" / "state.json", ["arithmetic/double"])
    assert Path(interview.folder).name == "somewhere"
