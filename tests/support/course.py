"""A course: what an instructor has beside the made-up repository, and what a run of `cohort` leaves."""

import csv
import io
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing

from graders.engine.cohort.writers.everything import read_back

NAMES = ("double", "halve", "square")
RIGHT = {"double": "x + x", "halve": "x / 2", "square": "x**2"}
HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,Arithmetic (77)\n    Points Possible,,,,,15\n"
ASSIGNMENT = 'title = "Arithmetic"\nexercises = ["arithmetic"]\n'


def code(name, returned):
    return f"import numpy as np\n\n\ndef {name}(x):\n    return {returned}\n"


def solved(**changed):
    """Return right answers to all exercises but for what `changed` returns instead."""
    return {name: code(name, changed.get(name, RIGHT[name])) for name in NAMES}


class Course:
    """An instructor's folder beside the made-up repository: a Canvas export, a roster, an assignment."""

    def __init__(self, repository, folder):
        self.repository = repository
        self.folder = folder
        self.export = folder / "submissions.zip"
        self.out = folder / "graded"
        self.assign("")

    def assign(self, more):
        (self.folder / "assignment.toml").write_text(ASSIGNMENT + more)

    def hand_in(self, students):
        """Write the export: name -> texts. Each name's place is the Canvas id less 100."""
        rows = []
        with zipfile.ZipFile(self.export, "w") as zipped:
            for number, (name, texts) in enumerate(students.items(), 101):
                rows.append([name, number, f"S{number}", f"login{number}", "A", ""])
                squeezed = "".join(re.findall(r"\w", name.lower()))
                for attachment, (exercise, text) in enumerate(texts.items(), number * 10):
                    zipped.writestr(f"{squeezed}_{number}_{attachment}_{exercise}.py", text)
        table = io.StringIO()
        csv.writer(table).writerows(rows)
        (self.folder / "roster.csv").write_text(HEADER + table.getvalue(), "utf-8")

    def command(self, *arguments, out=None):
        files = ("--assignment", self.folder / "assignment.toml", "--roster", self.folder / "roster.csv")
        given = (self.export, "--out", out or self.out, *files, "--workers", "2", *arguments)
        return [sys.executable, "-m", "graders", "cohort", *map(str, given)]

    def grade(self, *arguments, status=0, out=None):
        ended = subprocess.run(
            self.command(*arguments, out=out),
            cwd=self.repository.root,
            env=self.repository.environment(),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ended.returncode == status, ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stdout if status == 0 else ended.stderr

    def rows(self, name="grades.csv"):
        return list(csv.DictReader(io.StringIO((self.out / name).read_text("utf-8"))))

    def finals(self):
        return {row["name"]: row["final"] for row in self.rows()}

    def results(self):
        return read_back((self.out / "results.json").read_bytes())


def files(folder):
    """Return all that a run has written for people and systems."""
    paths = (path for path in folder.rglob("*") if path.is_file() and ".cohort" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def kept(store):
    """Return how many verdicts the store has."""
    if not store.exists():
        return 0
    try:
        with closing(sqlite3.connect(store)) as database:
            return database.execute("SELECT count(*) FROM results").fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # it is being made
