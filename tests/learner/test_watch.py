"""watch on a terminal of its own: saves, keys, sizes, and how it ends."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import termios
import time

import pexpect
import pytest

from graders.engine.learner import editor
from graders.engine.learner.watching.events import settled
from tests.learner.test_terminal import family, is_alive, needs_proc

FRAME_ENDS = "\x1b[J"
CONTROL = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")
RIGHT = {"double": "return x + x", "halve": "return x / 2", "square": "return x**2"}


class Watching:
    """A watch on a terminal. Frames are told apart by how they end; a verdict has a number, so that none is missed."""

    def __init__(self, repository, *names, width=80, height=40, **changes):
        self.repository = repository
        environment = repository.environment(TERM="xterm-256color", **changes)
        del environment["COLUMNS"]
        for name in ("VISUAL", "EDITOR", "TERM_PROGRAM"):
            if name not in changes:
                environment.pop(name, None)
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "graders", "watch", *names],
            cwd=repository.root,
            env=environment,
            dimensions=(height, width),
            encoding="utf-8",
            timeout=120,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        self.modes = termios.tcgetattr(self.process.child_fd)

    def until(self, *sentences):
        """Return the text of the first frame from now on that holds all of these, whatever lines they are folded to."""
        while True:
            self.process.expect_exact(FRAME_ENDS)
            shown = self.process.before.rpartition("\x1b[H")[2]
            text = CONTROL.sub("", shown).replace("\r", "")
            flat = " ".join(text.split())
            if all(sentence in flat for sentence in sentences):
                return text

    def press(self, key):
        self.process.send(key)

    def quit(self):
        self.press("q")
        rest = self.process.read()
        self.process.wait()
        return rest


@pytest.fixture
def watch(repository):
    """A function that starts a watch, which is ended at the latest with the test."""
    started = []

    def start(*names, **options):
        started.append(Watching(repository, *names, **options))
        return started[-1]

    yield start
    for watching in started:
        watching.process.close(force=True)


def path_of(repository, name):
    return repository.root / f"exercises/arithmetic/{name}.py"


def source(name, body):
    return f"def {name}(x):\n    {body}\n"


def journal(repository):
    path = repository.root / ".grades" / "journal.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(e["kind"], e["exercise"], e["details"].get("outcome")) for e in map(json.loads, filter(None, lines))]


# What is opened.


def test_it_opens_the_first_that_is_not_solved(repository, watch):
    repository.write("double", RIGHT["double"])
    watching = watch()
    text = watching.until("Half as much", "not started", "1 of 3 solved", "Verdict 1")
    assert "exercises/arithmetic/halve.py and save" in text.replace("\n  ", " ")
    watching.quit()
    assert watching.process.exitstatus == 0


def test_only_what_was_asked_for_is_gone_through(repository, watch):
    watching = watch("arithmetic/square")
    watching.until("Squares (arithmetic/square)", "0 of 1 solved")
    watching.press("n")
    watching.until("There is no other exercise here")


def test_solved_ones_behind_the_first_show_in_the_bar_and_are_known_the_next_time(repository, watch):
    repository.write("square", RIGHT["square"])
    watching = watch()
    watching.until("Twice as much", "1 of 3 solved")
    watching.quit()
    assert b"arithmetic/square" in b"".join(p.read_bytes() for p in (repository.root / ".grades").glob("results*"))


def test_when_all_is_solved_it_says_so(repository, watch):
    for name, body in RIGHT.items():
        repository.write(name, body)
    watch().until("Twice as much", "3 of 3 solved", "All of it has passed.")


# Saves.


def by_renaming(path, text):
    draft = path.with_name("draft.tmp")
    draft.write_text(text)
    draft.replace(path)


def by_moving_the_old_one_away(path, text):
    path.rename(path.with_name(f"{path.name}~"))
    path.write_text(text)


def by_many_events(path, text):
    path.with_name(".double.py.swp").write_text("swap")
    path.write_text("")
    path.write_text(text)
    path.chmod(0o600)
    os.utime(path)
    path.write_text(text)


def by_deleting(path, text):
    path.unlink()
    path.write_text(text)


def test_each_way_of_saving_gives_one_verdict(repository, watch):
    watching = watch("arithmetic/double")
    watching.until("Verdict 1")
    path = path_of(repository, "double")
    ways = [by_renaming, by_moving_the_old_one_away, by_many_events, by_deleting, by_renaming]
    for number, way in enumerate(ways, 2):
        way(path, source("double", f"print('save {number}')"))
        # Had there been one verdict too many before, this number would come with an older text.
        text = watching.until(f"Verdict {number},")
        assert f"| save {number}\n" in text


def test_a_wrong_save_names_the_mistake_and_a_right_one_offers_the_next(repository, watch):
    watching = watch()
    watching.until("Verdict 1")
    path_of(repository, "double").write_text(source("double", "return x * x"))
    watching.until("Verdict 2", "A known mistake gives exactly this: the argument is squared")
    path_of(repository, "double").write_text(source("double", "return x +"))
    watching.until("Verdict 3", "cannot be loaded", "^")
    path_of(repository, "double").write_text(source("double", RIGHT["double"]))
    watching.until("Verdict 4", "1 of 3 solved", "Passed. Press n for arithmetic/halve (Half as much)")
    watching.quit()  # what is recorded is so after it was shown
    assert journal(repository) == [
        ("attempt", "arithmetic/double", outcome) for outcome in ("failed", "invalid", "passed")
    ]


def test_a_wrong_example_is_shown_first_with_its_values(repository, watch):
    watching = watch("arithmetic/double")
    watching.until("Verdict 1")
    example = '"""Twice as much.\n\n>>> double(3)\n6\n"""\n'
    by_renaming(path_of(repository, "double"), example + source("double", "return x * x"))
    text = watching.until("Verdict 2", "wanted: 6", "came back: 9")
    assert text.index(">>> double(3)") < text.index("[failed]")


def test_a_save_that_changes_nothing_gives_no_verdict(repository, watch):
    watching = watch("arithmetic/double")
    watching.until("Verdict 1")
    path = path_of(repository, "double")
    path.write_text(source("double", "return 1"))
    watching.until("Verdict 2")
    path.write_text(source("double", "return 1"))
    path_of(repository, "square").write_text(source("square", "return 1"))
    path.write_text(source("double", "return 2"))
    watching.until("Verdict 3")


def test_a_change_of_an_exercise_that_this_one_imports_counts_too(repository, watch):
    repository.write("halve", "return x / 2")
    repository.edit(
        "exercises/arithmetic/double.py",
        "from exercises.arithmetic.halve import halve\n\n\ndef double(x):\n    return 4 * halve(x)\n",
    )
    watching = watch("arithmetic/double")
    watching.until("Verdict 1", "1 of 1 solved")
    repository.write("halve", "return x / 3")
    watching.until("Verdict 2", "0 of 1 solved", "failed")
    repository.write("halve", "return x / 2")
    watching.until("Verdict 3", "1 of 1 solved", "passed")


def test_a_change_of_an_exercise_that_is_not_open_shows_in_the_bar(repository, watch):
    watching = watch()
    watching.until("Verdict 1", "0 of 3 solved")
    repository.write("square", RIGHT["square"])
    watching.until("Verdict 1", "1 of 3 solved")
    repository.write("square", "return x")
    watching.until("Verdict 1", "0 of 3 solved")


def test_a_stub_that_is_deleted_is_a_sentence(repository, watch):
    watching = watch("arithmetic/double")
    watching.until("Verdict 1")
    path_of(repository, "double").unlink()
    watching.until("Verdict 2", "there is no file arithmetic/double.py")


@pytest.mark.parametrize(
    "states",
    [
        ["whole", "whole"],
        ["half", "half+", "half+", "whole", "whole", "whole"],
        [None, None, None, "whole", "whole", "whole"],
        ["", "", "ha", "whole", "whole", "whole"],
    ],
)
def test_a_file_is_taken_once_it_is_whole(states):
    """`states` are those of the file at each look at it: by turns to grade it and to see whether it is still so."""
    left = list(states)
    found = settled(lambda: left.pop(0), lambda text: text == left.pop(0), bool, pause=lambda _: None)
    assert found == "whole"
    assert left == []


def test_a_file_that_stays_away_is_taken_as_gone_in_the_end():
    assert settled(lambda: None, lambda _: True, bool, pause=lambda _: None) is None


def test_a_moment_that_grading_took_anyway_is_not_waited_for_again():
    pauses = []
    settled(lambda: time.sleep(0.1), lambda _: True, lambda _: True, pauses.append)
    assert pauses == [0.0]


def test_what_a_learner_prints_cannot_steer_the_terminal(repository, watch):
    repository.write("double", "print('\\x1b[2Jhello\\x07')\nreturn x")
    text = watch("arithmetic/double").until("Verdict 1")
    assert r"| \x1b[2Jhello\x07" in text


# Keys.


def test_next_and_previous(repository, watch):
    repository.write("halve", RIGHT["halve"])
    watching = watch()
    watching.until("Twice as much", "1 of 3 solved")
    watching.press("n")  # past the one that is solved
    watching.until("Squares", "Verdict 2")
    watching.press("n")
    watching.until("Twice as much", "Verdict 3")
    watching.press("p")
    watching.until("Squares", "Verdict 4")
    watching.press("p")
    watching.until("Half as much", "passed", "Verdict 5")


def test_hints_come_one_by_one_and_the_last_after_an_attempt(repository, watch):
    watching = watch()
    watching.until("Verdict 1")
    watching.press("h")
    watching.until("Hint 1 of 3: a", "2 are left")
    watching.press("h")
    watching.until("Hint 1 of 3: a", "Hint 2 of 3: b", "One is left, for whoever has tried")
    path_of(repository, "double").write_text(source("double", "return 1"))
    watching.until("Verdict 2", "failed")
    watching.press("h")
    watching.until("Hint 3 of 3: c", "There are no more hints")
    assert [kind for kind, *_ in journal(repository)] == ["hint", "hint", "attempt", "hint"]


def test_the_list_is_picked_from(repository, watch):
    repository.write("square", RIGHT["square"])
    watching = watch()
    watching.until("1 of 3 solved")
    watching.press("l")
    watching.until("> [ ] arithmetic/double", "[x] arithmetic/square", "Enter pick")
    watching.press("\x1b[B")
    watching.until("> [ ] arithmetic/halve")
    watching.press("j")
    watching.until("> [x] arithmetic/square")
    watching.press("k")
    watching.until("> [ ] arithmetic/halve")
    watching.press("\r")
    watching.until("Half as much", "Verdict 2", "n next")
    watching.press("l")
    watching.until("> [ ] arithmetic/halve")
    watching.press("\x1b")
    watching.until("Half as much", "n next")


def test_all_of_the_topic(repository, watch):
    repository.write("square", RIGHT["square"])
    repository.write("halve", "return x")
    watching = watch("arithmetic/double")
    watching.until("Verdict 1")
    watching.press("a")
    watching.until(
        "arithmetic/double: not started", "arithmetic/halve: failed, 0 of", "arithmetic/square: passed", "0 of 1 solved"
    )
    watching.press("\x1b")
    watching.until("Twice as much")


def test_the_reference_is_shown_only_to_whoever_has_passed(repository, watch):
    solution = repository.root / "solutions/arithmetic/double.py"
    head = '"""Twice as much.\n\nAn interviewer goes on: why?\nRead on: a book.\n"""\n'
    solution.write_text(head + solution.read_text().partition("\n")[2])
    watching = watch()
    watching.until("Verdict 1")
    watching.press("s")
    text = watching.until("The reference is for whoever has passed")
    assert "x + x" not in text
    path_of(repository, "double").write_text(source("double", "return 2 * x"))
    watching.until("Verdict 2", "passed")
    watching.press("s")
    text = watching.until("An interviewer goes on: why? Read on: a book.")
    assert "-     return 2 * x\n" in text
    assert "+     return x + x\n" in text


def commit(root):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(root)]
    for command in (["init", "-q"], ["add", "exercises"], ["commit", "-q", "-m", "stubs"]):
        subprocess.run([*git, *command], check=True)


def test_reset_asks_first_and_keeps_the_file(repository, watch):
    commit(repository.root)
    stub = path_of(repository, "double").read_text()
    watching = watch()
    watching.until("Verdict 1")
    watching.press("r")
    watching.until("double.py is the stub already.")
    mine = source("double", "return 1")
    path_of(repository, "double").write_text(mine)
    watching.until("Verdict 2")
    watching.press("r")
    watching.until("Put the stub of arithmetic/double back?")
    watching.press("q")  # anything but y
    watching.until("Nothing was changed.")
    assert path_of(repository, "double").read_text() == mine
    watching.press("r")
    watching.until("Put the stub of arithmetic/double back?")
    watching.press("y")
    watching.until("Verdict 3", "not started", "The stub of arithmetic/double is back.")
    assert path_of(repository, "double").read_text() == stub
    (kept,) = (repository.root / ".grades/kept/arithmetic").iterdir()
    assert kept.read_text() == mine
    path_of(repository, "double").write_text(mine)
    watching.until("Verdict 4")


def test_reset_without_history_is_a_sentence(watch):
    watching = watch()
    watching.until("Verdict 1")
    watching.press("r")
    watching.until("A stub is taken from the history that git keeps")


def test_the_editor_gets_the_terminal_and_gives_it_back(repository, watch, tmp_path):
    script = tmp_path / "edit"
    script.write_text('stty -a > "$1"; sed -i "s/raise Not.*/return x + x/" "$2"; echo done; read answer')
    watching = watch(VISUAL=f"sh {script} {tmp_path / 'modes'}")
    watching.until("Verdict 1")
    watching.press("o")
    watching.process.expect_exact("done")
    watching.process.sendintr()  # is the editor's
    watching.until("Opened exercises/arithmetic/double.py.")
    watching.until("Verdict 2", "1 of 3 solved")
    modes = set((tmp_path / "modes").read_text().split())
    assert {"icanon", "echo"} <= modes
    watching.press("n")
    watching.until("Verdict 3")


def test_an_editor_that_is_not_there_is_a_sentence(watch):
    watching = watch(EDITOR="no-such-editor")
    watching.until("Verdict 1")
    watching.press("o")
    watching.until("The editor does not start (no-such-editor: No such file or directory)")


def test_without_an_editor_it_says_how_to_choose_one(watch):
    watching = watch()
    watching.until("Verdict 1")
    watching.press("o")
    watching.until("Set VISUAL to the command of your editor", "exercises/arithmetic/double.py")


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"VISUAL": "emacs -nw", "EDITOR": "ed"}, ["emacs", "-nw"]),
        ({"VISUAL": " ", "EDITOR": "ed"}, ["ed"]),
        ({"TERM_PROGRAM": "vscode"}, ["code"]),
        ({"TERM_PROGRAM": "vscode", "EDITOR": "ed"}, ["ed"]),
        ({"TERM_PROGRAM": "tmux"}, None),
    ],
)
def test_which_editor_is_chosen(environment, command):
    assert editor.chosen(environment) == command


def test_an_editor_with_a_window_is_not_waited_for(repository, watch, tmp_path):
    code = tmp_path / "code"
    code.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path / "noted"}\nwhile [ ! -e {tmp_path / "closed"} ]; do sleep 0.1; done\n'
    )
    code.chmod(0o755)
    watching = watch(TERM_PROGRAM="vscode", PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    watching.until("Verdict 1")
    watching.press("o")
    watching.until("Opened exercises/arithmetic/double.py.")
    watching.quit()
    (tmp_path / "closed").touch()


# Sizes.


def test_forty_columns_are_enough_and_not_exceeded(repository, watch):
    repository.write("double", "return x * x")
    watching = watch(width=40, height=60)
    frames = [watching.until("Verdict 1")]
    for key in "hlans":
        watching.press(key)
        frames.append(watching.until("quit" if key != "l" else "back"))
    assert 35 < max(len(line) for frame in frames for line in frame.splitlines()) <= 40


def test_a_new_size_is_filled_at_once(repository, watch):
    repository.write("double", "return x * x")
    watching = watch(width=100)
    watching.until("Verdict 1")
    watching.process.setwinsize(40, 40)
    while max(map(len, watching.until("Verdict 1").splitlines())) > 40:
        pass


def test_what_does_not_fit_is_scrolled_to(repository, watch):
    repository.write("double", "print('\\n'.join(f'line {i}' for i in range(15)))\nreturn x")
    watching = watch("arithmetic/double", height=14)
    text = watching.until("Verdict 1", "below: j and k scroll", "Twice as much")
    assert len(text.splitlines()) <= 14
    for _ in range(12):
        watching.press(" ")
    text = watching.until("above: j and k scroll", "known mistake" if "known" in text else "q quit")
    assert "Twice as much" not in text
    for _ in range(40):
        watching.press("k")
    watching.until("Twice as much")


def test_a_terminal_that_can_do_nothing_gets_lines(repository):
    process = pexpect.spawn(
        sys.executable,
        ["-m", "graders", "watch"],
        cwd=repository.root,
        env=repository.environment(TERM="dumb"),
        encoding="utf-8",
        timeout=120,
    )
    process.expect_exact("q quit")
    shown = process.before
    process.send("q")
    shown += process.read()
    assert "\x1b" not in shown
    process.close()


# Without a terminal, twice, and in trouble.


@pytest.mark.parametrize("direction", ["stdin", "stdout"])
def test_without_a_terminal_it_refuses_in_a_sentence(repository, direction):
    ours, theirs = os.openpty()
    streams = {"stdin": theirs, "stdout": theirs, direction: subprocess.PIPE}
    ended = subprocess.Popen(
        [sys.executable, "-m", "graders", "watch"],
        cwd=repository.root,
        env=repository.environment(),
        stderr=subprocess.PIPE,
        text=True,
        **streams,
    )
    assert ended.communicate()[1] == (
        "watch shows verdicts in place and reads keys, so it needs a terminal: `nox -s grade` prints to anything, "
        "a pipe or a file as well.\n"
    )
    assert ended.returncode == 2
    os.close(ours)
    os.close(theirs)


@pytest.fixture
def lines(repository):
    """A function that starts `watch --json`, which is ended at the latest with the test."""
    started = []

    def start(*names):
        process = subprocess.Popen(
            [sys.executable, "-m", "graders", "watch", "--json", *names],
            cwd=repository.root,
            env=repository.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_other_programs_get_a_line_of_json_for_each_verdict(repository, lines):
    process = lines("arithmetic/double", "arithmetic/halve")
    first = [json.loads(process.stdout.readline()) for _ in range(2)]
    assert [(e["exercise"]["id"], e["exercise"]["outcome"]) for e in first] == [
        ("arithmetic/double", "not_started"),
        ("arithmetic/halve", "not_started"),
    ]
    assert first[0].keys() == {"version", "seed", "isolation", "exercise"}
    by_many_events(path_of(repository, "halve"), source("halve", "return x"))
    assert json.loads(process.stdout.readline())["exercise"]["outcome"] == "failed"
    by_renaming(path_of(repository, "halve"), source("halve", RIGHT["halve"]))
    assert json.loads(process.stdout.readline())["exercise"]["outcome"] == "passed"
    assert journal(repository) == [("attempt", "arithmetic/halve", "failed"), ("attempt", "arithmetic/halve", "passed")]


def test_a_file_that_was_away_for_a_moment_gets_no_second_line(repository, lines):
    path = path_of(repository, "halve")
    path.write_text(source("halve", RIGHT["halve"]))
    process = lines("arithmetic/halve")
    assert json.loads(process.stdout.readline())["exercise"]["outcome"] == "passed"
    path.unlink()
    time.sleep(0.2)
    path.write_text(source("halve", RIGHT["halve"]))
    time.sleep(0.5)
    by_renaming(path, source("halve", "return x"))
    assert json.loads(process.stdout.readline())["exercise"]["outcome"] == "failed"


def test_a_stream_ends_when_nobody_reads_it(lines):
    process = lines("arithmetic/double")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == ""


def test_an_unknown_name_is_a_sentence(watch):
    watching = watch("arithmetic/dubble")
    assert "did you mean arithmetic/double" in watching.process.read()
    watching.process.wait()
    assert watching.process.exitstatus == 2


def test_two_watches_at_once_both_work(repository, watch):
    both = [watch(), watch()]
    for watching in both:
        watching.until("Verdict 1")
    path_of(repository, "double").write_text(source("double", RIGHT["double"]))
    for watching in both:
        watching.until("Verdict 2", "1 of 3 solved")
    both[0].press("h")
    both[0].until("Hint 1 of 3")
    both[1].press("h")
    both[1].until("Hint 2 of 3")
    assert [watching.quit() and watching.process.exitstatus for watching in both] == [0, 0]


def test_a_store_that_cannot_be_used_is_said_and_everything_works(repository, watch):
    repository.edit(".grades/results.sqlite", "no database")
    watching = watch()
    watching.until("Verdict 1", "Verdicts are not kept this time")
    path_of(repository, "double").write_text(source("double", RIGHT["double"]))
    watching.until("Verdict 2", "1 of 3 solved")


# How it ends.


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was_and_no_process(watch, number):
    watching = watch()
    watching.until("Verdict 1")
    alive = family(watching.process.pid)
    assert len(alive) > 2
    assert termios.tcgetattr(watching.process.child_fd) != watching.modes
    if number == signal.SIGINT:
        watching.process.sendintr()
    else:
        watching.process.kill(number)
    said = watching.process.read()
    watching.process.wait()
    assert said.endswith("\x1b[?25hInterrupted: nothing more was graded.\r\n")
    assert watching.process.exitstatus == 128 + number
    assert termios.tcgetattr(watching.process.child_fd) == watching.modes
    assert not [pid for pid in alive if is_alive(pid)]


@needs_proc
def test_quitting_leaves_the_terminal_as_it_was_and_no_process(watch):
    watching = watch()
    watching.until("Verdict 1")
    alive = family(watching.process.pid)
    assert watching.quit().endswith("\x1b[?25h")
    assert watching.process.exitstatus == 0
    assert termios.tcgetattr(watching.process.child_fd) == watching.modes
    assert not [pid for pid in alive if is_alive(pid)]


@needs_proc
def test_ctrl_c_in_the_middle_of_grading_ends_it(repository, watch):
    watching = watch("arithmetic/halve")
    watching.until("Verdict 1")
    repository.edit("exercises/arithmetic/halve.py", source("halve", "while True: pass"))
    watching.process.expect_exact("Grading ...")
    watching.process.sendintr()
    assert watching.process.read().endswith("\x1b[?25hInterrupted: nothing more was graded.\r\n")
    watching.process.wait()
    assert watching.process.exitstatus == 130
    assert termios.tcgetattr(watching.process.child_fd) == watching.modes


@pytest.mark.skipif(shutil.which("bash") is None, reason="job control is a shell's")
def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(repository):
    shell = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        cwd=repository.root,
        env=repository.environment(TERM="xterm-256color", PS1="ready> "),
        encoding="utf-8",
        timeout=120,
        dimensions=(40, 80),
    )
    shell.expect_exact("ready> ")
    shell.sendline(f"{sys.executable} -m graders watch")
    shell.expect("Verdict 1.*q[^ ]* quit")
    shell.sendcontrol("z")
    shell.expect_exact("\x1b[?25h")
    shell.expect_exact("ready> ")
    shell.sendline("fg")
    shell.expect_exact("\x1b[?25l")
    shell.expect("Verdict 1.*q[^ ]* quit")
    shell.send("n")
    shell.expect("Verdict 2")
    shell.send("q")
    shell.expect_exact("ready> ")
    shell.sendline("exit")
    shell.read()
    shell.close()
