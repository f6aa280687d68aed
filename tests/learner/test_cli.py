"""The command line as a whole: what is chosen, what is refused, where results go, and with which exit status."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lines(text):
    return text.splitlines()


# What is graded.


def test_without_arguments_what_is_not_begun_is_a_count(repository):
    ended = repository.grade()
    assert lines(ended.stdout)[0] == "0 of 15 points: 3 not started."
    assert ended.returncode == 0


def test_without_arguments_everything_begun_is_graded(repository):
    repository.write("halve", "return x / 2")
    repository.write("square", "return x * 2")
    ended = repository.grade()
    assert "Half as much (arithmetic/halve): passed, 5 of 5 points" in ended.stdout
    assert "Squares (arithmetic/square): failed, 0 of 5 points" in ended.stdout
    assert "1 passed, 1 failed, 1 not started" in ended.stdout
    assert "(arithmetic/double)" not in ended.stdout.partition("Next")[0]


def test_exercises_that_passed_stand_close_and_others_apart(repository):
    for name, body in {"double": "return x + x", "halve": "return x / 2", "square": "return x"}.items():
        repository.write(name, body)
    blocks = repository.grade().stdout.split("\n\n")
    assert [block.count("(arithmetic/") for block in blocks] == [2, 1, 0]


def test_only_what_is_named_is_graded_in_order_of_study(repository):
    for name in ("double", "halve", "square"):
        repository.write(name, "return x")
    ended = repository.grade("arithmetic/square", "arithmetic/double")
    assert "arithmetic/halve" not in ended.stdout
    assert ended.stdout.index("arithmetic/double") < ended.stdout.index("arithmetic/square")


def test_a_topic_means_all_its_exercises(repository):
    assert "3 not started" in repository.grade("arithmetic").stdout


def test_one_that_is_named_and_not_begun_says_what_to_do(repository):
    ended = repository.grade("arithmetic/halve")
    assert "Half as much (arithmetic/halve): not started" in ended.stdout
    assert "Write what it asks for in exercises/arithmetic/halve.py, then grade again." in ended.stdout
    assert ended.returncode == 0


@pytest.mark.parametrize("inner", ["", "exercises"])
def test_another_submission_can_be_graded(repository, tmp_path, inner):
    folder = tmp_path / "handed_in" / inner / "arithmetic"
    folder.mkdir(parents=True)
    (folder / "halve.py").write_text("def halve(x):\n    return x / 2\n")
    ended = repository.grade("arithmetic/halve", "--submission", tmp_path / "handed_in")
    assert "passed, 5 of 5 points" in ended.stdout


def test_a_file_that_a_submission_lacks_is_not_started(repository, tmp_path):
    ended = repository.grade("arithmetic/halve", "--submission", tmp_path)
    assert "there is no file arithmetic/halve.py" in ended.stdout
    assert f"{tmp_path}/arithmetic/halve.py" in ended.stdout


EXAMPLES = '''"""Twice as much.

>>> import numpy as np
>>> double(np.array([1.0, 2.0]))
array([2., 4.])
"""
'''


def test_examples_of_the_docstrings_come_before_the_hidden_checks_with_their_values(repository):
    repository.write("double", "return x * x", head=EXAMPLES)
    ended = repository.grade("arithmetic/double", "--json", "result.json")
    said = ended.stdout
    assert "wanted: array([2., 4.])\n    came back: array([1., 4.])\n" in said
    assert said.index("[example]") < said.index("[failed]")
    (exercise,) = json.loads((repository.root / "result.json").read_text())["exercises"]
    assert exercise["examples"][1] == {
        "source": "double(np.array([1.0, 2.0]))",
        "wanted": "array([2., 4.])",
        "got": "array([1., 4.])",
        "outcome": "failed",
    }


def test_an_example_that_never_ends_costs_two_seconds_and_no_points(repository):
    repository.write("double", "return x + x", head=EXAMPLES.replace(">>> double", ">>> while True: double"))
    ended = repository.grade("arithmetic/double")
    assert ended.returncode == 0
    assert "passed, 5 of 5 points" in ended.stdout
    assert "ran out of time: it used up its CPU time" in ended.stdout


def test_another_seed_draws_other_inputs(repository):
    repository.write("halve", "print(x.sum())\nreturn x")
    assert repository.grade("arithmetic/halve", "--seed", 1).stdout != repository.grade("arithmetic/halve").stdout


# What is refused: a sentence on standard error, nothing on standard output, exit status 2.


def refusal(ended):
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_an_unknown_name_gets_the_nearest(repository):
    said = refusal(repository.grade("arithmetic/doubel"))
    assert "arithmetic/doubel" in said
    assert "did you mean arithmetic/double" in said


def test_an_unknown_name_costs_no_import_of_a_library(repository):
    repository.edit("numpy.py", "raise SystemExit('imported')")
    repository.edit("pytest.py", "raise SystemExit('imported')")
    repository.edit("rich.py", "raise SystemExit('imported')")
    assert "did you mean" in refusal(repository.grade("arithmetic/doubel"))


@pytest.mark.parametrize("arguments", [["\x1b[31m"], ["--\x1b[31m"], ["--submission", "\x1b[31m"]])
def test_escape_sequences_in_arguments_are_escaped(repository, arguments):
    assert r"\x1b[31m" in refusal(repository.grade(*arguments))


@pytest.mark.parametrize("arguments", [["--seed", "one"], ["--isolation", "total"], ["--sed", "1"]])
def test_wrong_options_are_misuse(repository, arguments):
    assert refusal(repository.grade(*arguments)).startswith("usage: python -m graders")


def test_two_formats_cannot_go_to_one_file(repository):
    assert "cannot both go to the same place" in refusal(repository.grade("--json", "a", "--junit", "a"))


def test_a_command_is_required(repository):
    ended = subprocess.run(repository.command()[:-1], cwd=repository.root, capture_output=True, text=True)
    assert "usage: python -m graders" in refusal(ended)


def test_a_submission_that_is_no_folder_is_refused(repository):
    assert "nowhere is not a folder" in refusal(repository.grade("--submission", "nowhere"))


def test_a_broken_topic_is_refused_with_file_and_rule(repository):
    path = repository.root / "exercises/arithmetic/topic.toml"
    path.write_text(path.read_text().replace('level = "easy"', 'level = "mild"', 1))
    said = refusal(repository.grade())
    assert "exercises/arithmetic/topic.toml, [double]: level has to be easy, medium or hard" in said


def test_python_without_the_packages_is_sent_to_nox(repository):
    command = repository.command("arithmetic/halve")
    command.insert(1, "-S")  # a Python with nothing installed
    ended = subprocess.run(command, cwd=repository.root, env=repository.environment(), capture_output=True, text=True)
    said = refusal(ended)
    assert "numpy, torch, pytest, msgspec and rich are not installed in" in said
    assert "nox -s grade" in said
    assert len(lines(said)) == 1


def test_a_package_that_cannot_be_imported_is_sent_to_nox(repository):
    repository.edit("pytest.py", "raise ImportError('it is broken')")
    said = refusal(repository.grade("arithmetic/halve"))
    assert said.startswith("it is broken in ")
    assert "nox -s grade" in said


def test_an_old_python_gets_one_sentence(repository, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(repository.root / "graders/__main__.py"))
    assert stopped.value.code == 2
    assert "needs Python 3.11 or later" in capsys.readouterr().err


def test_a_sandbox_that_does_not_start_is_one_sentence(repository):
    repository.write("halve", "return x")
    repository.edit("graders/engine/sandbox/zygote.py", "LENGTH = 0\nif __name__ == '__main__': exit('no room')")
    said = refusal(repository.grade("arithmetic/halve"))
    assert said == "the sandbox did not start: no room\n"


def test_a_judge_that_does_not_run_is_one_sentence(repository):
    repository.write("halve", "return x")
    repository.edit("graders/arithmetic/halve.py", "raise KeyboardInterrupt")
    assert len(lines(refusal(repository.grade("arithmetic/halve")))) == 1


def test_a_fault_of_ours_is_reported_as_ours_and_never_as_a_verdict(repository):
    run = (repository.root / "graders/engine/run.py").read_text()
    repository.edit("graders/engine/run.py", f"{run}\ndef grade_all(*_): raise KeyError('oh')\n")
    ended = repository.grade()
    assert ended.returncode == 2
    assert "KeyError: 'oh'" in ended.stderr
    assert (
        lines(ended.stderr)[-1] == "This is a fault of llm-katas, not yours. Please report it, with all of the above."
    )


# Exit statuses.


@pytest.mark.parametrize(("body", "status"), [("return x / 2", 0), ("return x", 1), ("raise ValueError('x')", 1)])
def test_the_exit_status_is_1_exactly_if_something_fell_short(repository, body, status):
    repository.write("halve", body)
    assert repository.grade("arithmetic").returncode == status


def test_a_check_that_raises_by_itself_is_our_fault_with_exit_status_2(repository):
    repository.write("halve", "return x")
    repository.edit("graders/arithmetic/halve.py", OUR_FAULT)
    ended = repository.grade("arithmetic/halve")
    assert ended.returncode == 2
    assert "our fault, no points given or taken" in ended.stdout
    assert "This is our fault, not yours" in ended.stdout
    assert "ZeroDivisionError" in ended.stdout
    assert "report the fault above, please." in ended.stdout


OUR_FAULT = """
from graders.engine.kit import weight


@weight(1, core=True)
def test_divides(submission):
    submission.halve(1)
    1 / 0
"""

# Levels of isolation.


def without_namespaces(repository):
    """Make a machine of the repository on which nothing but a process of its own can be had."""
    path = repository.root / "graders/engine/sandbox/host.py"
    path.write_text(f"{path.read_text()}\n\ndef supported(level):\n    return level is Isolation.PROCESS\n")


def test_a_level_below_full_is_said_with_its_reason_and_what_it_means(repository):
    without_namespaces(repository)
    said = repository.grade("arithmetic/halve").stdout
    assert "Isolation was process, not full (isolation full needs Linux 5.13 or later with Landlock" in said
    assert "the code ran with all your rights" in said


def test_a_level_that_does_not_work_is_refused_rather_than_lowered(repository):
    without_namespaces(repository)
    assert "isolation full needs Linux" in refusal(repository.grade("--isolation", "full"))


def test_a_lower_level_that_was_asked_for_is_said_too(repository):
    ended = repository.grade("--isolation", "process")
    assert "Isolation was process, not full (as you asked)" in ended.stdout


def test_a_lower_level_is_said_even_if_the_report_is_not_shown(repository):
    ended = repository.grade("--isolation", "process", "--json", "-")
    assert ended.stderr.startswith("Isolation was process, not full")
    assert json.loads(ended.stdout)["isolation"] == "process"


# Kept verdicts.


def seconds(repository, *arguments):
    ended = repository.grade("arithmetic/halve", "--json", "-", *arguments)
    return json.loads(ended.stdout)["exercises"][0]["seconds"]


def test_a_verdict_is_kept_until_the_file_changes(repository):
    repository.write("halve", "return x / 2")
    first = seconds(repository)
    assert seconds(repository) == first
    repository.write("halve", "return x / 2.0")
    assert seconds(repository) != first


def test_fresh_grades_anew_and_keeps_that(repository):
    repository.write("halve", "return x / 2")
    first = seconds(repository)
    second = seconds(repository, "--fresh")
    assert second != first
    assert seconds(repository) == second


def test_another_submission_uses_the_same_store(repository, tmp_path):
    repository.write("halve", "return x / 2")
    (tmp_path / "arithmetic").mkdir()
    shutil.copy(repository.root / "exercises/arithmetic/halve.py", tmp_path / "arithmetic")
    assert seconds(repository) == seconds(repository, "--submission", tmp_path)


def no_folder(root):
    (root / ".grades").write_text("")


def damaged_file(root):
    (root / ".grades").mkdir()
    (root / ".grades/results.sqlite").write_text("no database at all " * 100)


@pytest.mark.parametrize("harm", [no_folder, damaged_file])
def test_a_store_that_cannot_be_used_is_a_sentence_and_grading_goes_on(repository, harm):
    harm(repository.root)
    repository.write("halve", "return x / 2")
    ended = repository.grade("arithmetic/halve")
    assert "passed, 5 of 5 points" in ended.stdout
    assert "Verdicts are not kept this time: " in ended.stdout
    assert ended.returncode == 0
    said = ended.stderr.splitlines()  # with no folder at all, the attempt cannot be recorded either
    assert [line.partition(":")[0] for line in said] == (["This is not recorded"] if harm is no_folder else [])


def test_a_store_that_fails_halfway_is_a_sentence_and_grading_goes_on(repository):
    path = repository.root / "graders/engine/store.py"
    spoilt = path.read_text().replace("INSERT OR REPLACE INTO results", "INSERT OR REPLACE INTO nothing")
    path.write_text(spoilt)
    repository.write("halve", "return x / 2")
    repository.write("square", "return x**2")
    ended = repository.grade()
    assert ended.stdout.count("passed, 5 of 5 points") == 2
    assert ended.stdout.count("Verdicts are not kept this time: ") == 1
    assert ended.returncode == 0


# Real exercises.


def test_numpy_exercises_never_import_torch(repository):
    repository.write("halve", "return x")
    ended = repository.grade("arithmetic/halve", PYTHONPROFILEIMPORTTIME="1")
    assert ended.returncode == 1
    assert "numpy" in ended.stderr
    assert "torch" not in ended.stderr


def test_the_real_command_line_lists_its_options():
    ended = subprocess.run(
        [sys.executable, "-m", "graders", "grade", "--help"], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )
    options = ("--submission", "--seed", "--isolation", "--json", "--junit", "--fresh")
    assert all(option in ended.stdout for option in options)
