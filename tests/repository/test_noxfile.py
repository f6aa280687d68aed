"""The noxfile: sessions that can be found, environments that are made once, and the grader's own exit status.

No network and no installation: a shell script stands in for Python. It notes every command; `-m venv` makes a folder
with the script in it, `-m pip` does nothing, and the one of them that $FAIL names fails. All else ends with $STATUS.
"""

import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from nox import project, registry

import noxfile

ROOT = Path(noxfile.__file__).parent
SESSIONS = registry.get()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WORKERS = f"-n {min(os.cpu_count() or 1, 4)} --dist loadgroup"
STAND_IN = """#!/bin/sh
echo "$@" >> "$COMMANDS"
case "$2" in
  "$FAIL") exit 1 ;;
  venv) rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
  pip) ;;
  *) echo "graded $3"; exit "$STATUS" ;;
esac
"""


def requirements(group):
    return list(project.dependency_groups(PYPROJECT, group))


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Put the stand-in in Python's place; the file of the commands that it was given."""
    python, noted = tmp_path / "python", tmp_path / "commands"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    noted.touch()
    monkeypatch.setenv("COMMANDS", str(noted))
    monkeypatch.setenv("FAIL", "nothing")
    monkeypatch.setattr(sys, "executable", str(python))
    return noted


@pytest.fixture
def clone(tmp_path, commands, monkeypatch):
    """A copy of the project whose environments are all set up, with no command noted yet and Python back in place."""
    for name in ("noxfile.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name, wanted in {
        "learner": requirements("learner"),
        "developer": requirements("developer"),
        "bootstrap": [f"nox{noxfile.nox.needs_version}"],
    }.items():
        noxfile.environment(tmp_path / ".nox" / name, wanted)
    commands.write_text("")
    monkeypatch.undo()
    monkeypatch.setenv("COMMANDS", str(commands))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tmp_path


def run(clone, *command, status=0):
    """Run Python in the clone. Where it would install something after all, pip has no place to take it from."""
    offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
    return subprocess.run(
        [sys.executable, *command],
        cwd=clone,
        env={**os.environ, **offline, "STATUS": str(status), "FAIL": "nothing"},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_says_in_one_line_what_it_is_for(name):
    first = SESSIONS[name].__doc__.splitlines()[0]
    assert first.endswith(".")
    assert len(first) <= 100


@pytest.mark.parametrize("name", SESSIONS)
def test_nox_makes_no_environment_for_a_session_alone(name):
    assert SESSIONS[name].venv_backend == "none"


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", ".ci/run", "noxfile.py"])
def test_every_session_that_a_document_names_exists(document):
    named = re.findall(r"(?:nox|noxfile\.py) -s ([\w-]+)", (ROOT / document).read_text())
    assert named, f"{document} names no session"
    assert set(named) <= set(SESSIONS)


def test_learning_needs_seven_packages_and_one_exact_torch():
    wanted = requirements("learner")
    names = {re.match(r"[\w-]+", line).group() for line in wanted}
    assert names == {"numpy", "torch", "pytest", "msgspec", "rich", "jinja2", "watchfiles"}
    assert "torch==2.13.0" in wanted


def test_a_developer_has_all_that_a_learner_has_and_one_exact_ruff():
    assert set(requirements("learner")) < set(requirements("developer"))
    assert any(line.startswith("ruff==") for line in requirements("developer"))


def test_the_three_places_agree_on_nox():
    wanted = f"nox{noxfile.nox.needs_version}"
    assert wanted in requirements("tests")
    assert f'["{wanted}"]' in (ROOT / "noxfile.py").read_text()


def test_an_environment_is_made_once(tmp_path, commands):
    home = tmp_path / "home"
    assert noxfile.environment(home, ["numpy", "rich"]) == str(home / "bin" / "python")
    made = commands.read_text().splitlines()
    assert made[0] == f"-m venv --clear {home}"
    assert made[1].endswith("numpy rich")
    noxfile.environment(home, ["numpy", "rich"])
    assert commands.read_text().splitlines() == made


def test_other_requirements_make_it_anew(tmp_path, commands):
    noxfile.environment(tmp_path / "home", ["numpy==1"])
    noxfile.environment(tmp_path / "home", ["numpy==2"])
    assert commands.read_text().count("venv --clear") == 2


def test_another_python_makes_it_anew(tmp_path, commands, monkeypatch):
    noxfile.environment(tmp_path / "home", ["numpy"])
    monkeypatch.setattr(noxfile, "stamp", lambda requirements: "Python 3.99\nnumpy\n")
    noxfile.environment(tmp_path / "home", ["numpy"])
    assert commands.read_text().count("venv --clear") == 2


def test_the_stamp_names_python_and_every_requirement():
    assert noxfile.stamp(["a==1", "b"]).splitlines() == [f"Python 3.{sys.version_info.minor}", "a==1", "b"]


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path, commands):
    python = noxfile.environment(tmp_path / "home", ["numpy"])
    Path(python).unlink()
    noxfile.environment(tmp_path / "home", ["numpy"])
    assert Path(python).exists()


@pytest.mark.parametrize("step", ["venv", "pip"])
def test_a_failed_installation_says_so_and_the_next_run_starts_afresh(tmp_path, commands, monkeypatch, step):
    noxfile.environment(tmp_path / "home", ["numpy==1"])
    monkeypatch.setenv("FAIL", step)
    with pytest.raises(SystemExit, match="could not be set up"):
        noxfile.environment(tmp_path / "home", ["numpy==2"])
    monkeypatch.setenv("FAIL", "nothing")
    noxfile.environment(tmp_path / "home", ["numpy==1"])  # what was there before is there no longer
    assert commands.read_text().count("venv --clear") == 3


@pytest.mark.parametrize("status", [0, 1, 2])
def test_grade_passes_on_arguments_output_and_exit_status(clone, status):
    shutil.rmtree(clone / ".nox" / "developer")
    ended = run(clone, "-m", "nox", "-s", "grade", "--", "attention/kv_cache", "--seed", "3", status=status)
    assert ended.returncode == status
    assert ended.stdout == "graded grade\n"
    assert (clone / "commands").read_text() == "-m graders grade attention/kv_cache --seed 3\n"
    assert "failed" not in ended.stderr


def test_developers_sessions_share_one_environment(clone):
    shutil.rmtree(clone / ".nox" / "learner")
    ended = run(clone, "-m", "nox", "-s", "tests", "oracles", "strength", "bench", "lint")
    assert ended.returncode == 0, ended.stderr
    assert (clone / "commands").read_text().splitlines() == [
        f"-m pytest {WORKERS}",
        "-m pytest tests/oracles",
        "-m tests.strength",
        "-m tests.bench",
        "-m ruff check .",
        "-m ruff format --check .",
    ]


def test_nox_alone_tests_and_lints_and_fails_where_they_fail(clone):
    ended = run(clone, "-m", "nox", status=1)
    assert ended.returncode == 1
    assert set((clone / "commands").read_text().splitlines()) == {f"-m pytest {WORKERS}", "-m ruff check ."}


def test_without_nox_the_noxfile_fetches_it_for_itself(clone):
    ended = run(clone, "-S", "noxfile.py", "-s", "grade", "--", "attention")  # -S: a Python with nothing installed
    assert ended.returncode == 0, ended.stderr
    assert (clone / "commands").read_text() == f"-m nox --noxfile {clone / 'noxfile.py'} -s grade -- attention\n"


def test_an_old_python_gets_one_sentence(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or later, and .* is Python 3\.10\.4\.$"):
        runpy.run_path(str(ROOT / "noxfile.py"))


def test_windows_gets_one_sentence(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit, match="Linux and macOS"):
        runpy.run_path(str(ROOT / "noxfile.py"))


def test_continuous_integration_runs_what_the_readme_says():
    steps = (ROOT / ".ci" / "run").read_text().splitlines()
    assert "python3 noxfile.py -s tests" in steps
    assert "python3 noxfile.py -s lint" in steps
    assert "python3 noxfile.py -s tests" in (ROOT / "README.md").read_text()
