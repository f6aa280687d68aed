"""Small changes to a solution, one at a time, made by the operators of Cosmic Ray."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider


@dataclass(frozen=True)
class Mutant:
    """A solution with one change: the whole text, and the lines that differ, `before` from line number `line` on."""

    text: str
    line: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str]:
        """What was changed into what, wherever it stands and however it is spaced."""
        return squeezed(self.before), squeezed(self.after)


def make_mutants(source: str) -> list[Mutant]:
    """Return every mutant of `source` that is Python and has other code, each once, from the first line to the last."""
    known = {_code(source)}
    mutants = []
    for operator in _operators():
        places = sum(len(list(operator.mutation_positions(node))) for node in ast_nodes(get_ast(source)))
        for place in range(places):
            text = mutate_code(source, operator, place)
            code = _code(text)
            if code is not None and code not in known:
                known.add(code)
                mutants.append(_mutant(source, text))
    return sorted(mutants, key=lambda mutant: (mutant.line, mutant.after))


def squeezed(text: str) -> str:
    """Return `text` without white space: the operators leave some behind."""
    return "".join(text.split())


def _operators() -> list[Operator]:
    """Return the operators that take no arguments; the others put random numbers in the place of variables."""
    provider = OperatorProvider()
    return [provider[name]() for name in provider if not provider[name].arguments()]


def _code(text: str) -> str | None:
    """Return what `text` does, without docstrings and annotations, or None where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `x is 0` is a fair mutant
            compile(text, "mutant", "exec", dont_inherit=True)
            return ast.dump(_Bare().visit(ast.parse(text)))
    except SyntaxError:
        return None


class _Bare(ast.NodeTransformer):
    """Takes away what says something to readers only."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
        return node


def _mutant(source: str, text: str) -> Mutant:
    old, new = source.splitlines(), text.splitlines()
    first = next(i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    while old and new and min(len(old), len(new)) > first and old[-1] == new[-1]:
        del old[-1], new[-1]
    while not (old[first : first + 1] or new[first : first + 1])[0].strip():  # a line less takes a blank one along
        first += 1
    before, after = ("\n".join(map(str.strip, lines[first:])) for lines in (old, new))
    return Mutant(text, first + 1, before, after)
