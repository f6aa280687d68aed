"""Checks of attention/parallel_heads: equality with a loop over heads, work counted, gradients, views, errors."""

import math

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    count_operations,
    expect,
    gradients,
    noncontiguous,
    normal,
    raises,
    untouched,
    weight,
)

PRODUCTS = {f"aten.{name}" for name in ("mm", "bmm", "addmm", "baddbmm", "addbmm", "mv", "addmv", "matmul", "linear")}


def draw(rng, batch, length, dim, dtype=torch.float64):
    """Return x and weights that keep the variance."""
    shapes = (3 * dim, dim), (dim, dim)
    weights = (normal(rng, *shape, dtype=dtype, scale=dim**-0.5) for shape in shapes)
    return normal(rng, batch, length, dim, dtype=dtype), *weights


def head_by_head(x, w_qkv, w_out, heads, causal):
    """Return the result in float64, one text, head and query after another."""
    x, w_qkv, w_out = (t.double().numpy() for t in (x, w_qkv, w_out))
    dim = x.shape[2]
    size = dim // heads
    joined = np.zeros(x.shape)
    for b, head in np.ndindex(len(x), heads):
        own = [x[b] @ w_qkv[start : start + size].T for start in range(head * size, 3 * dim, dim)]
        q, k, v = own
        for t in range(x.shape[1]):
            seen = t + 1 if causal else x.shape[1]
            scores = k[:seen] @ q[t] / math.sqrt(size)
            shares = np.exp(scores - scores.max())
            joined[b, t, head * size : (head + 1) * size] = shares @ v[:seen] / shares.sum()
    return torch.from_numpy(joined @ w_out.T)


# B, T, D, heads.
CASES = {
    "2 texts, 3 heads": (2, 7, 12, 3),
    "as many heads as features": (3, 5, 8, 8),
    "a single head": (2, 4, 6, 1),
    "a single text": (1, 9, 10, 2),
    "a single position": (4, 1, 6, 3),
    "heads of 3 features": (2, 5, 15, 5),
}


@weight(4, core=True)
@pytest.mark.parametrize("causal", [False, True], ids=["all positions", "causal"])
@pytest.mark.parametrize("case", CASES)
def test_is_the_loop_over_heads(submission, rng, case, causal):
    *shape, heads = CASES[case]
    arguments = draw(rng, *shape, torch.float32)
    want = head_by_head(*arguments, heads, causal).float()
    got = submission.parallel_attention(*arguments, heads, causal)
    check(got, want, f"{case}: the heads' results, joined in their order, times w_out.T", work=64)


@weight(1)
def test_float64_keeps_its_digits_and_causal_is_off_by_default(submission, rng):
    arguments = draw(rng, 2, 6, 12)
    got = submission.parallel_attention(*arguments, 4)
    check(got, head_by_head(*arguments, 4, False), "attention to all positions, in float64", work=64)


@weight(1)
@pytest.mark.parametrize("causal", [False, True], ids=["all positions", "causal"])
def test_means_worked_by_hand(submission, rng, causal):
    # Queries of 0 make all weights the same; values are twice the features, and w_out turns their order round.
    x = torch.from_numpy(rng.integers(-20, 20, size=(2, 4, 6))).float()
    w_qkv = torch.cat([torch.zeros(6, 6), normal(rng, 6, 6, dtype=torch.float32), 2 * torch.eye(6)])
    counts = torch.arange(1.0, 5.0)[:, None] if causal else 4.0
    want = 2 * (x.cumsum(dim=1) if causal else x.sum(dim=1, keepdim=True).expand(2, 4, 6)) / counts
    got = submission.parallel_attention(x, w_qkv, torch.eye(6).flip(0), 3, causal)
    check(got, want.flip(2), "twice the mean of the features that a position sees, in the order that w_out gives them")


# B, T, D, heads: each larger one beside (2, 5, 8, 2).
GROWN = {
    "more texts": (9, 5, 8, 2),
    "more positions": (2, 40, 8, 2),
    "more heads": (2, 5, 48, 24),
    "larger heads": (2, 5, 36, 2),
    "more of all": (7, 33, 40, 8),
}


@weight(4)
@pytest.mark.parametrize("causal", [False, True], ids=["all positions", "causal"])
@pytest.mark.parametrize("case", GROWN)
def test_the_number_of_operations_does_not_grow(submission, rng, case, causal):
    dispatched = []
    for *shape, heads in ((2, 5, 8, 2), GROWN[case]):
        arguments = draw(rng, *shape)
        got, counts = count_operations(submission.parallel_attention, *arguments, heads, causal)
        check(got, head_by_head(*arguments, heads, causal), f"{heads} heads", work=64)
        dispatched.append(sum(counts.values()))
    expect(
        dispatched[1] <= dispatched[0],
        f"{case}: as many torch operations are wanted for B, T, D, heads = {GROWN[case]} as for (2, 5, 8, 2); "
        f"{dispatched[1]} were dispatched, and {dispatched[0]}",
    )


@weight(2)
def test_four_matrix_products_are_enough(submission, rng):
    arguments = draw(rng, 3, 7, 10)
    got, counts = count_operations(submission.parallel_attention, *arguments, 2, True)
    check(got, head_by_head(*arguments, 2, True), "causal attention with 2 heads", work=64)
    products = sum(n for name, n in counts.items() if name in PRODUCTS)
    about = "at most four matrix products are wanted: one projection, the scores, the mix of the values, w_out"
    expect(products <= 4, f"{about}; {products} were dispatched")


@weight(2)
@pytest.mark.parametrize("causal", [False, True], ids=["all positions", "causal"])
def test_gradients_reach_x_and_both_weights(submission, reference, rng, causal):
    arguments = draw(rng, 2, 7, 12)
    upstream = normal(rng, 2, 7, 12, dtype=torch.float64)
    got = gradients(submission.parallel_attention, *arguments, heads=3, causal=causal, upstream=upstream)
    leaves = [a.clone().requires_grad_() for a in arguments]
    reference.parallel_attention(*leaves, 3, causal).backward(upstream)
    check(got.arguments, [leaf.grad for leaf in leaves], "the gradients of x, w_qkv and w_out", work=1024)


@weight(1)
@pytest.mark.parametrize("kind", ["every second feature", "positions first in memory"])
def test_views_that_are_not_contiguous_are_taken(submission, rng, kind):
    x, w_qkv, w_out = draw(rng, 3, 5, 8, torch.float32)
    want = head_by_head(x, w_qkv, w_out, 2, True).float()
    if kind == "every second feature":
        x, w_qkv, w_out = noncontiguous(x), noncontiguous(w_qkv), noncontiguous(w_out)
    else:
        x, w_qkv, w_out = x.transpose(0, 1).contiguous().transpose(0, 1), w_qkv.T.contiguous().T, w_out.T.clone().T
    check(submission.parallel_attention(x, w_qkv, w_out, 2, causal=True), want, f"{kind}: as if contiguous", work=64)


@weight(1)
def test_scores_in_the_thousands_do_not_overflow(submission, rng):
    x, w_qkv, w_out = draw(rng, 2, 6, 8)
    got = submission.parallel_attention(60 * x, w_qkv, w_out, 2)
    check(got, head_by_head(60 * x, w_qkv, w_out, 2, False), "the softmax of scores in the thousands", tolerance=1e-8)


@weight(1)
@pytest.mark.parametrize(("dim", "heads"), [(10, 4), (7, 3), (6, 12)])
def test_heads_that_do_not_divide_the_features_are_refused(submission, rng, dim, heads):
    with raises(ValueError, dim, heads):
        submission.parallel_attention(*draw(rng, 2, 3, dim), heads)


@weight(1)
def test_arguments_are_left_unmodified(submission, rng):
    x, w_qkv, w_out = draw(rng, 2, 5, 9, torch.float32)
    for causal in (False, True):
        want = head_by_head(x, w_qkv, w_out, 3, causal).float()
        check(submission.parallel_attention(x, w_qkv, w_out, 3, causal=causal), want, "3 heads", work=64)
    untouched(submission)
