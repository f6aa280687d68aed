"""Checks of attention/self_attention: values, shares, permutations, large scores, dtype."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_array, expect_type, noncontiguous, normal, sizes, untouched, weight

PAIR = "(output, weights): the weights are the softmax over the keys of q k^T / sqrt(K), the output is weights v"


def draw(rng, t, d, k, v, dtype=np.float64):
    """Return x, w_q, w_k, w_v of these sizes; scores come out between about -3 and 3."""
    shapes = (t, d), (d, k), (d, k), (d, v)
    return [normal(rng, *shape, dtype=dtype, scale=shape[0] ** -0.5 if shape[0] == d else 1.0) for shape in shapes]


def one_by_one(x, w_q, w_k, w_v):
    """Return (output, weights) in x's dtype, each number added up by itself in Python's own floats."""
    rows = [[float(n) for n in row] for row in x]
    q, k, v = (
        [[math.fsum(map(math.prod, zip(row, c, strict=True))) for c in w.T.tolist()] for row in rows]
        for w in (w_q, w_k, w_v)
    )
    weights = []
    for query in q:
        scores = [math.fsum(a * b for a, b in zip(query, key, strict=True)) / math.sqrt(len(key)) for key in k]
        parts = [math.exp(score - max(scores)) for score in scores]
        weights.append([part / math.fsum(parts) for part in parts])
    columns = list(zip(*v, strict=True))
    output = [[math.fsum(map(math.prod, zip(row, column, strict=True))) for column in columns] for row in weights]
    return np.array(output).astype(x.dtype), np.array(weights).astype(x.dtype)


CASES = {
    "all sizes differ": (5, 7, 4, 3, np.float64),
    "in float32": (6, 3, 8, 5, np.float32),
    "values as wide as x": (4, 6, 3, 6, np.float64),
    "a value, a query and a key of one number": (7, 5, 1, 1, np.float32),
    "one position": (1, 4, 3, 2, np.float64),
}


@weight(4, core=True)
@pytest.mark.parametrize("case", CASES)
def test_each_position_mixes_the_values_by_the_softmax_of_its_scores(submission, rng, case):
    arguments = draw(rng, *CASES[case])
    check(submission.self_attention(*arguments), one_by_one(*arguments), f"{case}: {PAIR}", work=16)


@weight(2)
def test_scores_worked_by_hand_give_the_shares_that_they_stand_for(submission, rng):
    # Positions are unit vectors, so a matrix lists what each one projects to. A query is (2 a, 0, 0, 0) and a key
    # (log(n), 0, 0, 0): with sqrt(4) their score is a log(n), and its exponential n^a.
    n, a = rng.permutation([1, 2, 3, 4, 6]), rng.permutation([0, 1, 2, 1, -1])
    values = rng.integers(-9, 9, size=(5, 3)).astype(float)
    w_q, w_k = np.zeros((5, 4)), np.zeros((5, 4))
    w_q[:, 0], w_k[:, 0] = 2 * a, np.log(n)
    shares = n[None, :] ** a[:, None].astype(float)
    shares /= shares.sum(axis=1, keepdims=True)
    got = submission.self_attention(np.eye(5), w_q, w_k, values)
    check(got, (shares @ values, shares), "shares in the ratio of n^a, where the scores are a log(n)", work=16)


@weight(2)
def test_shares_add_up_to_one_and_the_output_lies_between_the_values(submission, rng):
    t, d, k, v = sizes(rng, 4, 3, 9)
    x, w_q, w_k, w_v = draw(rng, t, d, k, v)
    got = expect_type(submission.self_attention(x, 3 * w_q, w_k, w_v), tuple)
    expect(len(got) == 2, f"wanted: (output, weights); came back: a tuple of {len(got)}")
    output = expect_array(got[0], (t, v), np.float64, "the output")
    weights = expect_array(got[1], (t, t), np.float64, "the weights")
    expect((weights >= 0).all(), "wanted: no share below 0")
    expect(np.abs(weights.sum(axis=1) - 1).max() < 1e-12, "wanted: shares that add up to 1 in each row of the weights")
    values = x @ w_v
    low, high = values.min(axis=0) - 1e-9, values.max(axis=0) + 1e-9
    expect(((low <= output) & (output <= high)).all(), "wanted: each output between the smallest and largest value")


@weight(2)
def test_permuting_the_positions_permutes_the_result(submission, rng):
    x, *matrices = draw(rng, 6, 5, 4, 3)
    output, weights = one_by_one(x, *matrices)
    order = rng.permutation(6)
    got = submission.self_attention(x[order], *matrices)
    check(
        got, (output[order], weights[order][:, order]), "the result for x, its rows permuted like those of x", work=16
    )


@weight(3)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_scores_in_the_thousands_do_not_overflow(submission, rng, dtype):
    # Whole numbers and K = 16, so that every score is exact in whatever order it is added up.
    x, w_q, w_k = (rng.integers(-9, 10, size=shape).astype(dtype) for shape in ((6, 5), (5, 16), (5, 16)))
    w_v = rng.integers(-3, 4, size=(5, 3)).astype(dtype)
    x[1] = x[0]  # two keys that are equal share what either would get
    got = submission.self_attention(x, w_q, w_k, w_v)
    check(got, one_by_one(x, w_q, w_k, w_v), "the softmax of scores in the thousands", work=16)


@weight(2)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_rows_of_scores_far_apart_do_not_disturb_each_other(submission, rng, dtype):
    # All keys have 1 as their second feature, so a query's second one lifts its whole row: by up to 50,000 here.
    steps = rng.permutation([-100_000, -2_000, 0, 2_000, 100_000])
    w_q = np.zeros((5, 4))
    w_k = np.zeros((5, 4))
    w_q[:, 0], w_q[:, 1] = rng.integers(-8, 9, size=5) / 4, steps
    w_k[:, 0], w_k[:, 1] = rng.integers(-8, 9, size=5) / 4, 1
    arguments = [m.astype(dtype) for m in (np.eye(5), w_q, w_k, normal(rng, 5, 3))]
    got = submission.self_attention(*arguments)
    check(got, one_by_one(*arguments), "each row its own softmax, however large other rows are", work=16)


@weight(1)
@pytest.mark.parametrize("view", ["every second element", "transposed"])
def test_views_that_are_not_contiguous_are_taken(submission, rng, view):
    arguments = draw(rng, 5, 7, 4, 3, np.float32)
    want = one_by_one(*arguments)
    views = [noncontiguous(a) if view == "every second element" else a.T.copy().T for a in arguments]
    check(submission.self_attention(*views), want, "the same as for contiguous arguments", work=16)


@weight(1)
def test_the_arguments_are_left_unmodified(submission, rng):
    arguments = draw(rng, 5, 5, 5, 5)
    check(submission.self_attention(*arguments), one_by_one(*arguments), PAIR, work=16)
    untouched(submission)
