"""Measuring beside the learner's code: gradients, operations, lines, memory.

Functions named `_run_...` are shipped to the sandbox by their source text and run there, so they are self-contained.
What they count can be forged by a program that sets out to; values cannot. Peak memory is read from outside.
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

from graders.engine.describe import describe_call
from graders.engine.kit.checking import expect, expect_type
from graders.engine.submission import RemoteFunction, RemoteObject, Submission

Function = RemoteFunction | RemoteObject


@dataclass(frozen=True)
class Gradients:
    """What a backward pass gave.

    Attributes:
        output: of the forward pass, detached (the whole of it when it is a tuple).
        arguments: a gradient, or None, for each positional argument.
        parameters: name -> gradient or None, of a module; empty for a function.
    """

    output: Any
    arguments: list
    parameters: dict[str, Any]


def probe(submission: Submission, function: Callable, *arguments: object, **keywords: object) -> Any:
    """Run `function(module, *arguments)` beside the learner's module and return its plain result.

    Args:
        function: a plain function that uses nothing from around it: it imports what it needs inside.
    """
    words = describe_call(function.__name__, arguments, keywords)
    return _ship(submission._session, words, function, arguments, keywords)


def gradients(function: Function, *arguments: object, upstream: Any, **keywords: object) -> Gradients:
    """Return the output of function(*arguments) and the gradients of sum(upstream * output).

    Every floating tensor among the positional arguments requires a gradient; keyword arguments do not.

    Args:
        upstream: a tensor of the shape of the output, or of its first element when it is a tuple.

    Raises:
        CheckFailed: the output is no tensor of that shape, or does not depend on any argument or parameter.
    """
    found = _beside(function, "gradients of", _run_backward, (upstream, list(arguments), keywords))
    expect_type(found, dict, "gradients")
    expect("problem" not in found, str(found.get("problem"))[:500])
    expect_type(found.get("arguments"), list, "gradients of the arguments")
    expect(len(found["arguments"]) == len(arguments), "wanted: a gradient for each argument")
    return Gradients(found.get("output"), found["arguments"], expect_type(found.get("parameters"), dict))


def count_operations(function: Function, *arguments: object, **keywords: object) -> tuple[Any, dict[str, int]]:
    """Return (result, how often each torch operation was dispatched), such as {"aten.mm": 3}."""
    measured = _beside(function, "operations of", _run_counting_operations, (list(arguments), keywords))
    result, counts = _pair(measured, dict)
    expect(all(type(n) is int for n in counts.values()), "wanted: counts of operations")
    return result, counts


def count_flops(function: Function, *arguments: object, **keywords: object) -> tuple[Any, int]:
    """Return (result, floating-point operations of its matrix products), by torch's own counter."""
    return _pair(_beside(function, "matrix products of", _run_counting_flops, (list(arguments), keywords)), int)


def count_lines(function: Function, *arguments: object, **keywords: object) -> tuple[Any, int]:
    """Return (result, lines of the learner's own files that were run): what grows with a Python loop."""
    return _pair(_beside(function, "lines run by", _run_counting_lines, (list(arguments), keywords)), int)


def repeat(function: RemoteFunction, times: int, *arguments: object, **keywords: object) -> list:
    """Return the results of `times` calls with the same arguments; a generator among them goes on from call to call."""
    return function.session.call(function.__name__, function.target, arguments, keywords, times)


def peak_memory(function: RemoteFunction, *arguments: object, warm_up: tuple, **keywords: object) -> tuple[Any, int]:
    """Return (result, bytes that this call took at the most), in a fresh process.

    What the program has put by before the call counts too.

    Args:
        warm_up: arguments for a first, small call, which loads what every call needs.
    """
    session = function.session
    session.restart()
    function(*warm_up, **keywords)
    start, before = session.memory_at_start, session.memory()
    result = function(*arguments, **keywords)
    after = session.memory()
    if start is None or before is None or after is None:
        return result, 0  # without /proc the limit on memory is all there is
    # Else memory taken while it was loaded could serve the call, or hide its peak behind one that has been before.
    return result, after.peak - before.now + max(0, before.held - start.held)


def _pair(measured: Any, kind: type) -> tuple[Any, Any]:
    """Require (result, measurement): a program may have tampered with what measures it."""
    expect(type(measured) is tuple and len(measured) == 2 and type(measured[1]) is kind, "wanted: a measurement")
    return measured


def _beside(function: Function, what: str, runner: Callable, arguments: tuple) -> Any:
    """Run `runner(function, *arguments)` in the sandbox."""
    if isinstance(function, RemoteFunction):
        session, name, subject = function.session, function.__name__, function.__name__
    else:
        session, name, subject = function._session, function._kind, function
    *_, given, keywords = arguments
    words = f"{what} {describe_call(name, given, keywords)}"
    return _ship(session, words, runner, (subject, *arguments), {})


def _ship(session: Any, words: str, function: Callable, arguments: tuple, keywords: dict) -> Any:
    return session.probe(words, function.__name__, _source(function.__code__), arguments, keywords)


@functools.cache  # it takes milliseconds to find
def _source(code: CodeType) -> str:
    text = textwrap.dedent(inspect.getsource(code))
    try:
        (function,) = ast.parse(text).body
    except (SyntaxError, ValueError):
        function = None
    if getattr(function, "name", None) != code.co_name:
        raise RuntimeError(f"{code.co_filename} was edited while it is in use: start again")
    return text


def _run_backward(module, subject, upstream, arguments, keywords):
    import torch

    function = getattr(module, subject) if isinstance(subject, str) else subject
    inputs = [
        a.detach().requires_grad_() if isinstance(a, torch.Tensor) and a.is_floating_point() else a for a in arguments
    ]
    output = function(*inputs, **keywords)
    first = output[0] if isinstance(output, tuple) else output
    if not isinstance(first, torch.Tensor) or first.shape != upstream.shape:
        kind = f"a tensor of shape {list(first.shape)}" if isinstance(first, torch.Tensor) else type(first).__name__
        return {"problem": f"wanted: a tensor of shape {list(upstream.shape)}; came back: {kind}"}
    if not first.requires_grad:
        return {"problem": "wanted: an output that gradients flow back from; came back: one cut off from its inputs"}
    first.backward(upstream)
    named = function.named_parameters() if isinstance(function, torch.nn.Module) else ()
    return {
        "output": output,
        "arguments": [a.grad if isinstance(a, torch.Tensor) else None for a in inputs],
        "parameters": {name: p.grad for name, p in named},
    }


def _run_counting_operations(module, subject, arguments, keywords):
    from collections import Counter

    from torch.utils._python_dispatch import TorchDispatchMode

    counts = Counter()

    class Counting(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            counts[str(function).rpartition(".")[0]] += 1
            return function(*args, **(kwargs or {}))

    function = getattr(module, subject) if isinstance(subject, str) else subject
    with Counting():
        result = function(*arguments, **keywords)
    return result, dict(counts)


def _run_counting_flops(module, subject, arguments, keywords):
    from torch.utils.flop_counter import FlopCounterMode

    function = getattr(module, subject) if isinstance(subject, str) else subject
    with FlopCounterMode(display=False) as counter:
        result = function(*arguments, **keywords)
    return result, counter.get_total_flops()


def _run_counting_lines(module, subject, arguments, keywords):
    import sys

    lines = 0

    def trace(frame, event, argument):
        nonlocal lines
        if not frame.f_code.co_filename.startswith("exercises/"):
            return None
        lines += event == "line"
        return trace

    function = getattr(module, subject) if isinstance(subject, str) else subject
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        result = function(*arguments, **keywords)
    finally:
        sys.settrace(before)
    return result, lines
