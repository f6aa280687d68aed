"""Checks of foundations/softmax: values, axes, large and infinite logits, precision, dtype."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_array, noncontiguous, normal, sizes, untouched, weight


def slice_by_slice(x, axis):
    """Return (softmax, log_softmax) in x's dtype, each number by Python's own floats from the slice that it lies in."""
    shares, logs = np.zeros(x.shape), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        rivals = list(index)
        rivals[axis] = slice(None)
        rivals = [float(v) for v in x[tuple(rivals)]]
        below = float(x[index]) - max(rivals)
        total = math.fsum(math.exp(v - max(rivals)) for v in rivals)
        shares[index], logs[index] = math.exp(below) / total, below - math.log(total)
    return shares.astype(x.dtype), logs.astype(x.dtype)


CASES = {
    "one row": (1, -1, np.float64),
    "the last axis of 2": (2, -1, np.float64),
    "the first axis of 2": (2, 0, np.float32),
    "the middle axis of 3": (3, 1, np.float64),
    "the first axis of 3, counted from the end": (3, -3, np.float32),
    "the third axis of 4": (4, 2, np.float32),
}


def draw(rng, rank, dtype=np.float64, scale=2.0):
    return normal(rng, *sizes(rng, rank, 2, 7), dtype=dtype, scale=scale)


@weight(4, core=True)
@pytest.mark.parametrize("case", CASES)
def test_softmax_gives_each_entry_its_share_along_the_axis(submission, rng, case):
    rank, axis, dtype = CASES[case]
    x = draw(rng, rank, dtype)
    got = submission.softmax(x) if case == "the last axis of 2" else submission.softmax(x, axis=axis)
    check(got, slice_by_slice(x, axis)[0], f"exp(x) / sum of exp(x) over {case}, in x's dtype")


@weight(4, core=True)
@pytest.mark.parametrize("case", CASES)
def test_log_softmax_is_the_logarithm_of_that_share(submission, rng, case):
    rank, axis, dtype = CASES[case]
    x = draw(rng, rank, dtype)
    got = submission.log_softmax(x) if case == "the last axis of 2" else submission.log_softmax(x, axis=axis)
    check(got, slice_by_slice(x, axis)[1], f"x - log of the sum of exp(x) over {case}, in x's dtype")


@weight(2)
def test_logarithms_of_counts_give_the_counts_shares(submission, rng):
    # Worked by hand: exp(log(n)) is n, so the counts 1, 2, 5 have the shares 1/8, 2/8, 5/8, in whatever order.
    counts = rng.permutation([1.0, 2.0, 5.0])
    x = np.log(counts)[:, None] + np.array([0.0, -3.0])
    want = counts[:, None] / 8.0 * np.ones(2)
    check(submission.softmax(x, axis=0), want, "scores log(1), log(2), log(5), in some order, down each of two columns")
    check(submission.log_softmax(x, axis=0), np.log(want), "the logarithms of the same shares")


@weight(3)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_logits_of_ten_thousand_do_not_overflow(submission, rng, name, dtype):
    x = draw(rng, 2, dtype) + rng.choice([-1e4, 1e4], size=2).astype(dtype)[:, None, None]
    want = slice_by_slice(x, -1)[name == "log_softmax"]
    got = getattr(submission, name)(x)
    check(got, want, "ordinary shares, or their logarithms, for entries near 10,000 or -10,000", work=1e6)


@weight(2)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [0, 1, 2], ids="axis {}".format)
def test_slices_ten_thousand_apart_do_not_disturb_each_other(submission, rng, name, axis):
    x = draw(rng, 3, np.float64)
    for other in {0, 1, 2} - {axis}:  # what differs by so much lies along the other two axes
        step = np.expand_dims(1e4 * rng.permutation(x.shape[other]), [a for a in range(3) if a != other])
        x = x + step
    want = slice_by_slice(x, axis)[name == "log_softmax"]
    got = getattr(submission, name)(x, axis=axis)
    check(got, want, f"each slice along axis {axis} by itself, however large others are", work=1e6)


@weight(2)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_entries_of_minus_infinity_get_the_share_zero(submission, rng, name, dtype):
    x = draw(rng, 3, dtype)
    x[rng.random(x.shape) < 0.4] = -np.inf
    x[:, 1] = normal(rng, x.shape[0], x.shape[2], dtype=dtype)  # every slice along axis 1 keeps a finite entry
    x[0, :, 0], x[0, 1, 0] = -np.inf, 3.0
    want = slice_by_slice(np.where(x == -np.inf, -1e6, x).astype(dtype), 1)
    want = want[0] if name == "softmax" else np.where(x == -np.inf, -np.inf, want[1]).astype(dtype)
    got = getattr(submission, name)(x, axis=1)
    check(got, want, "-inf where the entry is -inf" if name == "log_softmax" else "0 where the entry is -inf")


@weight(2)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_log_softmax_is_right_where_the_share_is_too_small_for_a_float(submission, rng, dtype):
    x = -rng.integers(1000, 9000, size=(3, 5)).astype(dtype)
    x[:, int(rng.integers(5))] = rng.integers(3)
    # Worked by hand: next to a lead of 1,000 the others add nothing to the sum, and each logarithm is the distance.
    want = x - x.max(axis=1, keepdims=True)
    check(submission.log_softmax(x), want, "the distance below the largest entry where that is 1,000 or more")


@weight(1)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_adding_one_large_number_to_a_slice_changes_nothing(submission, rng, name):
    near = (rng.integers(-128, 128, size=(4, 9)) / 64).astype(np.float32)  # so that `far` is exact in float32
    far = near + np.float32(65536)
    want = slice_by_slice(near, -1)[name == "log_softmax"]
    check(getattr(submission, name)(far), want, "the same for entries around 65,536 as for those entries around 0")


@weight(1)
def test_shares_are_never_negative_and_add_up_to_one(submission, rng):
    x = draw(rng, 3, np.float64, scale=300.0)
    got = expect_array(submission.softmax(x, axis=1), x.shape, np.float64, "the shares")
    expect((got >= 0).all(), f"wanted: no share below 0; came back: {got.min()!r} among them")
    sums = got.sum(axis=1)
    worst = sums.flat[np.argmax(np.abs(sums - 1))]
    expect(abs(worst - 1) <= 1e-12, f"wanted: shares that add up to 1 along axis 1; they add up to {worst!r} somewhere")


@weight(1)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("view", ["every second element", "transposed"])
def test_views_that_are_not_contiguous_are_taken(submission, rng, name, view):
    x = draw(rng, 3, np.float32)
    x = noncontiguous(x) if view == "every second element" else x.transpose(2, 0, 1)
    want = slice_by_slice(x, 1)[name == "log_softmax"]
    check(getattr(submission, name)(x, 1), want, "the same as for a contiguous array")


@weight(1)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_the_argument_is_left_unmodified(submission, rng, name):
    x = draw(rng, 2, np.float64, scale=100.0)
    x[0, 0] = -np.inf
    want = slice_by_slice(x, 0)[name == "log_softmax"]
    check(getattr(submission, name)(x, axis=0), want, "shares down each column", work=100)
    untouched(submission)
