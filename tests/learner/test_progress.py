"""What is solved comes from the present files; the journal tells of attempts, days and hints; lines fit a terminal."""

import json
import random
import signal
import sys
from datetime import date, datetime, timedelta

import pexpect
import pytest

from graders.engine.catalog import Catalog
from graders.engine.learner.journal import ATTEMPT, HINT, Entry
from graders.engine.learner.progress import measure
from graders.engine.terminal.meter import segments
from tests.support.progress import (
    CONTROL,
    attempt,
    note,
    record,
    refused,
    run,
    seals,
    verdicts,
    with_questions,
)


@pytest.fixture
def repository(repository):
    return with_questions(repository)


# What is solved.


def test_a_fresh_clone_has_nothing_solved_and_says_where_to_begin(repository):
    ended = run(repository)
    assert ended.returncode == 0
    assert ended.stderr == ""
    assert ended.stdout.startswith("0 of 3 exercises solved, 0 of 15 points.\n")
    assert "0 solved, 0 begun, 3 not begun; 0 of 15 points" in ended.stdout
    assert "nox -s grade -- arithmetic/double" in ended.stdout
    assert "No attempts so far; hints used: 0." in ended.stdout
    assert not CONTROL.search(ended.stdout)


def test_present_files_decide_what_is_solved_whatever_the_journal_says(repository):
    note(repository, attempt("arithmetic/double"), attempt("arithmetic/halve"))
    repository.write("double", "return x + x")
    repository.write("square", "return x")
    found = record(repository)
    assert {e["id"]: e["state"] for e in found["exercises"]} == {
        "arithmetic/double": "solved",
        "arithmetic/halve": "open",
        "arithmetic/square": "begun",
    }
    assert (found["points"], found["solved"], found["begun"], found["open"]) == (5, 1, 1, 1)
    assert found["again"] == ["arithmetic/halve"]


def test_a_changed_file_has_to_pass_again(repository):
    repository.write("double", "return x + x")
    assert run(repository, command="grade").returncode == 0
    assert record(repository)["again"] == []
    repository.write("double", "return x * x")
    assert record(repository)["again"] == ["arithmetic/double"]
    shown = run(repository).stdout
    assert "have to pass again" in shown
    assert "Twice as much (arithmetic/double): now" in shown


def test_looking_is_no_attempt(repository):
    repository.write("double", "return x")
    run(repository)
    assert record(repository)["attempts"] == 0


def test_what_has_not_changed_is_not_graded_again(repository):
    repository.write("double", "return x + x")
    run(repository)
    kept = seals(repository)
    assert len(kept) == 1
    assert record(repository)["solved"] == 1
    assert seals(repository) == kept  # graded anew, it would have taken another time


def test_next_is_what_has_its_prerequisites_solved(repository):
    assert [e["id"] for e in record(repository)["next"]] == ["arithmetic/double", "arithmetic/halve"]
    repository.write("double", "return x + x")
    found = record(repository)["next"]
    assert [e["id"] for e in found] == ["arithmetic/halve", "arithmetic/square"]
    assert found[0] == {"id": "arithmetic/halve", "title": "Half as much", "level": "easy", "minutes": 10}


def test_a_question_can_be_answered_when_all_its_exercises_are_solved(repository):
    repository.write("halve", "return x / 2")
    found = record(repository)["questions"]
    assert (found["total"], found["answerable"]) == (3, [])
    assert [(q["id"], q["missing"]) for q in found["nearest"]] == [
        ("T1", ["arithmetic/double"]),
        ("T2", ["arithmetic/square"]),
    ]
    repository.write("square", "return x * x")
    assert [q["id"] for q in record(repository)["questions"]["answerable"]] == ["T2"]


def test_all_solved_is_said(repository):
    for name, body in {"double": "x + x", "halve": "x / 2", "square": "x * x"}.items():
        repository.write(name, f"return {body}")
    assert "All of it is solved." in run(repository).stdout


def test_a_fault_of_ours_is_neither_solved_nor_to_pass_again_and_ends_with_2(repository):
    note(repository, attempt("arithmetic/halve"))
    repository.write("halve", "return x / 2")
    repository.edit("graders/arithmetic/halve.py", "import nothing_of_the_kind\n")
    ended = run(repository, "--json")
    assert ended.returncode == 2
    assert "fault of ours" in ended.stderr
    found = json.loads(ended.stdout)
    assert found["again"] == []
    assert found["exercises"][1]["points"] is None


# The journal's part, without a command line.


@pytest.fixture(scope="module")
def catalog(make_repository):
    return Catalog.load(make_repository().root)


def streak(catalog, *ages):
    """Return streak and days of attempts so many days before noon of a certain day."""
    noon = datetime(2026, 3, 10, 12).astimezone()
    entries = [Entry((noon - timedelta(days=age)).isoformat(), ATTEMPT, "arithmetic/double") for age in ages]
    found = measure(catalog, {}, verdicts(catalog), entries, date(2026, 3, 10))
    return found.streak, found.days


def test_a_streak_is_days_in_a_row_up_to_today_or_yesterday(catalog):
    assert streak(catalog) == (0, 0)
    assert streak(catalog, 0, 0, 1, 2, 4) == (3, 4)
    assert streak(catalog, 1, 2) == (2, 2)
    assert streak(catalog, 2, 3) == (0, 2)
    assert streak(catalog, -1, -2) == (0, 2)


def test_a_hint_taken_on_two_machines_counts_once(catalog):
    entries = [Entry(f"2026-03-0{day}T00:00:00+00:00", HINT, "arithmetic/double", {"number": 1}) for day in (1, 2)]
    assert measure(catalog, {}, verdicts(catalog), entries, date(2026, 3, 10)).hints == 1


def test_an_edited_journal_cannot_break_it(catalog):
    entries = [
        Entry("0001-01-01T00:00:00+14:00", ATTEMPT, "arithmetic/double", {"outcome": ["passed"]}),
        Entry("9999-12-31T23:59:59-14:00", ATTEMPT, "../../etc", {}),
        Entry("2026-03-01T00:00:00+00:00", HINT, "arithmetic/double", {"number": {"a": []}}),
    ]
    found = measure(catalog, {}, verdicts(catalog), entries, date(2026, 3, 10))
    assert (found.attempts, found.again, found.hints) == (2, (), 1)


def test_the_next_hint_is_not_skipped_after_journals_were_united(repository):
    hints = [
        {
            "time": f"2026-03-0{d}T00:00:00+00:00",
            "kind": "hint",
            "exercise": "arithmetic/double",
            "details": {"number": 1},
        }
        for d in (1, 2)
    ]
    note(repository, *hints)
    assert run(repository, "arithmetic/double", command="hint").stdout.startswith("Hint 2 of 3")


# Bars and terminals.


@pytest.mark.parametrize("seed", range(50))
def test_a_bar_is_filled_exactly_and_shows_all_that_is_there(seed):
    draw = random.Random(seed)
    counts = [draw.choice([0, 0, 1, 7, 400]) for _ in range(3)]
    cells = segments(counts, 20)
    assert sum(cells) == 20
    assert all(cell >= 0 for cell in cells)
    if sum(counts):
        assert [cell > 0 for cell in cells] == [count > 0 for count in counts]


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_lines_fit_the_width(repository, width):
    repository.write("double", "return x")
    lines = run(repository, COLUMNS=str(width)).stdout.splitlines()
    assert max(map(len, lines)) <= width


def test_a_terminal_of_ascii_gets_bars_of_ascii(repository):
    ended = run(repository, PYTHONIOENCODING="ascii")
    assert ended.stdout.isascii()
    assert "." * 24 in ended.stdout
    assert "\\u" not in ended.stdout


def terminal(repository):
    return pexpect.spawn(
        sys.executable,
        ["-m", "graders", "progress"],
        cwd=repository.root,
        env=repository.environment(TERM="xterm-256color"),
        encoding="utf-8",
        timeout=180,
        dimensions=(50, 100),
        # These tests may themselves run in the background of a shell, where Ctrl-C is ignored, which is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_a_terminal_shows_a_bar_while_it_grades_and_clears_it_away(repository):
    repository.write("double", "return x + x")
    process = terminal(repository)
    process.expect_exact("Grading ░░░░░░░░░░░░░░░░░░░░ 0 of 3")
    process.expect_exact("Grading █████████████░░░░░░░ 2 of 3")
    process.expect_exact("\r\x1b[2K\x1b[1m1 of 3 exercises solved")
    text = process.read()
    process.wait()
    assert process.exitstatus == 0
    assert "Grading" not in text
    assert "\x1b[32m" in text


def test_ctrl_c_ends_it_with_a_sentence(repository):
    repository.write("double", "while True:\n    pass")
    process = terminal(repository)
    process.expect_exact("2 of 3")
    process.sendintr()
    text = process.read()
    process.wait()
    assert process.exitstatus == 130
    assert text.endswith("\r\x1b[2KInterrupted: nothing more was graded.\r\n")


# Misuse.


def test_two_things_cannot_go_to_one_place(repository):
    assert "standard output" in refused(run(repository, "--json", "--html", "-"))
    assert "standard output" in refused(run(repository, "--export", "-", "--html", "-"))
    assert "same file" in refused(run(repository, "--export", "a", "--html", "./a"))


def test_what_cannot_be_written_is_said_before_anything_is_graded(repository, tmp_path):
    assert "there is no folder" in refused(run(repository, "--html", tmp_path / "missing" / "a.html"))
    assert "is a folder" in refused(run(repository, "--export", tmp_path))
    assert not (repository.root / ".grades").exists()


def test_page_and_export_can_go_to_standard_output(repository):
    assert run(repository, "--html", "-").stdout.startswith("<!DOCTYPE html>")
    assert json.loads(run(repository, "--export", "-").stdout)["files"] == {}


def test_a_journal_that_cannot_be_read_is_one_sentence(repository):
    (repository.root / ".grades" / "journal.jsonl").mkdir(parents=True)
    said = refused(run(repository))
    assert "journal.jsonl cannot be read" in said


def test_questions_that_cannot_be_read_are_one_sentence(repository):
    repository.edit("exercises/questions.toml", "[T\n")
    assert "questions.toml" in refused(run(repository))
