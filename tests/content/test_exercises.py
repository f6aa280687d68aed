"""Every exercise, whatever it is about, keeps what an exercise promises; graded by the engine itself."""

import ast
import doctest
import importlib.util
import inspect
import sys
from types import ModuleType

import pytest

from graders.engine.catalog import Exercise
from graders.engine.judge import Grade, judge
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.outline import outline
from graders.engine.sources import Texts
from tests.support.grading import CATALOG, EXERCISES, ROOT, grade_texts, shortfall

SEEDS = (0, 1, 2, 20260101)
ALLOWED_IMPORTS = {"numpy", "torch"}
# What a grader may be handed in place of an answer: none of it may make the grader itself stumble.
NONSENSE = {
    "nothing": "None",
    "an object": "object()",
    "text": "'nonsense'",
    "a huge number": "10**400",
    "a ragged list": "[[1.0], [2.0, 3.0], 'x', None]",
    "a tuple of nonsense": "(object(), 'x')",
    "a pair of nothing": "(None, None)",
    "an array of another rank": "__import__('numpy').full((2, 1, 3), float('nan'))",
    "an array of text": "['a', 'b']",
    "a dict": "{'a': object(), 1: 2}",
    "an empty list": "[]",
    "a class": "dict",
    "not a number": "float('nan')",
}

every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)


def load(exercise: Exercise, tree: str) -> ModuleType:
    """Import an exercise's file from one of the trees, under a name of its own."""
    name = f"content_{tree}.{exercise.topic}.{exercise.name}"
    spec = importlib.util.spec_from_file_location(name, ROOT / tree / f"{exercise.id}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def interface(exercise: Exercise, tree: str) -> dict[str, str]:
    """Return each public function, class and method of a file: qualified name -> signature and first line of docs."""
    found = {}
    module = load(exercise, tree)
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        found[name] = f"{_signature(value)} {_first_line(value)}"
        for method, function in vars(value).items() if inspect.isclass(value) else ():
            is_public = not method.startswith("_") or method in ("__init__", "__call__")
            if is_public and inspect.isfunction(function):
                found[f"{name}.{method}"] = f"{_signature(function)} {_first_line(function)}"
    return found


def _signature(value: object) -> str:
    return "" if inspect.isclass(value) else str(inspect.signature(value))


def _first_line(value: object) -> str:
    return (inspect.getdoc(value) or "").partition("\n")[0]


def imported_names(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


def test_the_three_trees_and_all_metadata_agree() -> None:
    assert CATALOG.problems() == []


@every_exercise
@pytest.mark.parametrize("seed", SEEDS)
def test_the_solution_earns_everything(sandboxes: Sandboxes, exercise: Exercise, seed: int) -> None:
    (result,) = grade_texts(sandboxes, exercise, [CATALOG.solution(exercise)], seed)
    assert (result.outcome, result.points) == (Outcome.PASSED, exercise.points), shortfall(result)


@every_exercise
def test_the_stub_is_not_started_and_earns_nothing(sandboxes: Sandboxes, exercise: Exercise) -> None:
    (result,) = grade_texts(sandboxes, exercise, [CATALOG.stub_path(exercise).read_text()])
    assert (result.outcome, result.points) == (Outcome.NOT_STARTED, 0.0), shortfall(result)


@every_exercise
def test_each_mistake_loses_points_and_is_named(sandboxes: Sandboxes, exercise: Exercise) -> None:
    mistakes = CATALOG.mistakes(exercise)
    wrong = [mistake.apply(CATALOG.solution(exercise)) for mistake in mistakes]
    for mistake, result in zip(mistakes, grade_texts(sandboxes, exercise, wrong, diagnose=True), strict=True):
        assert result.points is not None, shortfall(result)
        assert result.points < exercise.points, f"nothing is lost by: {mistake.why}"
        assert result.diagnosis == (mistake.why,), f"{result.diagnosis} was named in place of: {mistake.why}"


@every_exercise
def test_right_solutions_of_another_style_pass(sandboxes: Sandboxes, exercise: Exercise) -> None:
    wanted = {"easy": 1, "medium": 2, "hard": 2}[exercise.level]
    paths = sorted((ROOT / "tests" / "alternatives" / exercise.topic).glob(f"{exercise.name}__*.py"))
    assert len(paths) >= wanted, f"{exercise.id} wants {wanted} right solutions written differently"
    texts = [path.read_text() for path in paths]
    for path, result in zip(paths, grade_texts(sandboxes, exercise, texts, seed=3), strict=True):
        assert result.outcome is Outcome.PASSED, f"{path.name}: {shortfall(result)}"


@every_exercise
def test_nonsense_never_makes_the_grader_stumble(sandboxes: Sandboxes, exercise: Exercise) -> None:
    names = CATALOG.public_names(exercise)
    texts = ["\n".join(f"def {n}(*_, **__): return {value}" for n in names) for value in NONSENSE.values()]
    for kind, result in zip(NONSENSE, grade_texts(sandboxes, exercise, texts), strict=True):
        broken = [c.name for c in result.checks if c.outcome is Outcome.GRADER_ERROR]
        assert not broken, f"returning {kind}: {shortfall(result)}"
        assert result.points == 0, f"returning {kind} earns {result.points} points"


@every_exercise
def test_stub_and_solution_have_the_same_interface(exercise: Exercise) -> None:
    assert interface(exercise, "exercises") == interface(exercise, "solutions")


@every_exercise
def test_the_public_examples_of_the_stub_hold_for_the_solution(exercise: Exercise) -> None:
    stub, solution = load(exercise, "exercises"), load(exercise, "solutions")
    examples = [e for e in doctest.DocTestFinder().find(stub, "stub", globs=vars(solution)) if e.examples]
    assert examples, "the stub shows no example"
    runner = doctest.DocTestRunner(verbose=False)
    report: list[str] = []
    for example in examples:
        runner.run(example, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_the_public_examples_of_every_stub_hold_for_its_solution_in_the_sandbox(sandboxes: Sandboxes) -> None:
    results: dict[str, ExerciseResult] = {}

    def work(grade: Grade) -> None:
        for exercise in EXERCISES:
            docstrings = outline(CATALOG.stub_path(exercise).read_text())["docstrings"]
            text = CATALOG.solution(exercise) + _carrying(docstrings)
            results[exercise.id] = grade(Texts({exercise.id: text}), exercise, with_examples=True).result

    judge(CATALOG, EXERCISES, sandboxes, 0, work)
    assert not [(i, e) for i, r in results.items() for e in r.examples if e.outcome is not Outcome.PASSED]
    assert all(any(e.wanted for e in r.examples) for r in results.values())


def _carrying(docstrings: list[str]) -> str:
    """Return functions that have these docstrings, to be run beside whatever stands above them."""
    return "".join(f"\n\ndef _public_{i}():\n    {text!r}\n" for i, text in enumerate(docstrings))


@every_exercise
def test_nothing_but_the_standard_library_numpy_and_torch_is_imported(exercise: Exercise) -> None:
    for tree in ("exercises", "solutions"):
        beyond = imported_names(f"{tree}/{exercise.id}.py") - ALLOWED_IMPORTS - sys.stdlib_module_names
        assert not beyond, f"{tree}/{exercise.id}.py imports {beyond}"
    assert "torch" not in imported_names(f"exercises/{exercise.id}.py") or CATALOG.uses_torch(exercise)


@every_exercise
def test_the_stub_leaves_every_public_function_to_be_written(exercise: Exercise) -> None:
    functions = outline(CATALOG.stub_path(exercise).read_text())["functions"]
    assert any(unwritten for _, unwritten in functions.values())


@every_exercise
def test_each_ban_is_stated_in_the_stub_and_enforced(sandboxes: Sandboxes, exercise: Exercise) -> None:
    text = CATALOG.stub_path(exercise).read_text()
    for ban in exercise.bans:
        assert ban in text, f"the stub does not say that {ban} is not allowed"
        module = ban.rpartition(".")[0]
        cheat = f"import {module}\n{ban}()\n{CATALOG.solution(exercise)}"
        (result,) = grade_texts(sandboxes, exercise, [cheat])
        assert (result.outcome, result.points) == (Outcome.BANNED, 0.0), shortfall(result)
