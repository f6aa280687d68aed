"""Checks of attention/sliding_window_attention: the band, its ends, memory, operations, gradients, errors."""

import math

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    count_operations,
    expect,
    expect_array,
    gradients,
    noncontiguous,
    normal,
    peak_memory,
    raises,
    untouched,
    weight,
)

MEGABYTE = 2**20
both_ways = pytest.mark.parametrize("causal", [True, False], ids=["causal", "both sides"])


def draw(rng, lead, length, dtype=torch.float64):
    """Return q and k [..., T, 5] and v [..., T, 3]."""
    return tuple(normal(rng, *lead, length, size, dtype=dtype) for size in (5, 5, 3))


def query_by_query(q, k, v, window, causal, only=None):
    """Return the output in float64, one query after another; of some queries only, if `only` lists them."""
    q, k, v = (x.double().numpy() for x in (q, k, v))
    rows = range(q.shape[-2]) if only is None else only
    output = np.zeros((*q.shape[:-2], len(rows), v.shape[-1]))
    for lead in np.ndindex(q.shape[:-2]):
        for place, i in enumerate(rows):
            near = slice(max(i - window + 1, 0), i + 1 if causal else i + window)
            scores = k[lead][near] @ q[lead][i] / math.sqrt(q.shape[-1])
            shares = np.exp(scores - scores.max())
            output[lead][place] = shares @ v[lead][near] / shares.sum()
    return torch.from_numpy(output)


# Leading axes, T, window.
CASES = {
    "window divides T": ((2,), 12, 4),
    "window does not divide T": ((2, 3), 13, 5),
    "a batch of heads": ((2, 3), 10, 3),
    "no leading axes": ((), 11, 2),
    "T is one beyond the window": ((3,), 8, 7),
    "window is T": ((2,), 9, 9),
    "window is beyond T": ((2,), 6, 40),
    "a single position": ((2,), 1, 3),
}


@weight(6, core=True)
@both_ways
@pytest.mark.parametrize("case", CASES)
def test_is_full_attention_under_the_band(submission, rng, case, causal):
    lead, length, window = CASES[case]
    q, k, v = draw(rng, lead, length, torch.float32)
    got = submission.sliding_window_attention(q, k, v, window, causal)
    about = f"{case}: each query's softmax over the keys in its window"
    check(got, query_by_query(q, k, v, window, causal).float(), about, work=32)


@weight(1)
def test_float64_keeps_its_digits_and_causal_is_the_default(submission, rng):
    q, k, v = draw(rng, (2,), 17)
    got = submission.sliding_window_attention(q, k, v, window=6)
    check(got, query_by_query(q, k, v, 6, True), "the last 6 keys, in float64", work=32)


@weight(2)
@both_ways
@pytest.mark.parametrize("window", [1, 2, 3])
def test_means_worked_by_hand(submission, rng, window, causal):
    # Queries of 0 make all weights in a window the same, and a mean shows how many keys there are, also at the ends.
    q, k = torch.zeros(7, 4), normal(rng, 7, 4, dtype=torch.float32)
    values = [float(n) for n in rng.integers(-50, 50, size=7)]
    want = []
    for i in range(7):
        seen = [values[j] for j in range(7) if abs(i - j) < window and (j <= i or not causal)]
        want.append([sum(seen) / len(seen)])
    got = submission.sliding_window_attention(q, k, torch.tensor(values)[:, None], window, causal)
    check(got, torch.tensor(want), f"window {window}: the mean of the values in the window, when scores are equal")


@weight(1)
@both_ways
def test_keys_beyond_the_window_change_nothing(submission, rng, causal):
    # Large scores and values outside of the window of the middle query: none of them may leak in, however little.
    q, k, v = draw(rng, (2,), 20)
    want = query_by_query(q, k, v, 4, causal)[:, 10]
    outside = torch.tensor([j for j in range(20) if not (6 < j <= 10 or (6 < j < 14 and not causal))])
    k[:, outside], v[:, outside] = 100 * q[:, 10:11], 1e6
    got = submission.sliding_window_attention(q, k, v, 4, causal)
    row = torch.from_numpy(expect_array(got, (2, 20, 3), torch.float64)[:, 10])
    check(row, want, "a query for which only what lies in its window matters", work=32)


@weight(4)
@both_ways
def test_memory_grows_with_the_window_and_not_with_the_length(submission, rng, causal):
    q, k, v = (normal(rng, 2**14, 4, dtype=torch.float32) for _ in range(3))
    small = (q[:40], k[:40], v[:40], 8, causal)
    got, grown = peak_memory(submission.sliding_window_attention, q, k, v, 128, causal, warm_up=small)
    rows = [0, 100, 127, 128, 2**14 - 1, *(int(i) for i in rng.choice(2**14, size=20))]
    some = torch.from_numpy(expect_array(got, (2**14, 4), torch.float32)[rows])
    check(some, query_by_query(q, k, v, 128, causal, rows), "some rows of the output", tolerance=1e-4)
    expect(
        grown <= 256 * MEGABYTE,
        f"T = 16,384 with a window of 128: at most 256 MB beyond the arguments are wanted (all scores would take 1,024 "
        f"MB); this call took {grown / MEGABYTE:,.0f} MB",
    )


@weight(2)
def test_queries_are_not_taken_one_by_one(submission, rng):
    q, k, v = draw(rng, (), 1024, torch.float32)
    got, counts = count_operations(submission.sliding_window_attention, q, k, v, 32)
    rows = [0, 31, 32, 500, 1023]
    some = torch.from_numpy(expect_array(got, (1024, 3), torch.float32)[rows])
    check(some, query_by_query(q, k, v, 32, True, rows), "some rows of the output", tolerance=1e-4)
    total = sum(counts.values())
    expect(
        total <= 2500, f"at most 2,500 operations are wanted for T = 1,024 and window = 32; {total:,} were dispatched"
    )


@weight(2)
@both_ways
@pytest.mark.parametrize("length", [12, 13], ids=["window divides T", "window does not divide T"])
def test_gradients_reach_all_arguments(submission, rng, length, causal):
    q, k, v = draw(rng, (2,), length)
    upstream = normal(rng, 2, length, 3, dtype=torch.float64)
    got = gradients(submission.sliding_window_attention, q, k, v, window=4, causal=causal, upstream=upstream)
    leaves = [x.clone().requires_grad_() for x in (q, k, v)]
    distance = torch.arange(length)[:, None] - torch.arange(length)
    band = (distance.abs() < 4) & (distance >= (0 if causal else -length))
    scores = torch.einsum("bid,bjd->bij", leaves[0], leaves[1]) / math.sqrt(5)
    (scores.masked_fill(~band, -math.inf).softmax(dim=-1) @ leaves[2]).backward(upstream)
    check(got.arguments, [leaf.grad for leaf in leaves], "the gradients of q, k and v", work=256)


@weight(1)
@both_ways
def test_scores_in_the_thousands_do_not_overflow(submission, rng, causal):
    # All scores are far below 0, and whole numbers whose sums float64 holds exactly.
    q, k = (torch.from_numpy(sign * rng.integers(30, 90, size=(2, 11, 4))).double() for sign in (1, -1))
    v = normal(rng, 2, 11, 3, dtype=torch.float64)
    got = submission.sliding_window_attention(q, k, v, 4, causal)
    check(got, query_by_query(q, k, v, 4, causal), "the softmax of scores of minus thousands", tolerance=1e-8)


@weight(1)
@both_ways
def test_views_that_are_not_contiguous_are_taken(submission, rng, causal):
    q, k, v = draw(rng, (2, 3), 10, torch.float32)
    want = query_by_query(q, k, v, 4, causal).float()
    q, k, v = noncontiguous(q), k.transpose(0, 2).contiguous().transpose(0, 2), v.mT.contiguous().mT
    got = submission.sliding_window_attention(q, k, v, 4, causal=causal)
    check(got, want, "the same as for contiguous arguments", work=32)


@weight(1)
@pytest.mark.parametrize("window", [0, -3])
def test_a_window_of_nothing_is_refused(submission, rng, window):
    with raises(ValueError, window):
        submission.sliding_window_attention(*draw(rng, (), 6), window)


@weight(1)
def test_arguments_are_left_unmodified(submission, rng):
    q, k, v = draw(rng, (2,), 12, torch.float32)
    for causal in (True, False):
        got = submission.sliding_window_attention(q, k, v, 4, causal)
        check(got, query_by_query(q, k, v, 4, causal).float(), "a window of 4", work=32)
    untouched(submission)
