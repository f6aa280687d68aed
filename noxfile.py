"""llm-katas: fill in a stub under exercises/, then have it graded with `nox -s grade`.

Without nox, `python3 noxfile.py` takes its place: it needs nothing but Python 3.11, and everything goes into .nox/.
"""

import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python gets this far, and deserves a sentence
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"llm-katas needs Python 3.11 or later, and {sys.executable} is Python {found}.")
if sys.platform == "win32":
    sys.exit("llm-katas runs on Linux and macOS. On Windows, use it inside WSL.")

HERE = Path(__file__).resolve().parent


def stamp(requirements: list[str]) -> str:
    """Return what a finished environment says of itself: its Python, then its requirements."""
    return "\n".join([f"Python {sys.version_info.major}.{sys.version_info.minor}", *requirements, ""])


def environment(home: Path, requirements: list[str]) -> str:
    """Return the Python of the virtual environment in `home`, made anew unless its stamp says that all is there.

    The stamp goes first and comes last: an installation that was interrupted has none, and the next run starts afresh.
    """
    python, stamped = home / "bin" / "python", home / "llm-katas.txt"
    wanted = stamp(requirements)
    if python.exists() and stamped.exists() and stamped.read_text() == wanted:
        return str(python)
    print(f"Setting up {home}: this happens once, and takes a minute or two where torch is part of it.", flush=True)
    stamped.unlink(missing_ok=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "--disable-pip-version-check", *requirements], check=True)
    except (subprocess.CalledProcessError, KeyboardInterrupt):
        sys.exit(f"\n{home} could not be set up; the reason is above. The same command tries again from the start.")
    stamped.write_text(wanted)
    return str(python)


if __name__ == "__main__":  # run as a program: hand over to nox, fetched first where this Python has none
    has_nox = importlib.util.find_spec("nox") is not None
    python = sys.executable if has_nox else environment(HERE / ".nox" / "bootstrap", ["nox>=2025.5.1"])
    os.execv(python, [python, "-m", "nox", "--noxfile", __file__, *sys.argv[1:]])

import nox  # noqa: E402 - only now is it known to be there

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "virtualenv"
nox.options.sessions = ["lint", "tests"]
logging.getLogger("nox").addFilter(lambda record: record.msg != "uv binary not found.")  # nobody needs uv here


def shared(group: str) -> str:
    """Return the Python of the one environment that all sessions of a dependency group share: torch is large.

    nox gives every session an environment of its own; hence `venv_backend="none"` below.
    """
    pyproject = nox.project.load_toml("pyproject.toml")
    return environment(Path(".nox", group), list(nox.project.dependency_groups(pyproject, group)))


def carry_out(session: nox.Session, command: str, group: str = "learner") -> None:
    """Carry out a command of the command line."""
    status = subprocess.call([shared(group), "-m", "graders", command, *session.posargs])
    if status:  # an exercise that fell short is no failed command, so the report stands as the last word
        sys.exit(status)


@nox.session(venv_backend="none")
def grade(session: nox.Session) -> None:
    """Grade your exercises, all or some: nox -s grade -- attention/kv_cache."""
    carry_out(session, "grade")


@nox.session(venv_backend="none")
def watch(session: nox.Session) -> None:
    """Grade on every save, from the first unsolved exercise on: nox -s watch -- attention."""
    carry_out(session, "watch")


@nox.session(venv_backend="none")
def hint(session: nox.Session) -> None:
    """Give the next of an exercise's three hints: nox -s hint -- attention/kv_cache."""
    carry_out(session, "hint")


@nox.session(venv_backend="none")
def reset(session: nox.Session) -> None:
    """Put an exercise's stub back and keep your file: nox -s reset -- attention/kv_cache."""
    carry_out(session, "reset")


@nox.session(venv_backend="none")
def interview(session: nox.Session) -> None:
    """Hold an interview, or go on with one: nox -s interview -- --minutes 45 --level medium."""
    carry_out(session, "interview")


@nox.session(venv_backend="none")
def questions(session: nox.Session) -> None:
    """List the interview questions and what answers them: nox -s questions -- attention."""
    carry_out(session, "questions")


@nox.session(venv_backend="none")
def progress(session: nox.Session) -> None:
    """Show what you have and what is next, as a page too: nox -s progress -- --html progress.html."""
    carry_out(session, "progress")


@nox.session(venv_backend="none")
def cohort(session: nox.Session) -> None:
    """Grade a class from an LMS's export: nox -s cohort -- submissions.zip --out graded --roster gradebook.csv."""
    carry_out(session, "cohort", "instructor")


@nox.session(venv_backend="none")
def gradescope(session: nox.Session) -> None:
    """Build an autograder to upload to Gradescope: nox -s gradescope -- --assignment hw1.toml --out autograder.zip."""
    carry_out(session, "gradescope", "instructor")


@nox.session(venv_backend="none")
def handout(session: nox.Session) -> None:
    """Write what students get of an assignment: nox -s handout -- --assignment FILE --out DIR."""
    carry_out(session, "handout")


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """Prove the engine and every exercise (pytest), or a part: nox -s tests -- tests/repository."""
    # A judge and its zygotes take up to a gigabyte, so cores alone do not decide.
    workers = str(min(os.cpu_count() or 1, 4))
    session.run(shared("developer"), "-m", "pytest", "-n", workers, "--dist", "loadgroup", *session.posargs)


@nox.session(venv_backend="none")
def oracles(session: nox.Session) -> None:
    """Compare the solutions with independent implementations and published figures."""
    session.run(shared("developer"), "-m", "pytest", "tests/oracles", *session.posargs)


@nox.session(venv_backend="none")
def strength(session: nox.Session) -> None:
    """Make random mutants of the solutions and list those that no check notices."""
    session.run(shared("developer"), "-m", "tests.strength", *session.posargs)


@nox.session(venv_backend="none")
def bench(session: nox.Session) -> None:
    """Measure the cost of isolation, each figure beside its target."""
    session.run(shared("developer"), "-m", "tests.bench", *session.posargs)


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Check style and layout with ruff."""
    python = shared("developer")
    session.run(python, "-m", "ruff", "check", ".")
    session.run(python, "-m", "ruff", "format", "--check", ".")
