"""Checks of foundations/softmax_jacobian: every derivative, the product, batches, extremes, memory."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_array, noncontiguous, normal, peak_memory, sizes, untouched, weight

JACOBIAN = "diag(s) - s s^T for s = softmax(x)"
PRODUCT = "g^T J along the last axis, for each slice its own J"


def shares_of(row):
    """Return softmax of a slice as a list, by Python's own floats."""
    top = max(float(v) for v in row)
    weights = [math.exp(float(v) - top) for v in row]
    return [w / math.fsum(weights) for w in weights]


def entry_by_entry(x):
    """Return the Jacobian of one slice in x's dtype."""
    s = shares_of(x)
    entries = [[s[i] * ((i == j) - s[j]) for j in range(len(s))] for i in range(len(s))]
    return np.array(entries).astype(x.dtype)


def slice_by_slice(x, g):
    """Return the product in x's dtype, from a sum over the Jacobian of each slice."""
    result = np.zeros(x.shape)
    for place in np.ndindex(x.shape[:-1]):
        s, up = shares_of(x[place]), g[place].tolist()
        for j in range(len(s)):
            result[(*place, j)] = math.fsum(up[i] * s[i] * ((i == j) - s[j]) for i in range(len(s)))
    return result.astype(x.dtype)


def draw(rng, rank, dtype=np.float64, scale=1.5):
    """Return scores x and a gradient g, with sizes that all differ."""
    shape = sizes(rng, rank, 2, 7)
    return normal(rng, *shape, dtype=dtype, scale=scale), normal(rng, *shape, dtype=dtype)


DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


@weight(4, core=True)
@DTYPES
@pytest.mark.parametrize("n", [1, 2, 9])
def test_jacobian_holds_every_derivative(submission, rng, n, dtype):
    x = normal(rng, n, dtype=dtype, scale=1.5)
    check(submission.softmax_jacobian(x), entry_by_entry(x), JACOBIAN)


@weight(4, core=True)
@DTYPES
@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_vjp_is_the_product_with_the_jacobian(submission, rng, rank, dtype):
    x, g = draw(rng, rank, dtype)
    check(submission.softmax_vjp(x, g), slice_by_slice(x, g), PRODUCT, work=8)


@weight(2)
def test_jacobian_agrees_with_central_differences(submission, rng):
    x, step = normal(rng, 6), 1e-5
    columns = []
    for j in range(6):
        nudge = step * np.eye(6)[j]
        columns.append((np.array(shares_of(x + nudge)) - np.array(shares_of(x - nudge))) / (2 * step))
    want = np.stack(columns, axis=1)
    check(submission.softmax_jacobian(x), want, "(softmax(x + h) - softmax(x - h)) / 2h", tolerance=1e-8)


@weight(2)
def test_shares_of_eighths_worked_by_hand(submission, rng):
    # exp(log(n)) is n: the counts 1, 2, 5 have the shares 1/8, 2/8, 5/8.
    order = rng.permutation(3)
    x = np.log([1.0, 2.0, 5.0])[order] + float(rng.integers(9))
    jacobian = np.array([[7.0, -2.0, -5.0], [-2.0, 12.0, -10.0], [-5.0, -10.0, 15.0]])[order][:, order] / 64
    check(submission.softmax_jacobian(x), jacobian, JACOBIAN)
    g = np.array([64.0, 0.0, -64.0])[order]  # 1 * 7 + 1 * 5, 1 * -2 + 1 * 10, 1 * -5 - 1 * 15
    check(submission.softmax_vjp(x, g), np.array([12.0, 8.0, -20.0])[order], PRODUCT)


@weight(2)
def test_vjp_of_a_large_vocabulary_takes_little_memory(submission, rng):
    x, g = normal(rng, 50_000), normal(rng, 50_000)
    got, grown = peak_memory(submission.softmax_vjp, x, g, warm_up=(x[:10], g[:10]))
    shares = np.exp(x) / np.exp(x).sum()
    check(got, shares * g - shares * (shares @ g), PRODUCT, work=50_000)
    limit = 16 * 2**20
    expect(grown < limit, f"wanted: less than 16 MB for n = 50,000; the call took {grown / 2**20:.0f} MB")


@weight(2)
@DTYPES
@pytest.mark.parametrize("name", ["softmax_jacobian", "softmax_vjp"])
def test_scores_of_ten_thousand_do_not_overflow(submission, rng, name, dtype):
    x, g = normal(rng, 2, 3, 7, dtype=dtype)
    x += np.array([[1e4], [-1e4], [0]], dtype)
    if name == "softmax_jacobian":
        for row in x[:2]:
            check(submission.softmax_jacobian(row), entry_by_entry(row), "the same as for scores around 0")
    else:
        check(submission.softmax_vjp(x, g), slice_by_slice(x, g), "the same as for scores around 0", work=8)


@weight(1)
@pytest.mark.parametrize("name", ["softmax_jacobian", "softmax_vjp"])
def test_a_score_thousands_above_the_rest_leaves_zeros(submission, rng, name):
    x, g = draw(rng, 2)
    x[:, 1] += 5000.0
    x = x if name == "softmax_vjp" else x[0]
    got = submission.softmax_vjp(x, g) if name == "softmax_vjp" else submission.softmax_jacobian(x)
    got = expect_array(got, x.shape if name == "softmax_vjp" else (len(x), len(x)), np.float64)
    worst = np.abs(got).max()
    expect(worst <= 1e-12, f"wanted: zeros where one share is 1; came back: entries up to {worst!r}")


@weight(2)
@DTYPES
@pytest.mark.parametrize("name", ["softmax_jacobian", "softmax_vjp"])
def test_scores_of_minus_infinity_have_no_derivative(submission, rng, name, dtype):
    x, g = normal(rng, 2, 4, 6, dtype=dtype)
    x[0, :3], x[1, 5], x[2, 1:] = -np.inf, -np.inf, -np.inf
    if name == "softmax_vjp":
        kept = np.where(x == -np.inf, -1e6, x).astype(dtype)
        g[2, 0] = 0.0  # with one finite score left, the product is g less g, and here 0 less 0
        want = slice_by_slice(kept, g)
        check(submission.softmax_vjp(x, g), want, "0 where the score is -inf, and the rest without it", work=8)
    else:
        for row in x[:2]:
            want = entry_by_entry(np.where(row == -np.inf, -1e6, row).astype(dtype))
            check(submission.softmax_jacobian(row), want, "rows and columns of zeros where the score is -inf")


@weight(1)
def test_rows_add_up_to_zero(submission, rng):
    x = normal(rng, 30, scale=3.0)
    got = expect_array(submission.softmax_jacobian(x), (30, 30), np.float64, "the Jacobian")
    worst = np.abs(got.sum(axis=1)).max()
    expect(worst <= 1e-13, f"wanted: rows that add up to 0; one adds up to {worst!r}, sign aside")
    check(got, entry_by_entry(x), JACOBIAN)


@weight(1)
def test_a_gradient_that_is_the_same_for_all_shares_moves_nothing(submission, rng):
    x, g = draw(rng, 3)
    got = expect_array(submission.softmax_vjp(x, np.full_like(x, 7.0)), x.shape, np.float64)
    worst = np.abs(got).max()
    expect(worst <= 1e-13, f"wanted: zeros, since the shares always add up to 1; came back: entries up to {worst!r}")
    check(submission.softmax_vjp(x, g), slice_by_slice(x, g), PRODUCT, work=8)


@weight(1)
def test_vjp_takes_views_and_leaves_them_unmodified(submission, rng):
    x, g = draw(rng, 3, np.float32)
    x, g = noncontiguous(x).transpose(1, 0, 2), np.asfortranarray(g).transpose(1, 0, 2)
    check(submission.softmax_vjp(x, g), slice_by_slice(x, g), PRODUCT, work=8)
    untouched(submission)


@weight(1)
def test_jacobian_takes_views_and_leaves_them_unmodified(submission, rng):
    x = noncontiguous(normal(rng, 8))
    check(submission.softmax_jacobian(x), entry_by_entry(x), JACOBIAN)
    untouched(submission)
