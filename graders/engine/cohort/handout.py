"""Writes what students are handed: the chosen exercises, their public examples, and the engine.

    README.md  noxfile.py  pyproject.toml  LICENSE  .gitignore
    exercises/<topic>/      topic.toml with the chosen entries, and the stubs; questions.toml above them
    stubs/<topic>/          the stubs again, as they came: what makes it a handout, and where `reset` takes them from
    graders/engine/         the engine, which names no exercise

Nothing else goes in: what is hidden is not left out of a copy, it is never copied. Stubs come from the history, since
whoever writes the handout may have solved the exercises in place.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from graders.engine.catalog import HANDOUT, Catalog, CatalogError, Exercise
from graders.engine.entries import read_text, read_toml
from graders.engine.learner.stubs import stub_text

_COPIED = ("LICENSE", ".gitignore")
_SESSIONS = ("grade", "watch", "hint", "reset", "questions")  # those that work without checks
_ENTRY = re.compile(r"^\[(\w+)\][ \t]*(?:#.*)?$", re.MULTILINE)


class HandoutRefused(Exception):
    """No handout was written; the message says why."""


def write_handout(
    catalog: Catalog,
    title: str,
    exercises: Sequence[Exercise],
    points: Mapping[str, float],
    due: datetime | None,
    out: Path,
) -> None:
    """Write the handout into the folder `out`.

    Args:
        exercises: in order of study.
        points: exercise id -> what it is worth in this assignment.

    Raises:
        HandoutRefused: `out` holds something already, or this is a handout itself.
        CatalogError: the repository breaks rules.
        Refused: a stub is not in the history.
    """
    if catalog.is_handout:
        raise HandoutRefused("This is a handout itself: write one from the repository that has the hidden checks.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise HandoutRefused(f"{out} holds something already: name a folder that is empty, or not there yet.")
    files = {place: text.encode() for place, text in _texts(catalog, title, exercises, points, due)}
    files |= {place: data for place, data in _engine(catalog.root)}
    for place, data in files.items():  # all of it is at hand before anything is written
        path = out / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _texts(
    catalog: Catalog, title: str, exercises: Sequence[Exercise], points: Mapping[str, float], due: datetime | None
) -> Iterator[tuple[str, str]]:
    """Yield each file but the engine's: its place and its text."""
    chosen = {exercise.id for exercise in exercises}
    for exercise in exercises:
        stub = stub_text(catalog, exercise)
        yield f"exercises/{exercise.id}.py", stub
        yield f"{HANDOUT}/{exercise.id}.py", stub
    for topic in dict.fromkeys(exercise.topic for exercise in exercises):
        names = {e.name for e in exercises if e.topic == topic}
        yield f"exercises/{topic}/topic.toml", _topic(catalog.root, f"exercises/{topic}/topic.toml", names)
    yield "exercises/questions.toml", _questions(catalog.root, chosen)
    for name in _COPIED:
        yield name, read_text(catalog.root, catalog.root / name)
    yield "noxfile.py", _noxfile(read_text(catalog.root, catalog.root / "noxfile.py"))
    yield "pyproject.toml", _pyproject(catalog.root)
    yield "README.md", _readme(title, exercises, points, due)


def _engine(root: Path) -> Iterator[tuple[str, bytes]]:
    paths = [root / "graders" / "__main__.py", *sorted((root / "graders" / "engine").rglob("*"))]
    for path in paths:
        inner = path.relative_to(root)
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in inner.parts):
            yield inner.as_posix(), path.read_bytes()


def _topic(root: Path, place: str, names: set[str]) -> str:
    """Return the topic's text with the entries `names` alone."""
    text = read_text(root, root / place)
    starts = [match.start() for match in _ENTRY.finditer(text)]
    parts = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    kept = text[: starts[0]] + "".join(p for p in parts if _ENTRY.match(p)[1] in names)
    wanted = {k: v for k, v in tomllib.loads(text).items() if not isinstance(v, dict) or k in names}
    if tomllib.loads(kept) != wanted:
        raise CatalogError([f"{place}: a line within a text looks like the start of an entry; write it in another way"])
    return f"{kept.rstrip()}\n"


def _questions(root: Path, chosen: set[str]) -> str:
    """Return the questions that the chosen exercises answer, and of their exercises those alone."""
    lines: list[str] = []
    for collection, questions in read_toml(root, root / "exercises" / "questions.toml").items():
        answered = {name: [e for e in q["exercises"] if e in chosen] for name, q in questions.items()}
        entries = [
            f"{name} = {{ ask = {_quoted(questions[name]['ask'])}, exercises = [{', '.join(map(_quoted, ids))}] }}"
            for name, ids in answered.items()
            if ids
        ]
        lines += [f"[{collection}]", *entries, ""] if entries else []
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a TOML string too


def _noxfile(text: str) -> str:
    """Return the noxfile without the sessions that need more than a handout has."""
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and node.decorator_list and node.name not in _SESSIONS:
            del lines[node.decorator_list[0].lineno - 1 : node.end_lineno]
    kept = re.sub(r"nox\.options\.sessions = \[.*\]", 'nox.options.sessions = ["grade"]', "".join(lines))
    return re.sub("\n{4,}", "\n\n\n", kept).rstrip() + "\n"


def _pyproject(root: Path) -> str:
    group = read_toml(root, root / "pyproject.toml")["dependency-groups"]["learner"]
    return "[dependency-groups]\nlearner = [\n" + "".join(f"  {_quoted(line)},\n" for line in group) + "]\n"


def _readme(title: str, exercises: Iterable[Exercise], points: Mapping[str, float], due: datetime | None) -> str:
    rows = [
        f"| [{e.title}](exercises/{e.id}.py) | `{e.id}` | {e.level} | {e.minutes} | {points[e.id]:g} |"
        for e in exercises
    ]
    when = [f"Due: {due:%Y-%m-%d %H:%M} ({due:%Z}, UTC{due:%z}).", ""] if due is not None else []
    return "\n".join([f"# {title}", "", *when, _ABOUT, *rows, "", _COMMANDS])


_ABOUT = """Each exercise is a file under `exercises/`. Its docstrings say all that it has to do. Replace each
`raise NotImplementedError(...)` with your code, save, and see how the examples go:

```sh
python3 noxfile.py -s grade       # or `nox -s grade`, if you have nox
```

You need Python 3.11 or later on Linux or macOS (on Windows, use WSL). The first run installs what it needs into
`.nox/`. What is run here are the examples in the docstrings. **The hidden checks run after submission**, and look at
all that the docstrings promise; so right examples are a beginning, and no verdict.

| exercise | id | level | minutes | points |
|---|---|---|---|---|"""
_COMMANDS = """```sh
nox -s grade -- ID                # one exercise; what it printed, what was wanted, what came back
nox -s watch                      # the examples again on every save
nox -s hint -- ID                 # the next of three hints; the last only after an attempt
nox -s reset -- ID                # the stub is put back; your file is kept under .grades/kept/
nox -s questions                  # the interview questions behind the exercises
```
"""
