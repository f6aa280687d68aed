"""Words for values: what is small is shown, of the rest the kind and the size."""

from collections import OrderedDict

import numpy as np
import pytest
import torch

from graders.engine.describe import describe, describe_call

SHOWN = {
    "an array": (np.zeros((3, 5), "f4"), "float32[3, 5]"),
    "a tensor": (torch.zeros(2, dtype=torch.int64), "int64 tensor[2]"),
    "a number": (2.5, "2.5"),
    "a text": ("abc", "'abc'"),
    "a long text": ("x" * 500, f"'{'x' * 39}...{'x' * 9}' (502 characters)"),
    "an empty list": ([], "[]"),
    "a list of lists": ([[1, 2], [3]], "[[1, 2], [3]]"),
    "a tuple of one": ((1,), "(1,)"),
    "words": (["ag", "nnow", "known"], "['ag', 'nnow', 'known']"),
    "a long list": (list(range(9)), "list of 9"),
    "a list of long texts": (["x" * 30] * 3, "list of 3"),
    "a dict": ({"a": 1, "b": np.zeros(2)}, "{'a': 1, 'b': float64[2]}"),
    "an ordered dict": (OrderedDict(a=1), "{'a': 1}"),
    "a large dict": ({i: i for i in range(9)}, "dict of 9"),
    "a set": ({7}, "{7}"),
    "a large frozenset": (frozenset(range(50)), "frozenset of 50"),
    "an empty set": (set(), "set of 0"),
    "a generator": (np.random.default_rng(0), "rng"),
    "a function": (describe_call, "the function describe_call"),
}


@pytest.mark.parametrize("case", SHOWN)
def test_values_are_shown_by_size_and_kind(case):
    value, words = SHOWN[case]
    assert describe(value) == words


def test_a_call_is_one_line():
    assert describe_call("f", [np.zeros(3)], {"axis": -1}) == "f(float64[3], axis=-1)"
