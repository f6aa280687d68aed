"""The report on a real terminal, in a pipe that closes, in other encodings, and when someone presses Ctrl-C."""

import io
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pexpect
import pytest

from graders.engine.terminal.output import Screen

CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def terminal(repository, *arguments, width=100, **changes):
    """Start the command line on a terminal of its own."""
    python, *rest = repository.command(*arguments)
    environment = repository.environment(TERM="xterm-256color", **changes)
    del environment["COLUMNS"]
    return pexpect.spawn(
        python,
        rest,
        cwd=repository.root,
        env=environment,
        dimensions=(50, width),
        encoding="utf-8",
        timeout=180,
        # These tests may themselves run under nohup, which is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )


def shown(process):
    text = process.read()
    process.wait()
    return text


@pytest.fixture(scope="module")
def broken(make_repository):
    """A repository with one exercise that prints and raises, hostile in both."""
    repository = make_repository()
    repository.write("halve", "print('\\x1b]0;owned\\x07 h\u00e9llo')\nraise ValueError('\\x1b[2J\\u202e [bold]名[/]')")
    return repository


# Colours, width, progress.


def test_a_terminal_gets_colours(broken):
    text = shown(terminal(broken, "arithmetic/halve"))
    assert "\x1b[31mraised an error" in text
    assert "\x1b[1mHalf as much" in text


def test_a_learner_cannot_steer_the_terminal(broken):
    text = shown(terminal(broken, "arithmetic/halve"))
    assert set(re.findall(r"\x1b\[?[\d;]*.", text)) <= {"\x1b[2K", *re.findall(r"\x1b\[[\d;]*m", text)}
    assert r"ValueError: \x1b[2J\u202e [bold]名[/]" in text
    assert r"| \x1b]0;owned\x07 héllo" in text


def test_no_color_means_no_control_sequence_at_all(broken):
    text = shown(terminal(broken, "arithmetic/halve", NO_COLOR="1"))
    assert "raised ValueError" in text
    assert not CONTROL.search(text)


def test_a_pipe_gets_no_control_sequence_even_if_colours_are_forced(broken):
    ended = broken.grade("arithmetic/halve", FORCE_COLOR="1", TTY_COMPATIBLE="1", COLORTERM="truecolor", TERM="xterm")
    assert "raised ValueError" in ended.stdout
    assert not CONTROL.search(ended.stdout)


def test_a_narrow_terminal_is_filled_and_not_exceeded(broken):
    text = re.sub(r"\r?\x1b\[[\d;]*[mK]", "", shown(terminal(broken, "arithmetic/halve", width=40)))
    lines = [line for line in text.replace("\r", "").splitlines() if not line.startswith("Grading")]
    assert 35 < max(map(len, lines)) <= 40


def test_a_pipe_gets_lines_of_80(broken):
    lines = broken.grade(COLUMNS="").stdout.splitlines()
    assert 70 < max(map(len, lines)) <= 80


def test_a_terminal_shows_that_work_is_going_on_and_clears_it_away(broken):
    text = shown(terminal(broken, "arithmetic"))
    assert text.startswith("Grading: 0 of 3 done ...\r\x1b[2K")
    assert text.rpartition("...")[2].startswith("\r\x1b[2K")


def test_each_exercise_is_shown_as_soon_as_those_before_it_are(repository):
    repository.write("double", "return x")
    repository.write("halve", "while True:\n    pass")
    process = terminal(repository)
    process.expect_exact("Twice as much")
    process.expect_exact("Grading: 2 of 3 done ...")
    process.sendintr()
    process.expect_exact("Interrupted")


# Encodings.


def test_a_terminal_that_knows_only_ascii_gets_escapes(broken):
    ended = broken.grade("arithmetic/halve", PYTHONIOENCODING="ascii")
    assert ended.returncode == 1
    assert r"[bold]\u540d[/]" in ended.stdout
    assert r"h\xe9llo" in ended.stdout
    assert ended.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_no_text_is_too_strange_for_any_encoding(encoding):
    raw = io.BytesIO()
    screen = Screen(io.TextIOWrapper(raw, encoding))
    screen.write("名 é \ud800")
    assert r"\ud800" in raw.getvalue().decode(encoding)


def test_a_folder_whose_name_is_no_text_can_be_graded(repository, tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    ended = repository.grade("arithmetic/halve", "--submission", folder)
    assert ended.returncode == 0
    assert r"caf\udce9/arithmetic/halve.py" in ended.stdout


# Standard output that goes away.


def test_a_reader_that_leaves_early_is_no_error(repository):
    repository.write("halve", "return x")
    process = subprocess.Popen(
        repository.command("--json", "result.json"),
        cwd=repository.root,
        env=repository.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert said == b""
    assert (repository.root / "result.json").exists()


@pytest.mark.parametrize(("redirection", "status"), [(">&-", 0), (">/dev/full", 2)])
def test_standard_output_that_is_closed_or_full_ends_in_no_traceback(repository, redirection, status):
    command = f'exec "$@" {redirection}'
    ended = subprocess.run(
        ["sh", "-c", command, "sh", *repository.command()],
        cwd=repository.root,
        env=repository.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert ended.returncode == status
    assert ended.stderr == {0: "", 2: "'standard output' cannot be written: No space left on device\n"}[status]


# Ctrl-C.


def family(pid):
    """Return the processes that `pid` started, and those that these started, as long as they run."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = status.read_text().rpartition(")")
        except OSError:
            continue  # it has just ended
        parents[int(name.partition(" ")[0])] = int(rest.split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def started(repository, *arguments):
    """Start grading an exercise that takes long; return the terminal and all processes, once these are under way."""
    repository.write("halve", "while True:\n    pass")
    process = terminal(repository, "arithmetic/halve", *arguments)
    process.expect_exact("Grading: 0 of 1")
    while len(alive := family(process.pid)) < 4:
        assert process.isalive()
        time.sleep(0.05)
    return process, alive


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed in /proc")


@needs_proc
@pytest.mark.parametrize("level", ["full", "process"])
def test_ctrl_c_is_one_line_with_status_130_and_leaves_no_process(repository, level):
    process, alive = started(repository, "--isolation", level)
    process.sendintr()
    said = shown(process)
    assert said.rpartition("\x1b[2K")[2] == "Interrupted: nothing more was graded.\r\n"
    assert "Traceback" not in said
    assert process.exitstatus == 130
    assert not [pid for pid in alive if is_alive(pid)]


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_program_that_is_told_to_end_leaves_no_process_either(repository, number):
    process, alive = started(repository, "--isolation", "process")
    process.kill(number)
    assert shown(process).endswith("Interrupted: nothing more was graded.\r\n")
    assert process.exitstatus == 128 + number
    assert not [pid for pid in alive if is_alive(pid)]


@needs_proc
def test_ctrl_c_pressed_twice_is_the_same_as_once(repository):
    process, alive = started(repository)
    process.kill(signal.SIGINT)  # not by the keyboard: the terminal would drop what it has not yet shown
    process.kill(signal.SIGINT)
    assert shown(process).endswith("Interrupted: nothing more was graded.\r\n")
    assert process.exitstatus == 130
    assert not [pid for pid in alive if is_alive(pid)]


def test_ctrl_c_while_graders_are_collected_is_one_line_too(repository):
    repository.write("halve", "return x")
    repository.edit("graders/arithmetic/halve.py", "import time\nopen('collecting', 'w')\ntime.sleep(30)")
    process = terminal(repository, "arithmetic/halve")
    while not (repository.root / "collecting").exists():
        time.sleep(0.05)
    process.sendintr()
    assert shown(process).endswith("Interrupted: nothing more was graded.\r\n")
    assert process.exitstatus == 130
