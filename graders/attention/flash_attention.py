"""Checks of attention/flash_attention: equality with the plain formula, masked tiles, precision, memory, errors."""

import math

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_type,
    noncontiguous,
    normal,
    peak_memory,
    raises,
    untouched,
    weight,
)

MEGABYTE = 2**20


def draw(rng, lead, tq, tk, dtype=torch.float64):
    """Return q [..., tq, 5], k [..., tk, 5] and v [..., tk, 3]."""
    shapes = (*lead, tq, 5), (*lead, tk, 5), (*lead, tk, 3)
    return tuple(normal(rng, *shape, dtype=dtype) for shape in shapes)


def plainly(q, k, v, causal=False):
    """Return (output, logsumexp) in float64 by the plain formula, query after query."""
    q, k, v = (x.double().numpy() for x in (q, k, v))
    tq, tk = q.shape[-2], k.shape[-2]
    output, logsumexp = np.zeros((*q.shape[:-1], v.shape[-1])), np.full(q.shape[:-1], -math.inf)
    for query in np.ndindex(q.shape[:-1]):
        *lead, i = query
        seen = max(i + tk - tq + 1, 0) if causal else tk
        if seen:
            scores = k[tuple(lead)][:seen] @ q[query] / math.sqrt(q.shape[-1])
            shares = np.exp(scores - scores.max())
            logsumexp[query] = scores.max() + math.log(shares.sum())
            output[query] = shares @ v[tuple(lead)][:seen] / shares.sum()
    return torch.from_numpy(output), torch.from_numpy(logsumexp)


# Leading axes, queries, keys, block.
CASES = {
    "block divides both": ((2,), 8, 12, 4),
    "ragged last tiles": ((2, 3), 10, 13, 4),
    "one tile for all": ((2,), 6, 9, 16),
    "blocks of one": ((), 5, 7, 1),
    "a single query": ((3,), 1, 11, 4),
    "a single key": ((3,), 5, 1, 2),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", CASES)
def test_is_the_plain_formula(submission, rng, case):
    lead, tq, tk, block = CASES[case]
    q, k, v = draw(rng, lead, tq, tk, torch.float32)
    got = submission.flash_attention(q, k, v, block=block)
    output, logsumexp = plainly(q, k, v)
    about = f"{case}: softmax(q k^T / sqrt(D)) v, and the logsumexp of each row of scores"
    check(got, (output.float(), logsumexp.float()), about, work=32)


CAUSAL = {
    "as many queries as keys": (11, 11, 4),
    "fewer queries than keys": (6, 15, 4),
    "a single query": (1, 9, 4),
    "more queries than keys": (9, 7, 4),
    "whole tiles before the first key": (17, 5, 3),
}


@weight(4)
@pytest.mark.parametrize("case", CAUSAL)
def test_causal_lines_the_last_query_up_with_the_last_key(submission, rng, case):
    tq, tk, block = CAUSAL[case]
    q, k, v = draw(rng, (2,), tq, tk)
    got = submission.flash_attention(q, k, v, block=block, causal=True)
    about = f"{case}: query i attends to the keys j <= i + Tk - Tq; output 0 and logsumexp -inf where there are none"
    check(got, plainly(q, k, v, causal=True), about, work=32)


@weight(1)
@pytest.mark.parametrize("causal", [False, True], ids=["all keys", "causal"])
def test_equal_scores_worked_by_hand(submission, rng, causal):
    # Queries of 0 make every weight the same: the output is a mean, the sum of exp(0) the number of keys.
    q, k, v = torch.zeros(7, 4), normal(rng, 7, 4, dtype=torch.float32), torch.from_numpy(rng.integers(-9, 9, (7, 2)))
    v = v.float()
    seen = torch.arange(1.0, 8.0) if causal else torch.full((7,), 7.0)
    total = v.cumsum(dim=0) if causal else v.sum(dim=0).expand(7, 2)
    got = submission.flash_attention(q, k, v, block=3, causal=causal)
    check(got, (total / seen[:, None], seen.log()), "the mean of the values, and the logarithm of how many there are")


@weight(2)
@pytest.mark.parametrize("order", ["rising", "falling"])
def test_float32_stays_within_1e_5_whatever_the_block(submission, rng, order):
    """float32 stays within 1e-5 of the plain formula, whatever the block"""
    q, k, v = draw(rng, (2,), 150, 170, torch.float32)
    # The highest score of a row comes last, or first: what was summed up before has to be scaled down, or not at all.
    q[..., 0], k[..., 0] = 1.0, torch.linspace(-10, 10, 170)
    if order == "falling":
        k = k.flip(-2)
    output, logsumexp = plainly(q, k, v)
    for arguments in ((), (32,), (150,)):
        got = submission.flash_attention(q, k, v, *arguments)
        about = f"scores that are {order}, with the block {arguments[0] if arguments else 'left at its default'}"
        check(got, (output.float(), logsumexp.float()), about, tolerance=1e-5)


@weight(2)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=["float16", "bfloat16"])
@pytest.mark.parametrize("kind", ["ordinary", "large and close", "beyond float16"])
def test_half_precision_is_widened(submission, rng, dtype, kind):
    q, k, v = draw(rng, (2,), 9, 11, torch.float32)
    if kind == "large and close":  # scores of about 200 that differ by about 1: in half precision they would be equal
        q, k = q + 10, 10 + k * 0.1
    if kind == "beyond float16":  # at least 4 * 180 * 100, and whole numbers, whose products float32 holds exactly
        q, k = (torch.from_numpy(rng.integers(low, 250, size=(2, n, 4))) for low, n in ((180, 9), (100, 11)))
    q, k, v = (x.to(dtype) for x in (q, k, v))
    got = expect_type(submission.flash_attention(q, k, v, block=4, causal=True), tuple, "the result")
    expect(len(got) == 2, f"the result is (output, logsumexp), not a tuple of {len(got)}")
    output, logsumexp = plainly(q, k, v, causal=True)
    check(got[0], output, f"{kind} scores: the output in {dtype}, rounded once", dtype=dtype)
    check(got[1], logsumexp.float(), f"{kind} scores: the logsumexp in float32", work=32)


@weight(1)
@pytest.mark.parametrize("kind", ["of both signs", "all below 0"])
def test_scores_in_the_thousands_neither_overflow_nor_vanish(submission, rng, kind):
    # Whole numbers and D = 16, so that every score is exact in whatever order it is computed.
    q, k = (torch.from_numpy(rng.integers(-90, 90, size=(2, n, 16))).float() for n in (5, 11))
    if kind == "all below 0":  # a maximum that began at 0 would leave exp nothing but zeros
        q, k = q.abs() + 9, -k.abs() - 9
    v = normal(rng, 2, 11, 3, dtype=torch.float32)
    output, logsumexp = plainly(q, k, v)
    got = submission.flash_attention(q, k, v, block=3)
    check(got, (output.float(), logsumexp.float()), f"scores in the thousands, {kind}", work=32)


# Queries, keys, features of keys and of values, block: all scores would take 256 and 128 MB.
LARGE = {"as many queries as keys": (8192, 8192, 8, 8, 128), "few queries, many keys": (64, 2**19, 2, 1, 2**12)}


@weight(3)
@pytest.mark.parametrize("case", LARGE)
def test_memory_does_not_grow_with_the_number_of_scores(submission, rng, case):
    tq, tk, size, width, block = LARGE[case]
    q, k, v = (normal(rng, *shape, dtype=torch.float32) for shape in ((tq, size), (tk, size), (tk, width)))
    small = (q[:40], k[:40], v[:40], 16)
    got, grown = peak_memory(submission.flash_attention, q, k, v, block, warm_up=small)
    got = expect_type(got, tuple, "the result")
    expect(len(got) == 2, f"the result is (output, logsumexp), not a tuple of {len(got)}")
    rows = rng.choice(tq, size=5, replace=False)
    shapes, wanted = ((tq, width), (tq,)), plainly(q[rows], k, v)
    for what, part, shape, want in zip(("output", "logsumexp"), got, shapes, wanted, strict=True):
        some = expect_array(part, shape, torch.float32, f"the {what}")[rows]
        check(some, want.numpy(), f"the {what} of some rows", tolerance=1e-4)
    expect(
        grown <= 64 * MEGABYTE,
        f"Tq = {tq:,}, Tk = {tk:,}, block = {block:,}: tiles take at most 64 MB beyond the arguments (all scores would "
        f"take {4 * tq * tk / MEGABYTE:,.0f} MB); this call took {grown / MEGABYTE:,.0f} MB",
    )


@weight(1)
def test_views_that_are_not_contiguous_are_taken(submission, reference, rng):
    q, k, v = draw(rng, (2, 3), 9, 10, torch.float32)
    want = reference.flash_attention(q, k, v, block=4, causal=True)
    got = submission.flash_attention(noncontiguous(q), noncontiguous(k), noncontiguous(v), block=4, causal=True)
    check(got, want, "the same as for contiguous arguments", work=32)


@weight(1)
@pytest.mark.parametrize("block", [0, -3])
def test_a_block_of_nothing_is_refused(submission, rng, block):
    q, k, v = draw(rng, (), 4, 6, torch.float32)
    with raises(ValueError, block):
        submission.flash_attention(q, k, v, block=block)


@weight(1)
def test_arguments_are_left_unmodified(submission, reference, rng):
    q, k, v = draw(rng, (2,), 9, 11, torch.float32)
    for causal in (False, True):
        want = reference.flash_attention(q.clone(), k.clone(), v.clone(), block=4, causal=causal)
        check(submission.flash_attention(q, k, v, block=4, causal=causal), want, "tiles of 4", work=32)
    untouched(submission)
