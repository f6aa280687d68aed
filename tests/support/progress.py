"""The command `progress` on a made-up repository, and what tests ask of it."""

import contextlib
import json
import re
import sqlite3
import subprocess
import sys

from graders.engine.results import ExerciseResult, Outcome, Report

QUESTIONS = """[T]
T1 = { ask = "How do you double?", exercises = ["arithmetic/double"] }
T2 = { ask = "How do you halve <b>&amp;</b> square?", exercises = ["arithmetic/halve", "arithmetic/square"] }
T3 = { ask = "Not written?", exercises = ["arithmetic/double", "arithmetic/later"] }
"""
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def with_questions(repository):
    """Give the made-up repository questions, and a prerequisite: double comes before square."""
    repository.edit("exercises/questions.toml", QUESTIONS)
    topic = repository.root / "exercises/arithmetic/topic.toml"
    title = 'title = "Squares"\n'
    topic.write_text(topic.read_text().replace(title, f'{title}after = ["arithmetic/double"]\n'))
    return repository


def run(repository, *arguments, command="progress", **changes):
    line = [sys.executable, "-m", "graders", command, *map(str, arguments)]
    environment = repository.environment(**changes)
    return subprocess.run(line, cwd=repository.root, env=environment, capture_output=True, text=True, timeout=180)


def record(repository, *arguments):
    ended = run(repository, "--json", *arguments)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def refused(ended):
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr


def stub(repository, name):
    return repository.root / "exercises" / "arithmetic" / f"{name}.py"


def note(repository, *entries):
    journal = repository.root / ".grades" / "journal.jsonl"
    journal.parent.mkdir(exist_ok=True)
    with journal.open("a") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in entries)


def attempt(exercise="arithmetic/double", time="2026-03-01T12:00:00.000+00:00", outcome="passed"):
    details = {"outcome": outcome, "points": 5.0, "max_points": 5.0, "text": "0" * 64}
    return {"time": time, "kind": "attempt", "exercise": exercise, "details": details}


def seals(repository):
    """Return what identifies each verdict that is kept."""
    with contextlib.closing(sqlite3.connect(repository.root / ".grades" / "results.sqlite")) as database:
        return database.execute("SELECT key, seal FROM results").fetchall()


def everything(repository):
    """Return all that a learner has, but not what SQLite does with its own files."""
    paths = [*(repository.root / "exercises").rglob("*"), *(repository.root / ".grades").rglob("*")]
    return {str(p): p.read_bytes() for p in sorted(paths) if p.is_file() and "sqlite" not in p.name}


def verdicts(catalog, outcome=Outcome.NOT_STARTED):
    results = (ExerciseResult(e.id, outcome, 0.0, e.points) for e in catalog.exercises.values())
    return Report(0, "full", tuple(results))
