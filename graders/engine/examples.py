"""The public examples of an exercise: the doctests in the docstrings of a learner's file.

They are run as doctest runs them, once the hidden checks are over, so that nothing they do can reach a check; a reader
sees them first. The child is given the statements alone and returns what the interactive interpreter would print; what
they should give is compared here. Since a learner may edit them, they count for nothing: they are there to be read.
"""

from __future__ import annotations

import doctest
from collections.abc import Iterable, Iterator

from graders.engine.kit.probes import probe
from graders.engine.results import ExampleResult, Outcome
from graders.engine.sandbox.child import Budget, ChildDied
from graders.engine.sandbox.process import SandboxError
from graders.engine.session import BannedCall, CannotLoad, LearnerRaised, Session
from graders.engine.submission import RemoteObject, Submission

_BUDGET = Budget(cpu_seconds=2.0, wall_seconds=12.0)  # for all of them: they are small, and somebody is waiting
_OUTPUT_CHARACTERS = 10_000
_MOST_EXAMPLES = 100
_NOT_RUN = "not run: one before it ended the program"
_DEATHS = (Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.FORGED, Outcome.OUT_OF_MEMORY)


def parse(docstrings: Iterable[str]) -> list[list[doctest.Example]]:
    """Return the examples of each docstring that has any; one that doctest cannot read has none."""
    found = []
    left = _MOST_EXAMPLES
    for text in docstrings:
        try:
            examples = doctest.DocTestParser().get_examples(text)[:left]
        except ValueError:  # such as >>>f() without the space
            continue
        left -= len(examples)
        found.append([e for e in examples if not e.options.get(doctest.SKIP)])
    return [examples for examples in found if examples]


def run_examples(session: Session, docstrings: Iterable[str], seed: int) -> tuple[ExampleResult, ...]:
    """Return what came of the examples; nothing where the submission cannot be loaded, as the checks have said.

    Args:
        session: one whose checks are over.
        seed: of the child's global generators.
    """
    groups = parse(docstrings)
    if not groups:
        return ()
    try:
        session.begin_check(seed, _BUDGET)
    except (CannotLoad, SandboxError):  # a verdict that is reached stays
        return ()
    results: list[ExampleResult] = []
    for examples in groups:
        results += _run_group(session, examples, results[-1].outcome if results else None)
    return tuple(results)


def _run_group(session: Session, examples: list[doctest.Example], before: Outcome | None) -> Iterator[ExampleResult]:
    """Run the examples of one docstring, which share their names; after a death nothing more is run."""
    ending = before if before in _DEATHS else None
    statement = None
    for example in examples:
        if ending is not None:
            yield _result(example, ending, _NOT_RUN)
            continue
        try:
            if statement is None:
                statement = probe(Submission(session), _run_opening).run
            outcome, got = _run(statement, example)
        except (ChildDied, BannedCall, LearnerRaised) as error:  # LearnerRaised: it has broken what runs it
            outcome, got = _judge_end(error)
        ending = outcome if outcome in _DEATHS else None
        yield _result(example, outcome, got)


def _run(statement: RemoteObject, example: doctest.Example) -> tuple[Outcome, str]:
    try:
        got = statement(example.source, _OUTPUT_CHARACTERS)
    except LearnerRaised as error:
        return _judge_error(error, example)
    if type(got) is not str:
        return Outcome.FORGED, ""
    return (Outcome.PASSED if _is_right(example.want, got, example) else Outcome.FAILED), got


def _judge_error(error: LearnerRaised, example: doctest.Example) -> tuple[Outcome, str]:
    """Return what an exception amounts to; in doctest only its last line counts, without traceback."""
    got = f"{error.name}: {error.message}" if error.message else error.name
    if example.exc_msg is None:
        return error.outcome, got
    if _is_right(example.exc_msg, f"{got}\n", example):
        return Outcome.PASSED, got
    is_alike = example.options.get(doctest.IGNORE_EXCEPTION_DETAIL) and _kind(example.exc_msg) == _kind(got)
    return (Outcome.PASSED if is_alike else Outcome.FAILED), got


def _judge_end(error: ChildDied | BannedCall | LearnerRaised) -> tuple[Outcome, str]:
    if isinstance(error, BannedCall):
        return Outcome.BANNED, f"it called {error}, which this exercise bans"
    return Outcome(error.outcome), str(error)


def _is_right(wanted: str, got: str, example: doctest.Example) -> bool:
    flags = sum(flag for flag, is_set in example.options.items() if is_set)
    return doctest.OutputChecker().check_output(wanted, got, flags)


def _kind(exception: str) -> str:
    """Return the name of an exception without its module and its message."""
    return exception.partition("\n")[0].partition(":")[0].rpartition(".")[2]


def _result(example: doctest.Example, outcome: Outcome, got: str) -> ExampleResult:
    wanted = example.want if example.exc_msg is None else example.exc_msg
    return ExampleResult(example.source.rstrip("\n"), wanted.rstrip("\n"), got.rstrip("\n"), outcome)


def _run_opening(module):
    """Return an object that runs one statement after the other, as a session of the interpreter would."""
    import __future__

    import io
    import sys

    class Names:
        def __init__(self):
            self._names = dict(vars(module))

        def run(self, source, most):
            names = self._names
            features = {name: getattr(__future__, name) for name in __future__.all_feature_names}
            flags = sum(f.compiler_flag for name, f in features.items() if names.get(name) is f)
            printed, shown, display = sys.stdout, io.StringIO(), sys.displayhook
            sys.stdout, sys.displayhook = shown, sys.__displayhook__
            try:
                exec(compile(source, "<example>", "single", flags, True), names)
            finally:
                sys.stdout, sys.displayhook = printed, display
            text = shown.getvalue()[:most]
            return text if text.endswith("\n") or not text else f"{text}\n"

    return Names()
