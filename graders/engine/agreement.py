"""Whether the files of a catalog agree: each entry has its parts, each part its entry, and what they name exists.

Each function yields a line for each disagreement: the file, the entry, and what to do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from graders.engine.entries import CatalogError, Exercise, read_toml, relative

if TYPE_CHECKING:
    from graders.engine.catalog import Catalog

FEWEST_HINTS = FEWEST_MISTAKES = 3


def problems(catalog: Catalog) -> list[str]:
    tests = (_find_twins, _find_gaps, _find_orphans, _find_after, _find_questions, _find_thin, _find_stray_mistakes)
    return [problem for test in tests for problem in test(catalog)]


def _entry(exercise: Exercise) -> str:
    return f"exercises/{exercise.topic}/topic.toml, [{exercise.name}]"


def _find_twins(catalog: Catalog) -> Iterator[str]:
    orders: dict[int, str] = {}
    for topic in catalog.topics:
        first = orders.setdefault(topic.order, topic.name)
        if first != topic.name:
            yield f"exercises/{topic.name}/topic.toml: order {topic.order} is that of {first} too; give each its own"


def _find_gaps(catalog: Catalog) -> Iterator[str]:
    for exercise in catalog.exercises.values():
        for path in (catalog.stub_path(exercise), catalog.solution_path(exercise), catalog.grader_path(exercise)):
            if not path.is_file():
                yield f"{_entry(exercise)}: has no {relative(catalog.root, path)}; write it, or take the entry out"


def _find_orphans(catalog: Catalog) -> Iterator[str]:
    for tree in ("exercises", "solutions", "graders"):
        for path in sorted((catalog.root / tree).rglob("*")):
            inner = path.relative_to(catalog.root / tree)
            is_known = inner.suffix == ".py" and inner.with_suffix("").as_posix() in catalog.exercises
            if path.is_file() and not is_known and not _is_scenery(tree, inner):
                yield f"{tree}/{inner.as_posix()}: no topic.toml has an entry for it; add one, or take the file away"


def _is_scenery(tree: str, path: Path) -> bool:
    """Return whether the file needs no entry."""
    return (
        path.suffix == ".toml"
        or path.name in {"__init__.py", "__main__.py"}
        or re.fullmatch(r"README.*\.md", path.name) is not None
        or any(part == "__pycache__" or part.startswith(".") for part in path.parts)
        or (tree == "graders" and path.parts[0] == "engine")
    )


def _find_after(catalog: Catalog) -> Iterator[str]:
    for exercise in catalog.exercises.values():
        for name in exercise.after:
            if name not in catalog.exercises:
                yield f"{_entry(exercise)}: after names {name}, which does not exist"
    try:
        TopologicalSorter({e.id: e.after for e in catalog.exercises.values()}).prepare()
    except CycleError as error:
        cycle = error.args[1]
        yield f"{_entry(catalog.exercises[cycle[-1]])}: after runs in a circle: {' before '.join(cycle)}"


def _find_questions(catalog: Catalog) -> Iterator[str]:
    try:
        questions = catalog.questions()
    except CatalogError as error:
        yield from error.problems
        return
    place = "exercises/questions.toml"
    for exercise in catalog.exercises.values():
        for name in exercise.questions:
            if name not in questions:
                yield f"{_entry(exercise)}: question {name} is not in {place}"
            elif exercise.id not in questions[name]["exercises"]:
                yield f"{_entry(exercise)}: question {name} does not list {exercise.id} in {place}"
        for name, question in questions.items():
            if exercise.id in question["exercises"] and name not in exercise.questions:
                yield f"{_entry(exercise)}: questions lacks {name}, which lists {exercise.id} in {place}"


def _find_thin(catalog: Catalog) -> Iterator[str]:
    for exercise in catalog.exercises.values():
        if len(exercise.hints) < FEWEST_HINTS:
            yield f"{_entry(exercise)}: has {len(exercise.hints)} hints, and needs {FEWEST_HINTS}"
        if catalog.solution_path(exercise).is_file():  # its absence has been told
            yield from _find_weak_mistakes(catalog, exercise)


def _find_weak_mistakes(catalog: Catalog, exercise: Exercise) -> Iterator[str]:
    place = f"graders/{exercise.topic}/mistakes.toml, [[{exercise.name}]]"
    try:
        mistakes = catalog.mistakes(exercise)
    except CatalogError as error:
        yield from error.problems
        return
    if len(mistakes) < FEWEST_MISTAKES:
        yield f"{place}: there are {len(mistakes)} mistakes, and {FEWEST_MISTAKES} are needed"
    for number, mistake in enumerate(mistakes, 1):
        try:
            ast.parse(mistake.apply(catalog.solution(exercise)))
        except SyntaxError as error:
            yield f"{place} number {number}: swap has to leave the solution valid Python: {error}"


def _find_stray_mistakes(catalog: Catalog) -> Iterator[str]:
    for path in sorted((catalog.root / "graders").glob("*/mistakes.toml")):
        place = relative(catalog.root, path)
        try:
            names = read_toml(catalog.root, path)
        except CatalogError as error:
            yield from error.problems
            continue
        for name in names:
            if f"{path.parent.name}/{name}" not in catalog.exercises:
                yield f"{place}, [[{name}]]: there is no exercise {path.parent.name}/{name}"
