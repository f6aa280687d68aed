"""Where two values part: shape, dtype and structure count, nothing is broadcast, and nothing wanted is given away."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from graders.engine.compare import EXACT, Closeness, difference

CLOSE = Closeness()


def same(got: object, want: object, closeness: Closeness = CLOSE) -> bool:
    return difference(got, want, closeness) is None


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.float32(2.5), 2.5),
        (np.array(2.5), 2.5),
        (torch.tensor(2.5), 2.5),
        (3, 3.0),
        (3.0, 3),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array(True), True),
        (math.nan, math.nan),
        (np.array([math.nan, math.inf]), np.array([math.nan, math.inf])),
        (1 + 2j, 1 + 2j),
        ({"a": [1, (2.0, None)]}, {"a": [1, (2.0, None)]}),
        ({1, 2}, frozenset({2, 1})),
        (1.0 + 2.0**-50, 1.0),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_right_answers_in_another_style_are_the_same(got: object, want: object) -> None:
    assert same(got, want)


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.zeros((1, 3)), np.zeros(3)),
        (np.zeros((3, 1)), np.zeros((3, 3))),
        (np.zeros(3, "f4"), np.zeros(3)),
        (torch.zeros(3), np.zeros(3)),
        (np.zeros(3), torch.zeros(3, dtype=torch.float64)),
        ([1, 2], (1, 2)),
        ((1, 2), [1, 2]),
        ([1, 2, 3], [1, 2]),
        (True, 1),
        (1, True),
        ("1", 1),
        (b"a", "a"),
        (None, 0),
        (0, None),
        (math.inf, -math.inf),
        (math.nan, 0.0),
        pytest.param(10**400, 1.0, id="an int beyond floats"),
        (1.0 + 1e-9, 1.0),
        (np.array([1.0, math.inf]), np.array([1.0, 2.0])),
        ({"a": 1}, {"b": 1}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ([1], {1}),
        (object(), 1.0),
        (1j, 1.0),
        (np.array(["x"]), np.zeros(1)),
    ],
)
def test_wrong_answers_are_not(got: object, want: object) -> None:
    assert not same(got, want)


@given(arrays.arrays("f8", arrays.array_shapes(min_dims=0, max_dims=3), elements=st.floats()))
def test_an_array_is_the_same_as_itself_and_not_as_a_changed_one(values: np.ndarray) -> None:
    assert same(values, values.copy(), EXACT)
    changed = values.copy()
    changed.flat[0] = 1.0 if values.flat[0] != 1.0 else 2.0
    assert not same(changed, values, EXACT)


def test_tolerance_grows_with_the_root_of_the_work() -> None:
    off = 1.0 + 1000 * 2.0**-52
    assert not same(off, 1.0)
    assert same(off, 1.0, Closeness(work=100))


@pytest.mark.parametrize(("dtype", "step"), [(torch.float16, 2.0**-11), (torch.bfloat16, 2.0**-8)])
def test_half_precision_may_be_off_by_twice_its_rounding(dtype: torch.dtype, step: float) -> None:
    name = str(dtype).removeprefix("torch.")
    truth = torch.full((2,), 1.5)
    closeness = Closeness(dtype=name)
    assert same((truth * (1 + step)).to(dtype), truth, closeness)
    assert not same((truth * (1 + 8 * step)).to(dtype), truth, closeness)
    assert not same(truth, truth, closeness), "the dtype that was asked for counts"


def test_small_elements_beside_large_ones_may_be_off_by_the_large_ones_rounding() -> None:
    assert same(np.array([1e6, 1e-12]), np.array([1e6, 0.0]))
    assert not same(np.array([1e-12]), np.array([0.0]))


def test_the_sentence_shows_what_came_back_and_never_what_was_wanted() -> None:
    got, want = np.array([[1.0, 2.0], [3.0, 77.0]]), np.array([[1.0, 2.0], [3.0, 4.25]])
    text = difference(got, want, CLOSE)
    assert "wrong in 1 of 4 elements, first at [1, 1] with 77.0" in text
    assert "4.25" not in text
    for got, want in (
        (1, 4.25),
        ([1], [4.25]),
        ({"a": 2}, {"a": 4.25}),
        ("x", "secret"),
        (2, 425),
        ({}, {"secret": 1}),
    ):
        text = difference(got, want, CLOSE)
        assert "4.25" not in text
        assert "425" not in text
        assert "secret" not in text


def test_the_sentence_says_where_in_a_structure_values_part() -> None:
    assert "at [1]['a'][0]" in difference([0, {"a": [2]}], [0, {"a": [1]}], CLOSE)
