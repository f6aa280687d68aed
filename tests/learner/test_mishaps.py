"""Mishaps that people have: each is a clear sentence with a next step, and no stack trace."""

import re
import subprocess
import sys

import pexpect
import pytest
from rich.cells import cell_len

QUESTIONS = '[basics]\nA1 = { ask = "What is twice as much?", exercises = ["arithmetic/double"] }\n'


def run(repository, *arguments, **options):
    """Run a command through pipes, or with other streams."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(
        [sys.executable, "-m", "graders", *arguments],
        cwd=repository.root,
        env=repository.environment(PYTHONDONTWRITEBYTECODE="1"),
        text=True,
        timeout=180,
        check=False,
        **(streams | options),
    )


def test_nothing_filled_in(repository):
    ended = run(repository, "grade")
    assert ended.returncode == 0
    assert "3 not started" in ended.stdout
    assert "Next in order of study: arithmetic/double (Twice as much)." in ended.stdout


def test_a_stub_that_was_deleted(repository):
    (repository.root / "exercises/arithmetic/double.py").unlink()
    ended = run(repository, "grade", "arithmetic/double")
    assert ended.returncode == 0
    assert "there is no file arithmetic/double.py" in ended.stdout
    assert "`nox -s reset -- arithmetic/double` brings the stub back" in ended.stdout


def test_a_file_without_anything_in_it(repository):
    repository.edit("exercises/arithmetic/double.py", "")
    ended = run(repository, "grade", "arithmetic/double")
    assert ended.returncode == 1
    assert "it does not define double" in ended.stdout


def test_a_syntax_error(repository):
    repository.write("double", "return (x + x")
    ended = run(repository, "grade", "arithmetic/double")
    assert ended.returncode == 1
    assert "arithmetic/double.py, line 5: '(' was never closed\n      return (x + x\n             ^\n" in ended.stdout
    assert "Next: mend what is above, then grade again." in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("text", ["def test_(:\n", "import nothing_of_that_name\n", "", "raise KeyboardInterrupt\n"])
def test_a_grader_that_was_edited(repository, text):
    repository.write("double", "return x + x")
    repository.edit("graders/arithmetic/double.py", text)
    ended = run(repository, "grade", "arithmetic/double")
    assert ended.returncode not in (0, 1)
    assert "5 of 5 points" not in ended.stdout


def test_a_grader_that_was_edited_is_said_to_be_no_fault_of_the_answer(repository):
    repository.write("double", "return x + x")
    repository.edit("graders/arithmetic/double.py", "import nothing_of_that_name\n")
    ended = run(repository, "grade", "arithmetic/double")
    assert "counts neither for nor against you" in ended.stdout
    assert "`git checkout graders solutions`" in ended.stdout


# A full disk.


@pytest.fixture
def full_disk(repository, tmp_path):
    """The repository on a disk without room, which only root can mount, and not in every container."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        repository.edit("exercises/questions.toml", QUESTIONS)
        subprocess.run(["cp", "-r", repository.root, disk / "repository"], check=True)
        repository.root = disk / "repository"
        for arguments in (
            ["init", "-q"],
            ["add", "-A"],
            ["-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "a"],
        ):
            subprocess.run(["git", "-C", repository.root, *arguments], check=True)
        repository.write("double", "return x * x")
        fill = ["dd", "if=/dev/zero", f"of={disk / 'fill'}", "bs=1k"]
        filled = subprocess.run(fill, capture_output=True, check=False)
        assert b"No space left" in filled.stderr
        yield repository
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "arithmetic/double"], "Verdicts are not kept this time"),
        (["grade", "arithmetic/double", "--json", "out.json"], "'out.json' cannot be written: No space left on device"),
        (["hint", "arithmetic/double"], "Hint 1 of 3: a"),
        (["progress", "--html", "page.html"], "'page.html' cannot be written: No space left on device"),
        (["progress", "--export", "mine.json"], "'mine.json' cannot be written: No space left on device"),
        (["interview"], "cannot be written: No space left on device"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_full_disk(full_disk, arguments, said):
    path = full_disk.root / "exercises/arithmetic/double.py"
    before = path.read_bytes()
    ended = run(full_disk, *arguments)
    assert said in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert path.read_bytes() == before


# Terminals.

SHOWN = [["grade"], ["grade", "arithmetic/double"], ["hint", "arithmetic/double"], ["progress"]]


@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
def test_a_terminal_of_forty_columns(repository, arguments):
    repository.write("double", "return x * x")
    repository.edit("exercises/questions.toml", QUESTIONS)
    process = pexpect.spawn(
        sys.executable,
        ["-m", "graders", *arguments],
        cwd=repository.root,
        env={k: v for k, v in repository.environment(TERM="xterm-256color").items() if k != "COLUMNS"},
        dimensions=(50, 40),
        encoding="utf-8",
        timeout=180,
    )
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", process.read()).replace("\r\n", "\n")
    lines = [line.rpartition("\r")[2] for line in text.splitlines()]
    assert lines
    assert max(map(cell_len, lines)) <= 40 or arguments[0] == "hint", lines  # a terminal folds a hint by itself


@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
def test_no_terminal_at_all(repository, arguments):
    repository.edit("exercises/questions.toml", QUESTIONS)
    ended = run(repository, *arguments, start_new_session=True)
    assert ended.returncode == 0
    assert ended.stdout
    assert ended.stderr == ""
    assert "\x1b" not in ended.stdout
