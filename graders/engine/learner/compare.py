"""A learner's file beside the reference solution, and what an interviewer asks next, as the solution's head says it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from rich.text import Text

from graders.engine.learner import words
from graders.engine.terminal.visible import visible

_HEAD = re.compile(r'\s*""".*?"""', re.DOTALL)


def next_questions(solution: str) -> str:
    """Return what the solution's head says beyond the stub's: what an interviewer asks next, and what to read."""
    _, found, rest = (ast.get_docstring(ast.parse(solution)) or "").partition("An interviewer goes on:")
    return f"{found}{rest}"


def difference(yours: str, solution: str) -> Iterator[Text]:
    """Yield where the code of both differs, with a few lines around; their heads, which are prose, are left out.

    What is the learner's alone begins with a minus, what is the solution's alone with a plus.
    """
    (ours, before), (theirs, _) = _code(yours), _code(solution)
    groups = list(SequenceMatcher(None, ours, theirs, autojunk=False).get_grouped_opcodes(3))
    yield Text(words.COMPARED if groups else words.SAME_AS_REFERENCE, "bold")
    for group in groups:
        yield Text(words.from_line(before + group[0][1] + 1), "cyan")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Text(f"  {visible(line)}", "dim") for line in ours[i1:i2])
                continue
            yield from (Text(f"- {visible(line)}", "red") for line in ours[i1:i2])
            yield from (Text(f"+ {visible(line)}", "green") for line in theirs[j1:j2])


def _code(text: str) -> tuple[list[str], int]:
    """Return the lines after the module's docstring, and how many lines those before are."""
    head = _HEAD.match(text)
    lines = text.splitlines()
    before = head[0].count("\n") + 1 if head else 0
    return [line.rstrip() for line in lines[before:]], before
