"""What a Python text is made of, without running it: syntax errors, and which functions are still to be written.

Parsing is left to a child too: a text can be made that overflows the parser's stack.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator


def outline(text: str) -> dict:
    """Return {"error": None | {line, column, message, text}, "functions": {qualified name: [digest, unwritten]}}.

    The digest is of a function's signature and body without its docstring; `unwritten` says that the body is nothing
    but `raise NotImplementedError(...)`.
    """
    try:
        tree = ast.parse(text)
        compile(text, "<submission>", "exec", dont_inherit=True)
    except SyntaxError as error:
        place = {"line": error.lineno or 0, "column": error.offset or 0, "text": (error.text or "").rstrip("\n")[:500]}
        return {"error": {**place, "message": str(error.msg)[:500]}, "functions": {}}
    except (ValueError, RecursionError, MemoryError) as error:
        place = {"line": 0, "column": 0, "text": ""}
        return {"error": {**place, "message": f"{type(error).__name__}: {error}"[:500]}, "functions": {}}
    return {"error": None, "functions": dict(_functions(tree, ""))}


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
