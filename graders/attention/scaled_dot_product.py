"""Checks of attention/scaled_dot_product: values, masks, alignment, precision, gradients, errors."""

import math

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    expect,
    expect_type,
    gradients,
    noncontiguous,
    normal,
    raises,
    sizes,
    untouched,
    weight,
)

WEIGHTS = "weights are the softmax over the keys of q k^T / sqrt(K), and the output is weights v"


def draw(rng, lead=(), tq=None, tk=None, dtype=torch.float32):
    """Return q, k, v over the leading axes `lead`, whose other sizes all differ (lead is taken from 2 and 3)."""
    drawn = sizes(rng, 4, 4, 11)
    tq, tk = tq or drawn[0], tk or drawn[1]
    shapes = (*lead, tq, drawn[2]), (*lead, tk, drawn[2]), (*lead, tk, drawn[3])
    return tuple(normal(rng, *shape, dtype=dtype) for shape in shapes)


def key_by_key(q, k, v, allowed):
    """Return (output, weights) by the definition, added up in float64, each query over its `allowed` keys."""
    dtype = q.dtype
    q, k, v = (x.double().numpy() for x in (q, k, v))
    output = np.zeros((*q.shape[:-1], v.shape[-1]))
    weights = np.zeros((*q.shape[:-1], k.shape[-2]))
    allowed = np.broadcast_to(allowed, weights.shape)
    for query in np.ndindex(q.shape[:-1]):
        lead = query[:-1]
        keys = np.flatnonzero(allowed[query])
        shares = [math.exp(sum(q[query] * k[(*lead, key)]) / math.sqrt(q.shape[-1])) for key in keys]
        for key, share in zip(keys, shares, strict=True):
            weights[(*query, key)] = share / math.fsum(shares)
            output[query] += share / math.fsum(shares) * v[(*lead, key)]
    return torch.from_numpy(output).to(dtype), torch.from_numpy(weights).to(dtype)


@weight(4, core=True)
@pytest.mark.parametrize("lead", [(), (3,), (2, 3)], ids=["one sequence", "a batch", "a batch of heads"])
def test_takes_from_the_values_by_the_softmax_of_the_scaled_scores(submission, rng, lead):
    q, k, v = draw(rng, lead)
    check(submission.scaled_dot_product(q, k, v), key_by_key(q, k, v, True), WEIGHTS, work=32)


@weight(1)
def test_scores_worked_by_hand_give_the_shares_that_they_stand_for(submission, rng):
    # The query picks the first feature times 2, and sqrt(4) halves it again: the scores are the logarithms of `parts`.
    parts = rng.choice(np.arange(1, 12), size=5, replace=False).astype(np.float32)
    k = normal(rng, 5, 4, dtype=torch.float32)
    k[:, 0] = torch.from_numpy(np.log(parts))
    q = torch.tensor([[2.0, 0.0, 0.0, 0.0]])
    v = torch.from_numpy(rng.integers(-9, 9, size=(5, 3)).astype(np.float32))
    shares = torch.from_numpy(parts / parts.sum())
    want = ((shares[:, None] * v).sum(dim=0, keepdim=True), shares[None])
    check(submission.scaled_dot_product(q, k, v), want, "each weight its key's exp(score) over the sum of all")


MASKS = {"for all alike": (5, 7), "of keys only": (7,), "of padding": (2, 1, 1, 7), "for each head": (2, 3, 5, 7)}


@weight(3)
@pytest.mark.parametrize("shape", MASKS.values(), ids=MASKS)
def test_a_boolean_mask_lets_a_query_attend_where_it_is_true(submission, rng, shape):
    q, k, v = draw(rng, (2, 3), tq=5, tk=7)
    mask = rng.random(shape) < 0.5
    mask[..., 4], mask[..., 5] = True, False
    want = key_by_key(q, k, v, mask)
    got = submission.scaled_dot_product(q, k, v, mask=torch.from_numpy(mask))
    check(got, want, "the softmax over the keys where the mask is True, and weight 0 elsewhere", work=32)


@weight(2)
def test_a_floating_mask_is_added_to_the_scaled_scores(submission, reference, rng):
    q, k, v = draw(rng, (2, 3), tq=5, tk=7)
    mask = normal(rng, 3, 5, 7, dtype=torch.float32, scale=2.0)
    mask[torch.from_numpy(rng.random((3, 5, 7)) < 0.3)] = -math.inf
    mask[..., 2] = 1.5
    want = reference.scaled_dot_product(q, k, v, mask=mask)
    got = submission.scaled_dot_product(q, k, v, mask=mask)
    check(got, want, "the softmax of q k^T / sqrt(K) + mask, where -inf forbids", work=32)


CAUSAL = {
    "as many queries as keys": (6, 6),
    "fewer queries than keys": (4, 9),
    "one query on a cache": (1, 8),
    "more queries than keys": (9, 5),
}


@weight(3)
@pytest.mark.parametrize(("tq", "tk"), CAUSAL.values(), ids=CAUSAL)
def test_causal_lines_the_last_query_up_with_the_last_key(submission, rng, tq, tk):
    q, k, v = draw(rng, (3,), tq=tq, tk=tk)
    allowed = np.array([[j <= i + tk - tq for j in range(tk)] for i in range(tq)])
    got = submission.scaled_dot_product(q, k, v, causal=True)
    check(got, key_by_key(q, k, v, allowed), "query i attends to the keys j <= i + Tk - Tq", work=32)


@weight(1)
def test_causal_and_a_mask_forbid_together(submission, reference, rng):
    q, k, v = draw(rng, (2,), tq=6, tk=8)
    mask = torch.from_numpy(rng.random((6, 8)) < 0.6)
    mask[:, 0] = True
    want = reference.scaled_dot_product(q, k, v, mask=mask, causal=True)
    got = submission.scaled_dot_product(q, k, v, mask, True)
    check(got, want, "the softmax over the keys that both the mask and causal allow", work=32)


@weight(2)
@pytest.mark.parametrize("kind", ["boolean", "floating", "both", "every row"])
def test_a_query_that_may_attend_to_nothing_gets_zeros(submission, reference, rng, kind):
    q, k, v = draw(rng, (2,), tq=5, tk=6)
    allowed = torch.from_numpy(rng.random((5, 6)) < 0.6)
    allowed[:, 3] = True
    allowed[rng.integers(5)] = False
    if kind == "both":  # the first query sees the keys 0 and 1 causally, and neither by the mask
        allowed[0] = torch.arange(6) > 1
    if kind == "every row":
        allowed[:] = False
    mask = torch.where(allowed, 0.5, -math.inf) if kind == "floating" else allowed
    got = submission.scaled_dot_product(q, k, v, mask=mask, causal=kind == "both")
    want = reference.scaled_dot_product(q, k, v, mask=mask, causal=kind == "both")
    check(got, want, "weights 0 and output 0 where a query may attend to nothing, the softmax elsewhere", work=32)


@weight(3)
@pytest.mark.parametrize("kind", ["no row is empty", "an empty row, boolean mask", "an empty row, floating mask"])
def test_gradients_flow_and_hold_no_nan(submission, reference, rng, kind):
    q, k, v = draw(rng, (2, 3), tq=5, tk=7)
    mask = torch.from_numpy(rng.random((5, 7)) < 0.6)
    mask[:, 4] = True
    if kind != "no row is empty":
        mask[rng.integers(5)] = False
    if kind == "an empty row, floating mask":
        mask = torch.where(mask, 0.5, -math.inf)
    upstream = normal(rng, 2, 3, 5, v.shape[-1], dtype=torch.float32)
    got = gradients(submission.scaled_dot_product, q, k, v, mask=mask, upstream=upstream)
    leaves = [x.clone().requires_grad_() for x in (q, k, v)]
    output, _ = reference.scaled_dot_product(*leaves, mask=mask)
    wanted = torch.autograd.grad(output, leaves, upstream)
    check(got.arguments, list(wanted), "the gradients of the output with respect to q, k and v", work=64)


@weight(2)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=["float16", "bfloat16"])
@pytest.mark.parametrize("kind", ["ordinary", "large and close", "beyond float16"])
def test_half_precision_takes_its_softmax_in_float32(submission, rng, dtype, kind):
    q, k, v = draw(rng, (3,), tq=5, tk=7)
    if kind == "large and close":  # scores of about 300 that differ by about 1: in half precision they would be equal
        q, k = q + 10, 10 + k * 0.1
    if kind == "beyond float16":  # at least 4 * 180 * 100, and whole numbers, whose products float32 holds exactly
        q, k = (torch.from_numpy(rng.integers(low, 250, size=(3, n, 4))) for low, n in ((180, 5), (100, 7)))
    q, k, v = (x.to(dtype) for x in (q, k, v))
    got = expect_type(submission.scaled_dot_product(q, k, v), tuple, "the result")
    expect(len(got) == 2, f"the result is (output, weights), not a tuple of {len(got)}")
    output, weights = in_float64(q, k, v)
    check(got[0], output, f"{kind} scores: the output in {dtype}, rounded once", dtype=dtype)
    check(got[1], weights, f"{kind} scores: the weights in {dtype}, rounded once", dtype=dtype)


def in_float64(q, k, v):
    q, k, v = q.double(), k.double(), v.double()
    scores = torch.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    weights = (scores - scores.logsumexp(dim=-1, keepdim=True)).exp()
    return torch.einsum("...qk,...kd->...qd", weights, v), weights


@weight(1)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_large_scores_neither_overflow_nor_lose_the_dtype(submission, rng, dtype):
    # Whole numbers and K = 16, so that every score is exact in whatever order it is computed.
    q, k = (torch.from_numpy(rng.integers(-90, 90, size=(2, n, 16))).to(dtype) for n in (3, 5))
    v = normal(rng, 2, 5, 4, dtype=dtype)
    output, weights = in_float64(q, k, v)
    got = submission.scaled_dot_product(q, k, v)
    check(got, (output.to(dtype), weights.to(dtype)), f"scores in the thousands, all in {dtype}", work=32)


@weight(1)
def test_views_that_are_not_contiguous_are_taken(submission, reference, rng):
    q, k, v = draw(rng, (2, 3))
    want = reference.scaled_dot_product(q, k, v, causal=True)
    got = submission.scaled_dot_product(noncontiguous(q), noncontiguous(k), noncontiguous(v), causal=True)
    check(got, want, "the same as for contiguous arguments", work=32)


@weight(1)
def test_sizes_in_the_hundreds_are_taken(submission, rng):
    q, k, v = (normal(rng, *shape, dtype=torch.float32) for shape in ((3, 280), (270, 280), (270, 4)))
    output, weights = in_float64(q, k, v)
    check(submission.scaled_dot_product(q, k, v), (output.float(), weights.float()), WEIGHTS, work=300)


@weight(1)
@pytest.mark.parametrize("what", ["features", "values"])
@pytest.mark.parametrize("order", ["too few", "too many"])
def test_sizes_that_do_not_fit_are_refused_with_their_numbers(submission, rng, what, order):
    a, b = sorted(sizes(rng, 2, 13, 30), reverse=order == "too few")
    tq, tk = sizes(rng, 2, 3, 12)
    shapes = {"features": ((tq, a), (tk, b), (tk, 2)), "values": ((tq, 2), (a, 2), (b, 2))}[what]
    q, k, v = (normal(rng, 2, *shape, dtype=torch.float32) for shape in shapes)
    with raises(ValueError, a, b):
        submission.scaled_dot_product(q, k, v)


@weight(1)
def test_arguments_are_left_unmodified(submission, reference, rng):
    q, k, v = draw(rng, (2,), tq=5, tk=7)
    allowed = torch.from_numpy(rng.random((5, 7)) < 0.7)
    allowed[2] = False
    added = torch.where(allowed, 0.25, -math.inf)
    for mask in (allowed, added):
        want = reference.scaled_dot_product(q.clone(), k.clone(), v.clone(), mask=mask.clone(), causal=True)
        check(submission.scaled_dot_product(q, k, v, mask=mask, causal=True), want, "masked and causal", work=32)
    untouched(submission)
