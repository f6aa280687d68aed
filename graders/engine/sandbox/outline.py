"""What a Python text is made of, without running it: syntax errors, and which functions are still to be written.

Parsing is left to a child too: a text can be made that overflows the parser's stack.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator

_DOCSTRING_BYTES = 32 << 10  # of all docstrings with examples together; what is beyond is left out


def outline(text: str) -> dict:
    """Return {"error": None | {line, column, message, text}, "functions": {qualified name: [digest, unwritten]},
    "docstrings": those with examples}.

    The digest is of a function's signature and body without its docstring; `unwritten` says that the body is nothing
    but `raise NotImplementedError(...)`.
    """
    try:
        tree = ast.parse(text)
        compile(text, "<submission>", "exec", dont_inherit=True)
    except SyntaxError as error:
        place = {"line": error.lineno or 0, "column": error.offset or 0, "text": (error.text or "").rstrip("\n")[:500]}
        return _broken(place, str(error.msg))
    except (ValueError, RecursionError, MemoryError) as error:
        place = {"line": 0, "column": 0, "text": ""}
        return _broken(place, f"{type(error).__name__}: {error}")
    return {"error": None, "functions": dict(_functions(tree, "")), "docstrings": list(_docstrings(tree))}


def _broken(place: dict, message: str) -> dict:
    return {"error": {**place, "message": message[:500]}, "functions": {}, "docstrings": []}


def _docstrings(tree: ast.Module) -> Iterator[str]:
    room = _DOCSTRING_BYTES
    for node in _documented(tree):
        text = ast.get_docstring(node) or ""
        if ">>>" in text and (room := room - len(text.encode("utf-8", "replace"))) >= 0:
            yield text.encode("utf-8", "replace").decode()


def _documented(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what doctest looks at, in the order of the file: the module, its classes, functions and methods."""
    if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    yield node
    if isinstance(node, (ast.Module, ast.ClassDef)):
        for child in node.body:
            yield from _documented(child)


def _functions(parent: ast.AST, prefix: str) -> Iterator[tuple[str, list]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[ast.get_docstring(node, clean=False) is not None :]
            code = ast.dump(node.args) + "".join(map(ast.dump, body))
            yield prefix + node.name, [hashlib.sha256(code.encode()).hexdigest(), _is_unwritten(body)]


def _is_unwritten(body: list[ast.stmt]) -> bool:
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc
    name = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(name, ast.Name) and name.id == "NotImplementedError"
