"""Zygotes and children: limits, ends, and that nothing stays behind. What attacks do is in tests/attacks."""

import glob
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graders.engine import protocol
from graders.engine.sandbox.child import Budget, Child, ChildDied
from graders.engine.sandbox.host import Sandboxes, Zygote, available, best_level
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sandbox.outline import outline
from graders.engine.sandbox.process import SandboxError
from tests.learner.test_terminal import family
from tests.support.as_user import command_as_user
from tests.support.grading import ROOT

LIMITS = {"output_bytes": 1000}


def load(child: Child, text: str) -> list:
    child.allow(Budget(5, 30))
    return child.exchange(["load", "a/b", text, [], LIMITS, 0], [], lambda *_: (["source", None], []))[0]


def call(child: Child, name: str) -> list:
    request = ["call", ["attribute", 0, name], None, None, [protocol.LIST, []], [protocol.DICT, []]]
    return child.exchange(request, [], lambda *_: (["source", None], []))[0]


def spawn_more_than_the_spare(zygote: Zygote) -> None:
    for _ in range(3):
        zygote.spawn().end()


@pytest.fixture(params=[Isolation.FULL, Isolation.PROCESS])
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with Sandboxes(request.param) as sandboxes:
        yield sandboxes.zygote(with_torch=False)


def test_a_child_loads_and_answers(zygote: Zygote) -> None:
    child = zygote.spawn()
    assert load(child, "def f(): print('hello'); return 7") == ["loaded", ["f"], ""]
    assert call(child, "f") == ["returned", 7, [protocol.LIST, []], "hello\n"]
    child.end()


def test_each_child_is_fresh(zygote: Zygote) -> None:
    first, second = zygote.spawn(), zygote.spawn()
    load(first, "import builtins\nbuiltins.abs = None\nopen('note', 'w').close()\ndef f(): return 1")
    load(second, "import os\ndef f(): return len(os.listdir('.'))")
    assert call(second, "f")[1] == 0
    first.end()
    second.end()


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ("while True: pass", "timed_out", "CPU time"),
        ("import time; time.sleep(100)", "timed_out", "neither worked nor answered"),
        ("import os; os._exit(0)", "crashed", "exit status 0"),
        ("import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV"),
        ("import os; os.close(3); import time; time.sleep(100)", "crashed", "SIGKILL"),
        ("import os; os.write(3, b'x' * 99)", "forged", "protocol"),
    ],
)
def test_each_way_of_dying_is_told_apart(zygote: Zygote, code: str, outcome: str, words: str) -> None:
    child = zygote.spawn()
    load(child, f"def f():\n    {code}")
    # A busy machine may not decide which of the two ends it.
    child.allow(Budget(cpu_seconds=5, wall_seconds=1) if "sleep" in code else Budget(0.3, wall_seconds=60))
    with pytest.raises(ChildDied, match=words) as died:
        call(child, "f")
    assert died.value.outcome == outcome


def test_time_that_the_judge_takes_is_not_the_childs(zygote: Zygote) -> None:
    child = zygote.spawn()
    load(child, "def f(): return 1")
    child.allow(Budget(cpu_seconds=0.05, wall_seconds=60))
    burnt = sum(sum(range(1000)) for _ in range(20_000))
    assert burnt
    assert call(child, "f")[1] == 1
    child.end()


def test_a_message_that_nobody_asked_for_is_a_forgery_even_if_it_is_well_formed(zygote: Zygote) -> None:
    child = zygote.spawn()
    text = (
        "from graders.engine import protocol\nimport os\n"
        "def f():\n    os.write(3, protocol.frame(['returned', 2, 42, [0, []], ''], [])[0])\n    return 43"
    )
    load(child, text)
    assert call(child, "f")[1] == 42, "a reply is what it claims to be: data"
    for _ in range(500):  # until the reply that nobody asked for has arrived
        if not child.is_quiet():
            break
        time.sleep(0.01)
    with pytest.raises(ChildDied) as died:
        call(child, "f")
    assert died.value.outcome == "forged"


def test_what_is_printed_is_cut_and_counted(zygote: Zygote) -> None:
    child = zygote.spawn()
    load(child, "def f():\n    for _ in range(100): print('x' * 99)")
    printed = call(child, "f")[3]
    assert printed.startswith("x" * 99)
    assert printed.endswith("[9,000 more bytes were printed]")
    child.end()


def test_closing_leaves_no_process_no_descriptor_and_no_scratch_folder(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    before, folders = descriptors(), set(glob.glob(f"{tempfile.gettempdir()}/llm-katas-*"))
    for level in (Isolation.FULL, Isolation.PROCESS):
        with Sandboxes(level) as sandboxes:
            zygote = sandboxes.zygote(with_torch=False)
            children = [zygote.spawn() for _ in range(3)]
            load(children[0], "open('left behind', 'w').write('x')\ndef f(): pass")
            pids = [c._process.pid for c in children] + [zygote._process.pid]
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert descriptors() == before
    assert set(glob.glob(f"{tempfile.gettempdir()}/llm-katas-*")) == folders


@pytest.mark.parametrize("level", list(Isolation))
def test_a_judge_that_was_killed_leaves_no_process_and_no_scratch_folder(level: Isolation) -> None:
    text = "def f():\n    while True: pass"
    program = (
        "import os, signal\nfrom tests.engine.test_sandbox import *\n"
        f"zygote = Zygote(Isolation({level.value!r}), False)\nchild, idle = zygote.spawn(), zygote.spawn()\n"
        f"load(child, {text!r})\n"
        "child._send(['call', ['attribute', 0, 'f'], None, None, [0, []], [2, []]], [])\n"
        "print(child._process.pid, idle._process.pid, zygote._facts.pid, zygote._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", program]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        environment = {**os.environ, "TMPDIR": folder, "PYTHONPATH": os.pathsep.join(sys.path)}
        ended = subprocess.run(
            # Where the interpreter lies in root's own home, `confined` is not to be had by root.
            command_as_user(command) if level is Isolation.CONFINED else command,
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        pids = ended.stdout.split()
        assert len(pids) == 4
        for _ in range(1000):
            left = [*(pid for pid in pids if Path(f"/proc/{pid}").exists()), *os.listdir(folder)]
            if not left:
                return
            time.sleep(0.02)
    pytest.fail(f"left behind: {left}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("level", [Isolation.FULL, Isolation.PROCESS])
def test_what_a_terminal_sends_to_all_reaches_no_process_of_a_sandbox(level: Isolation, number: int) -> None:
    """The judge has it too, and waits for them; one that had ended by itself could leave others behind."""
    before = family(os.getpid())
    with Sandboxes(level) as sandboxes:
        zygote = sandboxes.zygote(with_torch=False)
        assert zygote.resident_bytes > 0  # it is up
        for pid in family(os.getpid()) - before:
            os.kill(pid, number)
        load(zygote.spawn(), "def f():\n    return 1\n")


def test_a_zygote_that_was_killed_is_our_error() -> None:
    with Sandboxes(Isolation.PROCESS) as sandboxes:
        zygote = sandboxes.zygote(with_torch=False)
        zygote.spawn().end()
        os.kill(zygote._facts.pid, signal.SIGKILL)
        with pytest.raises(SandboxError):
            spawn_more_than_the_spare(zygote)


def test_a_child_that_cannot_be_locked_down_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandboxes(Isolation.PROCESS) as sandboxes:
        zygote = sandboxes.zygote(with_torch=False)
        monkeypatch.setattr(Child, "_make_scratch", lambda self, level: "/nowhere/at/all")
        with pytest.raises(SandboxError, match="could not be"):
            zygote.spawn()


def test_the_best_level_is_one_that_works() -> None:
    level = best_level()
    assert available(level) is None
    assert all(available(better) for better in list(Isolation)[: list(Isolation).index(level)])


def test_an_outline_tells_written_functions_from_those_still_to_be_written() -> None:
    found = outline(
        "def a(x):\n    'docs'\n    raise NotImplementedError('a')\n"
        "def b(x):\n    return x\n"
        "class C:\n    def d(self):\n        raise NotImplementedError\n    def e(self):\n        raise ValueError\n"
    )
    assert {name: unwritten for name, (_, unwritten) in found["functions"].items()} == {
        "a": True,
        "b": False,
        "C.d": True,
        "C.e": False,
    }


def test_an_outline_ignores_docstrings_and_comments_and_nothing_else() -> None:
    def digest(text: str) -> str:
        return outline(text)["functions"]["f"][0]

    plain = digest("def f(x):\n    return x")
    assert digest("def f(x):\n    'docs'\n    # why\n    return x") == plain
    assert digest("def f(x):\n    return +x") != plain
    assert digest("def f(x=1):\n    return x") != plain


@pytest.mark.parametrize(
    "text", ["def f(:", "return 1", "\0", "x = '\ud800'", "(" * 300, "a\n b", "nonlocal x", "f(a=1, a=2)"]
)
def test_an_outline_of_what_is_no_python_gives_an_error(text: str) -> None:
    assert outline(text)["error"]["message"]
