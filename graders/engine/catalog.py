"""Finds topics, exercises and questions in the files of the repository, by id or by what a user types.

Which exercises there are is said by exercises/<topic>/topic.toml alone, so that exercises/ can be listed without the
solutions and graders.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from graders.engine import agreement
from graders.engine.entries import (
    CatalogError,
    Exercise,
    Limits,
    Mistake,
    QuestionEntry,
    Topic,
    collected,
    fill,
    read_mistake,
    read_text,
    read_toml,
    read_topic,
    relative,
)

HANDOUT = "stubs"  # the folder that only a handout has

__all__ = ["HANDOUT", "Catalog", "CatalogError", "Exercise", "Limits", "Mistake", "Topic", "UnknownName"]


class UnknownName(Exception):
    """The user named exercises or topics that do not exist.

    Attributes:
        names: what was not found, as it was typed.
    """

    def __init__(self, nearest: dict[str, list[str]]):
        self.names = tuple(nearest)
        super().__init__("\n".join(_describe_unknown(name, near) for name, near in nearest.items()))


class Catalog:
    """All exercises of the repository at `root`.

    Attributes:
        topics: in order of study.
        exercises: id -> exercise, in order of study.
    """

    def __init__(self, root: Path, topics: Iterable[Topic]):
        self.root = root
        self.topics = tuple(topics)
        self.exercises = {e.id: e for topic in self.topics for e in topic.exercises}
        self._mistakes: dict[str, dict] = {}  # by topic: a run asks for each of its exercises, and TOML is slow to read

    @classmethod
    def load(cls, root: Path) -> Catalog:
        """Read every topic.toml.

        Raises:
            CatalogError: some cannot be read or have wrong entries, or there is none.
        """
        topics: list[Topic] = []
        problems: list[str] = []
        for path in sorted((root / "exercises").glob("*/topic.toml")):
            with collected(problems):
                topics.append(read_topic(root, path))
        if not topics and not problems:
            problems.append(f"{root / 'exercises'}: there is no <topic>/topic.toml in this folder")
        if problems:
            raise CatalogError(problems)
        return cls(root, sorted(topics, key=lambda topic: (topic.order, topic.name)))

    @property
    def is_handout(self) -> bool:
        """Whether this is what students were handed: stubs/ holds the stubs as they came; no solutions, no graders."""
        return (self.root / HANDOUT).is_dir()

    def contract(self, exercise: Exercise) -> str:
        """Return the text whose functions and classes a submission has to have: the solution, or a handout's stub."""
        return read_text(self.root, self._contract_path(exercise))

    def _contract_path(self, exercise: Exercise) -> Path:
        return self.root / HANDOUT / f"{exercise.id}.py" if self.is_handout else self.solution_path(exercise)

    def stub_path(self, exercise: Exercise) -> Path:
        return self.root / "exercises" / f"{exercise.id}.py"

    def solution_path(self, exercise: Exercise) -> Path:
        return self.root / "solutions" / f"{exercise.id}.py"

    def grader_path(self, exercise: Exercise) -> Path:
        return self.root / "graders" / f"{exercise.id}.py"

    def solution(self, exercise: Exercise) -> str:
        return read_text(self.root, self.solution_path(exercise))

    def mistakes(self, exercise: Exercise) -> tuple[Mistake, ...]:
        """Return the known mistakes; none where the topic has no mistakes.toml.

        Raises:
            CatalogError: an entry breaks a rule, or does not fit the solution.
        """
        if self.is_handout:
            return ()
        place = f"graders/{exercise.topic}/mistakes.toml, [[{exercise.name}]]"
        tables = self._mistake_tables(exercise.topic).get(exercise.name, [])
        if not isinstance(tables, list):
            raise CatalogError([f"{place}: has to have double brackets, and one such table for each mistake"])
        solution = self.solution(exercise)
        mistakes: list[Mistake] = []
        problems: list[str] = []
        for number, table in enumerate(tables, 1):
            with collected(problems):
                mistakes.append(read_mistake(table, solution, f"{place} number {number}"))
        whys = [mistake.why for mistake in mistakes]
        problems += [f"{place}: two mistakes have the why {w!r}" for w in dict.fromkeys(whys) if whys.count(w) > 1]
        if problems:
            raise CatalogError(problems)
        return tuple(mistakes)

    def uses_torch(self, exercise: Exercise) -> bool:
        """Return whether the solution or the grader imports torch anywhere, inside of functions too."""
        paths = [self._contract_path(exercise)] if self.is_handout else []
        paths = paths or [self.solution_path(exercise), self.grader_path(exercise)]
        trees = map(self._parse, paths)
        return any(_imports(node, "torch") for tree in trees for node in ast.walk(tree))

    def public_names(self, exercise: Exercise) -> tuple[str, ...]:
        """Return the functions and classes that a submission has to define: the solution's, as learners edit stubs."""
        return self._public(exercise, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))

    def public_classes(self, exercise: Exercise) -> tuple[str, ...]:
        """Return those of `public_names` that are classes."""
        return self._public(exercise, (ast.ClassDef,))

    def _public(self, exercise: Exercise, kinds: tuple[type[ast.AST], ...]) -> tuple[str, ...]:
        names = (node.name for node in self._parse(self._contract_path(exercise)).body if isinstance(node, kinds))
        return tuple(dict.fromkeys(name for name in names if not name.startswith("_")))

    def select(self, names: Iterable[str]) -> list[Exercise]:
        """Return the exercises that `names` mean, each once, in order of study; all of them for no name.

        Args:
            names: ids, topics, or paths below exercises/ as a shell completes them.

        Raises:
            UnknownName: some name is none of these.
        """
        known = {topic.name: {e.id for e in topic.exercises} for topic in self.topics}
        known |= {exercise_id: {exercise_id} for exercise_id in self.exercises}
        known |= {"exercises": set(self.exercises)}
        wanted = {name: _plain(name) for name in names}
        unknown = {typed: self._nearest(name) for typed, name in wanted.items() if name not in known}
        if unknown:
            raise UnknownName(unknown)
        chosen = set().union(*(known[name] for name in wanted.values() or ["exercises"]))
        return [e for e in self.exercises.values() if e.id in chosen]

    def questions(self) -> dict[str, dict]:
        """Return the interview questions: id -> {"ask": text, "exercises": ids}.

        Raises:
            CatalogError: exercises/questions.toml cannot be read or has wrong entries.
        """
        path = self.root / "exercises" / "questions.toml"
        place = relative(self.root, path)
        questions: dict[str, dict] = {}
        problems: list[str] = []
        for collection, tables in read_toml(self.root, path).items():
            if not isinstance(tables, dict):
                problems.append(f"{place}: {collection} has to be a table of questions")
                continue
            problems += [f"{place}: question {q} is in two collections" for q in tables if q in questions]
            for name, table in tables.items():
                with collected(problems):
                    fill(QuestionEntry, table, f"{place}, [{collection}] {name}")
            questions |= tables
        if problems:
            raise CatalogError(problems)
        return questions

    def problems(self) -> list[str]:
        """Return where the files of this catalog do not agree or lack something; nothing when all is well."""
        return agreement.problems(self)

    def _mistake_tables(self, topic: str) -> dict:
        path = self.root / "graders" / topic / "mistakes.toml"
        if topic not in self._mistakes:
            self._mistakes[topic] = read_toml(self.root, path) if path.exists() else {}
        return self._mistakes[topic]

    def _parse(self, path: Path) -> ast.Module:
        try:
            return ast.parse(read_text(self.root, path))
        except (SyntaxError, ValueError) as error:
            raise CatalogError([f"{relative(self.root, path)}: is not Python: {error}"]) from error

    def _nearest(self, name: str) -> list[str]:
        """Return what was perhaps meant, the nearest first: by the whole name, or by the exercise's without topic."""
        whole = get_close_matches(name, [*self.exercises, *(topic.name for topic in self.topics)])
        last = name.rpartition("/")[2]
        bare = get_close_matches(last, {e.name: None for e in self.exercises.values()})
        ids = [e.id for b in bare for e in self.exercises.values() if e.name == b]
        return list(dict.fromkeys([*whole, *ids]))[:3]


def _imports(node: ast.AST, package: str) -> bool:
    modules: list[str] = []
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        modules = [node.module or ""]
    return any(module.partition(".")[0] == package for module in modules)


def _plain(name: str) -> str:
    """Return the id or topic in a path as a user types it: exercises/attention/masks.py is attention/masks."""
    _, found, below = f"/{PurePosixPath(name)}/".rpartition("/exercises/")
    return below.strip("/").removesuffix(".py") or found.strip("/")


def _describe_unknown(name: str, nearest: list[str]) -> str:
    hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
    return f"there is no exercise or topic {name!r}{hint}"
