"""Checks of foundations/dropout: values, how often and how independently entries drop, the edges of p, the gradient."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_frequencies,
    expect_type,
    noncontiguous,
    normal,
    raises,
    repeat,
    sizes,
    untouched,
    weight,
)

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
PROBABILITIES = pytest.mark.parametrize("p", [0.1, 0.5, 0.8], ids="p = {}".format)


def parts(got, x):
    """Return (y, mask) of the learner's result, the mask as an array of bools."""
    got = expect_type(got, tuple, "(y, mask)")
    expect(len(got) == 2, f"wanted: (y, mask); came back: a tuple of {len(got)}")
    return got[0], expect_array(got[1], x.shape, np.bool_, "the mask")


def kept(values, mask, p):
    """Return values / (1 - p) where the mask is True, else 0, in their dtype."""
    scale = 1 / (1 - p) if p < 1 else 0.0
    return np.where(mask, values.astype(np.float64) * scale, 0.0).astype(values.dtype)


@weight(4, core=True)
@PROBABILITIES
@DTYPES
def test_entries_are_dropped_with_probability_p_and_the_rest_is_rescaled(submission, rng, p, dtype):
    x = normal(rng, 80, 125, dtype=dtype)
    y, mask = parts(submission.dropout(x, p, rng), x)
    check(y, kept(x, mask, p), "x / (1 - p) where the mask is True, else 0")
    expect_frequencies(mask.astype(int).ravel().tolist(), [p, 1 - p], "entries of the mask (1 is kept)")


@weight(3, core=True)
@PROBABILITIES
@DTYPES
def test_backward_uses_the_mask_and_the_same_scale(submission, rng, p, dtype):
    grad = normal(rng, *sizes(rng, 3, 3, 7), dtype=dtype)
    mask = rng.random(grad.shape) >= p
    mask.flat[:2] = True, False
    check(submission.dropout_backward(grad, mask, p), kept(grad, mask, p), "grad / (1 - p) where the mask is True")


@weight(2)
@PROBABILITIES
def test_the_mean_is_kept(submission, rng, p):
    x = 3 + rng.random((50, 400))
    y, _ = parts(submission.dropout(x, p, rng), x)
    mean = expect_array(y, x.shape, np.float64, "y").mean()
    spread = math.sqrt((x**2).sum() * p / (1 - p)) / x.size  # of the mean of y, if each entry is drawn by itself
    ratio = mean / x.mean()
    expect(abs(mean - x.mean()) <= 5.5 * spread, f"wanted: the mean of x kept; that of y is {ratio:.3f} times as large")


@weight(2)
@pytest.mark.parametrize("axis", [0, 1, 2], ids="axis {}".format)
def test_neighbours_are_dropped_independently(submission, rng, axis):
    x, p = normal(rng, 24, 26, 28), 0.3
    _, mask = parts(submission.dropout(x, p, rng), x)
    first, second = (np.moveaxis(mask, axis, 0)[start::2].ravel().astype(int) for start in (0, 1))
    pairs = (2 * first + second).tolist()
    both = [p * p, p * (1 - p), (1 - p) * p, (1 - p) * (1 - p)]
    expect_frequencies(pairs, both, f"pairs of neighbours along axis {axis} (0 is both dropped, 3 both kept)")


@weight(1)
def test_every_call_draws_a_new_mask(submission, rng):
    x = normal(rng, 9, 11)
    results = expect_type(repeat(submission.dropout, 2, x, 0.5, rng), list, "the results")
    masks = [parts(result, x)[1] for result in results]
    expect((masks[0] != masks[1]).any(), "wanted: another mask in the second call with the same generator")
    share = np.mean(np.concatenate([mask.ravel() for mask in masks]))
    expect(0.05 < share < 0.95, f"wanted: about half of the entries kept; {share:.0%} were")


@weight(1)
def test_all_randomness_comes_from_rng(submission, rng):
    x = normal(rng, 9, 11)
    # Both calls get a generator in the same state.
    (y, mask), (again, same) = (parts(submission.dropout(x, 0.4, rng), x) for _ in range(2))
    expect((mask == same).all(), "wanted: the same mask from a generator in the same state")
    expect(mask.any() and not mask.all(), f"wanted: some entries kept and some dropped; {int(mask.sum())} of 99 stayed")
    check(y, kept(x, mask, 0.4), "x / (1 - p) where the mask is True, else 0")
    check(again, kept(x, mask, 0.4), "the same again from a generator in the same state")


@weight(2)
@PROBABILITIES
@DTYPES
def test_nothing_is_dropped_or_rescaled_in_use(submission, rng, p, dtype):
    x = normal(rng, *sizes(rng, 3, 3, 7), dtype=dtype)
    got = submission.dropout(x, p, rng, training=False)
    check(got, (x, np.ones(x.shape, bool)), "x itself, and a mask of True, when training is False")


@weight(1)
@pytest.mark.parametrize("p", [0.0, 1.0], ids="p = {}".format)
def test_the_edges_of_p_in_use(submission, rng, p):
    x = normal(rng, *sizes(rng, 2, 3, 7))
    got = submission.dropout(x, p, rng, False)
    check(got, (x, np.ones(x.shape, bool)), "x itself, and a mask of True, when training is False")


@weight(2)
@DTYPES
@pytest.mark.parametrize("p", [0.0, 1.0], ids="p = {}".format)
def test_the_edges_of_p_in_training(submission, rng, p, dtype):
    x = normal(rng, *sizes(rng, 3, 3, 7), dtype=dtype)
    mask = np.full(x.shape, p == 0)
    want = x if p == 0 else np.zeros_like(x)
    check(submission.dropout(x, p, rng), (want, mask), "everything for p = 0, zeros for p = 1")
    check(submission.dropout_backward(x, mask, p), want, "all of the gradient for p = 0, none of it for p = 1")


@weight(2)
@PROBABILITIES
def test_forward_and_backward_let_the_same_entries_through(submission, rng, p):
    x = normal(rng, 23, 31)
    y, mask = parts(submission.dropout(x, p, rng), x)
    y = expect_array(y, x.shape, np.float64, "y")
    expect(mask.any() and not mask.all(), f"wanted: some entries kept and some dropped; {int(mask.sum())} stayed")
    back = submission.dropout_backward(np.ones_like(x), mask, p)
    check(back, kept(np.ones_like(x), y != 0, p), "1 / (1 - p) where forward let an entry through, else 0")


@weight(1)
@pytest.mark.parametrize("training", [True, False], ids=["in training", "in use"])
@pytest.mark.parametrize("p", [-0.25, 1.5, math.nan], ids="p = {}".format)
def test_p_outside_of_0_to_1_is_refused(submission, rng, p, training):
    with raises(ValueError, p):
        submission.dropout(normal(rng, 3, 4), p, rng, training)


@weight(1)
@pytest.mark.parametrize("training", [True, False], ids=["in training", "in use"])
def test_views_are_taken_and_x_is_left_unmodified(submission, rng, training):
    x = noncontiguous(normal(rng, 5, 6, 4, dtype=np.float32)).transpose(2, 0, 1)
    y, mask = parts(submission.dropout(x, 0.25, rng, training), x)
    check(y, kept(x, mask, 0.25 if training else 0.0), "the same as for a contiguous array")
    expect(mask.any(), "wanted: most entries kept; none stayed")
    untouched(submission)


@weight(1)
def test_backward_takes_views_and_leaves_them_unmodified(submission, rng):
    grad, mask = normal(rng, 5, 6, dtype=np.float32), rng.random((6, 5)) >= 0.4
    want = kept(grad, mask.T, 0.4)
    check(submission.dropout_backward(noncontiguous(grad), mask.T, 0.4), want, "grad / (1 - p) where the mask is True")
    untouched(submission)
