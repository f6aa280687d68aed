"""Checks of foundations/kl_divergence: direction, zeros, axes, small probabilities, Jensen-Shannon, the k3 terms."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_array, noncontiguous, normal, sizes, untouched, weight

KL = "the sum of p log(p / q) along the axis, in p's dtype"


def term(a, b):
    """Return a log(a / b) for two numbers."""
    if a == 0:
        return 0.0
    return math.inf if b == 0 else a * (math.log(a) - math.log(b))


def along(axis, p, q, divergence):
    """Return divergence(slice of p, slice of q) for all slices along `axis`, in p's dtype."""
    rows = [np.moveaxis(x, axis, -1).astype(np.float64) for x in (p, q)]
    result = np.zeros(rows[0].shape[:-1])
    for place in np.ndindex(result.shape):
        result[place] = divergence(*(row[place].tolist() for row in rows))
    return result.astype(p.dtype)[()]


def kl(p, q):
    return math.fsum(term(a, b) for a, b in zip(p, q, strict=True))


def js(p, q):
    return math.fsum(term(a, (a + b) / 2) + term(b, (a + b) / 2) for a, b in zip(p, q, strict=True)) / 2


def draw(rng, rank=2, axis=-1, dtype=np.float64):
    """Return two arrays of distributions along `axis`, with sizes that all differ."""
    shape = sizes(rng, rank, 3, 8)
    weights = np.exp(normal(rng, 2, *shape, scale=1.5))
    return tuple((w / w.sum(axis=axis, keepdims=True)).astype(dtype) for w in weights)


CASES = {
    "the last axis of 2": (2, -1, np.float64),
    "the first axis of 2": (2, 0, np.float32),
    "the middle axis of 3": (3, 1, np.float64),
    "the second axis of 4, counted from the end": (4, -3, np.float32),
}


@weight(4, core=True)
@pytest.mark.parametrize("case", CASES)
def test_kl_divergence_is_the_documented_sum(submission, rng, case):
    rank, axis, dtype = CASES[case]
    p, q = draw(rng, rank, axis, dtype)
    got = submission.kl_divergence(p, q) if axis == -1 else submission.kl_divergence(p, q, axis=axis)
    check(got, along(axis, p, q, kl), f"{case}: {KL}", work=8)


@weight(3, core=True)
@pytest.mark.parametrize("case", CASES)
def test_js_divergence_is_the_mean_of_both_to_the_middle(submission, rng, case):
    rank, axis, dtype = CASES[case]
    p, q = draw(rng, rank, axis, dtype)
    got = submission.js_divergence(p, q) if axis == -1 else submission.js_divergence(p, q, axis=axis)
    check(got, along(axis, p, q, js), f"{case}: (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2", work=8)


@weight(3, core=True)
@pytest.mark.parametrize("rank", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_k3_gives_a_term_for_each_sample(submission, rng, rank, dtype):
    shape = sizes(rng, rank, 2, 7)
    logp, logq = -np.exp(normal(rng, 2, *shape, dtype=dtype))
    ratios = np.exp(logq.astype(np.float64) - logp)
    want = ratios - 1 - np.log(ratios)
    check(submission.k3_estimate(logp, logq), want, "r - 1 - log(r) with r = q / p", dtype=dtype)


@weight(2)
def test_a_fair_and_a_loaded_coin_worked_by_hand(submission):
    # 1/2 log 2 + 1/2 log(2/3), and the other way round 1/4 log(1/2) + 3/4 log(3/2).
    fair, loaded = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    check(submission.kl_divergence(fair, loaded), math.log(4 / 3) / 2, "KL(fair || loaded coin)")
    check(submission.kl_divergence(loaded, fair), 0.75 * math.log(3) - math.log(2), "KL(loaded || fair coin)")


@weight(2)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_a_zero_of_p_costs_nothing(submission, rng, dtype):
    p, q = draw(rng, 3, 1, dtype)
    p[:, 1], p[0, 0] = 0, 0
    q[0, 0, 0] = q[-1, 1, -1] = 0
    p, q = (x / x.sum(axis=1, keepdims=True) for x in (p, q))
    check(submission.kl_divergence(p, q, axis=1), along(1, p, q, kl), "0 for a term with p = 0, whatever q is", work=8)


@weight(2)
def test_a_zero_of_q_costs_everything(submission, rng):
    p, q = draw(rng)
    p[0, 0], q[0, 0] = 0.0, 0.5
    p[1, 1], q[1, 1] = 0.5, 0.0
    p, q = p / p.sum(axis=1, keepdims=True), q / q.sum(axis=1, keepdims=True)
    check(submission.kl_divergence(p, q), along(-1, p, q, kl), "inf where q is 0 and p is not, finite elsewhere")


@weight(1)
def test_a_small_probability_of_q_has_a_finite_cost(submission, rng):
    small = np.array([1e-40, 1e-36, 1e-20], np.float32)
    q = np.stack([small, 1 - small], axis=1)
    p = np.array([[1, 0], [0.25, 0.75], [0.5, 0.5]], np.float32)
    check(submission.kl_divergence(p, q), along(-1, p, q, kl), "a finite number where q is 1e-40 in float32")


@weight(2)
def test_js_divergence_of_distributions_with_zeros(submission, rng):
    p, q = draw(rng, 2, 0)
    p[0, 0] = q[1, 1] = 0
    p[1:, -1], q[1:, -1] = 0, 0  # only the first outcome is left
    p, q = p / p.sum(axis=0), q / q.sum(axis=0)
    p[:2, 0], q[:2, 0], p[2:, 0], q[2:, 0] = [1, 0], [0, 1], 0, 0
    check(submission.js_divergence(p, q, axis=0), along(0, p, q, js), "finite, and log(2) where nothing is shared")


@weight(1)
def test_js_divergence_is_symmetric(submission, rng):
    p, q = draw(rng, 3)
    want = along(-1, p, q, js)
    check(submission.js_divergence(p, q), want, "the mean of both to the middle")
    check(submission.js_divergence(q, p), want, "the same when p and q trade places")


@weight(1)
@pytest.mark.parametrize("name", ["kl_divergence", "js_divergence"])
def test_a_distribution_does_not_differ_from_itself(submission, rng, name):
    p, q = draw(rng, 3, 1)
    got = expect_array(getattr(submission, name)(p, p, axis=1), (p.shape[0], p.shape[2]), np.float64)
    largest = np.abs(got).max()  # rounding is allowed: who takes the logarithm of m by np.logaddexp has some
    expect(largest <= 1e-14, f"wanted: 0 for p against itself; the largest that came back is {largest!r}")
    check(getattr(submission, name)(p, q, axis=1), along(1, p, q, globals()[name[:2]]), "more for p against q")


@weight(2)
def test_the_k3_terms_have_the_divergence_as_their_mean(submission, rng):
    p, q = (np.round(x * 4096) / 4096 for x in draw(rng, 1))
    q[0] += 1 - q.sum()  # both add up to 1 exactly, or nearly so
    p[0] += 1 - p.sum()
    got = expect_array(submission.k3_estimate(np.log(p), np.log(q)), p.shape, np.float64, "the terms")
    check(float(got @ p), float(kl(p, q)), "terms of which the mean over draws from p is KL(p || q)", tolerance=1e-9)


@weight(2)
@pytest.mark.parametrize("size", [1e-10, 1e-8, 1e-6, 1e-3], ids="{:g}".format)
def test_k3_is_accurate_and_never_negative_where_p_and_q_nearly_agree(submission, rng, size):
    log_ratio = size * rng.uniform(1, 4, size=(3, 9)) * rng.choice([-1, 1], size=(3, 9))
    got = submission.k3_estimate(np.zeros((3, 9)), log_ratio)
    want = log_ratio**2 / 2 * (1 + log_ratio / 3 * (1 + log_ratio / 4 * (1 + log_ratio / 5)))  # the series of exp
    check(got, want, f"terms of about half the square of log(r), which is about {size:g}", tolerance=1e-4)
    lowest = expect_array(got, (3, 9)).min()
    expect(lowest >= 0, f"wanted: no term below 0; came back: {lowest!r} among them")


@weight(1)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_k3_of_very_different_probabilities(submission, rng, dtype):
    far = float(rng.integers(100, 900))
    logp, logq = np.array([-70, -1, -far, -2], dtype), np.array([-0.5, -far, -far, -np.inf], dtype)
    want = np.array([math.exp(69.5) - 70.5, far - 2, 0, math.inf])  # e**-99 is next to nothing
    got = expect_array(submission.k3_estimate(logp, logq), (4,), dtype, "the terms")
    check(got[:1], want[:1], "r - 1 - log(r) for a large r", tolerance=1e-4)
    check(got[1:], want[1:], "about -log(r) for a small r, 0 for r = 1, inf for r = 0", tolerance=1e-4)


@weight(1)
@pytest.mark.parametrize("name", ["kl_divergence", "js_divergence"])
def test_views_are_taken_and_left_unmodified(submission, rng, name):
    p, q = draw(rng, 3, 2, np.float32)
    want = along(2, p, q, globals()[name[:2]])
    check(getattr(submission, name)(noncontiguous(p), np.asfortranarray(q)), want, "the same as for contiguous arrays")
    untouched(submission)


@weight(1)
def test_k3_takes_views_and_leaves_them_unmodified(submission, rng):
    logp, logq = -np.exp(normal(rng, 2, 3, 5))
    want = np.exp(logq - logp) - 1 - (logq - logp)
    check(submission.k3_estimate(noncontiguous(logp), np.asfortranarray(logq)), want, "r - 1 - log(r)")
    untouched(submission)
