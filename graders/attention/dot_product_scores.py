"""Checks of attention/dot_product_scores: values, batches, scale, spread, cost, errors."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    noncontiguous,
    normal,
    raises,
    sizes,
    untouched,
    weight,
)


def draw(rng, lead=(), dtype=np.float64):
    """Return q and k over the leading axes `lead`, whose other sizes all differ (lead is taken from 2 and 3)."""
    tq, tk, k = sizes(rng, 3, 4, 9)
    return normal(rng, *lead, tq, k, dtype=dtype), normal(rng, *lead, tk, k, dtype=dtype)


def pair_by_pair(q, k, scaled):
    """Return all scores in q's dtype, each one added up by itself in Python's own floats."""
    scores = np.zeros((*q.shape[:-1], k.shape[-2]))
    for *lead, i, j in np.ndindex(scores.shape):
        products = [float(a) * float(b) for a, b in zip(q[(*lead, i)], k[(*lead, j)], strict=True)]
        scores[(*lead, i, j)] = math.fsum(products) / (math.sqrt(len(products)) if scaled else 1)
    return scores.astype(q.dtype)


LEADS = {"one sequence": (), "a batch": (3,), "a batch of heads": (2, 3)}


@weight(4, core=True)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS)
def test_scaled_scores_are_dot_products_over_the_root_of_k(submission, rng, lead, dtype):
    q, k = draw(rng, lead, dtype)
    check(submission.dot_product_scores(q, k), pair_by_pair(q, k, True), "q_i . k_j / sqrt(K) at [..., i, j]", work=8)


@weight(3, core=True)
@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS)
def test_unscaled_scores_are_the_dot_products_themselves(submission, rng, lead):
    q, k = draw(rng, lead, np.float32)
    got = submission.dot_product_scores(q, k, scaled=False)
    check(got, pair_by_pair(q, k, False), "q_i . k_j at [..., i, j]", work=8)


@weight(1)
def test_as_many_queries_as_keys_are_not_mixed_up(submission, rng):
    # Worked by hand: unit vectors pick one feature each, so the scores are the numbers of k, moved about.
    order = rng.permutation(4)
    k = rng.integers(-9, 10, size=(4, 4)).astype(float)
    got = submission.dot_product_scores(np.eye(4)[order], k)
    check(
        got, np.array([[k[j, i] / 2 for j in range(4)] for i in order]), "a row for each query, a column for each key"
    )


@weight(1)
@pytest.mark.parametrize("K", [1, 1000])
def test_a_single_query_of_one_feature_or_of_many(submission, rng, K):
    q, k = normal(rng, 2, 1, K, dtype=np.float64), normal(rng, 2, 5, K, dtype=np.float64)
    check(submission.dot_product_scores(q, k), pair_by_pair(q, k, True), f"one query, K = {K}", work=K)


@weight(3)
@pytest.mark.parametrize("scaled", [False, True], ids=["unscaled", "scaled"])
def test_the_variance_is_that_of_independent_unit_features(submission, rng, scaled):
    for K in (1, *sizes(rng, 2, 2, 2000)):
        got = submission.score_variance(K, scaled)
        check(got, 1.0 if scaled else float(K), f"the variance of {'a scaled' if scaled else 'an unscaled'} score")


@weight(2)
@pytest.mark.parametrize("scaled", [False, True], ids=["unscaled", "scaled"])
def test_measured_scores_have_that_variance(submission, rng, scaled):
    (K,) = sizes(rng, 1, 8, 40)
    q, k = normal(rng, 5000, 1, K, dtype=np.float64), normal(rng, 5000, 1, K, dtype=np.float64)
    scores = expect_array(submission.dot_product_scores(q, k, scaled), (5000, 1, 1), np.float64, "the scores")
    promised = submission.score_variance(K, scaled)
    check(promised, 1.0 if scaled else float(K), "score_variance for these scores")
    ratio = scores.var() / (1.0 if scaled else K)
    # The variance of 5,000 scores has a relative standard deviation of at most 2.4 percent.
    words = f"5,000 measured scores of K = {K} have {ratio:.3f} times the variance that theory gives; wanted: about 1"
    expect(abs(ratio - 1) < 0.15, words)


@weight(3)
def test_the_cost_is_what_two_plain_matrix_products_count(submission, rng):
    for T, K in [(1, 1), sizes(rng, 2, 2, 6)]:
        scores = sum(1 for _query in range(T) for _key in range(T) for _feature in range(K))
        results = sum(1 for _query in range(T) for _feature in range(K) for _key in range(T))
        score_bytes = np.zeros((T, T), np.float32).nbytes
        got = submission.attention_cost(T, K)
        check(got, (scores + results, score_bytes), "(multiply-adds of both products, bytes of T x T float32 scores)")


@weight(2)
def test_twice_the_text_costs_four_times_as_much(submission, reference, rng):
    T, K = sizes(rng, 2, 50, 5000)
    want = reference.attention_cost(T, K)
    check(submission.attention_cost(T, K), want, f"the cost of {T} positions of {K} features")
    check(submission.attention_cost(2 * T, K), tuple(4 * n for n in want), "fourfold for twice the positions")
    check(submission.attention_cost(T, 2 * K), (2 * want[0], want[1]), "twice the work, the same scores, for 2 K")


@weight(1)
def test_the_cost_of_millions_of_positions_is_exact(submission, rng):
    T, K = 3_000_001 + 2 * int(rng.integers(10**6)), 129 + 2 * int(rng.integers(100))
    got = submission.attention_cost(T, K)
    check(got, (T * T * K + T * T * K, T * T * 4), "whole numbers, exact beyond what a float holds")


@weight(1)
@pytest.mark.parametrize("lead", [(), (2,)], ids=["one sequence", "a batch"])
def test_features_that_differ_are_refused_with_their_numbers(submission, rng, lead):
    a, b, tokens = sizes(rng, 3, 3, 40)
    short, long = normal(rng, *lead, tokens, a), normal(rng, *lead, tokens, b)
    for q, k in ((short, long), (long, short)):
        with raises(ValueError, a, b):
            submission.dot_product_scores(q, k)


@weight(1)
@pytest.mark.parametrize("view", ["every second element", "transposed"])
def test_views_that_are_not_contiguous_are_taken(submission, rng, view):
    q, k = draw(rng, (2,), np.float32)
    want = pair_by_pair(q, k, True)
    views = [
        noncontiguous(a) if view == "every second element" else a.swapaxes(1, 2).copy().swapaxes(1, 2) for a in (q, k)
    ]
    check(submission.dot_product_scores(*views), want, "the same as for contiguous arguments", work=8)


@weight(1)
@pytest.mark.parametrize("scaled", [False, True], ids=["unscaled", "scaled"])
def test_the_arguments_are_left_unmodified(submission, rng, scaled):
    q, k = draw(rng)
    check(submission.dot_product_scores(q, k, scaled=scaled), pair_by_pair(q, k, scaled), "all scores", work=8)
    untouched(submission)
