"""Checks of attention/attention_backward: both passes, finite differences, caches, memory, lines run."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    count_lines,
    expect,
    expect_array,
    expect_type,
    noncontiguous,
    normal,
    peak_memory,
    untouched,
    weight,
)

MEGABYTE = 2**20
# Leading axes, Tq, Tk, D, V.
CASES = {
    "one sequence": ((), 5, 7, 3, 4),
    "a batch": ((2,), 6, 4, 5, 3),
    "a batch of heads": ((2, 3), 4, 7, 5, 6),
    "as many queries as keys": ((3,), 6, 6, 4, 4),
    "a single query": ((2,), 1, 8, 3, 5),
    "a single feature": ((), 4, 6, 1, 1),
}


def draw(rng, lead, tq, tk, size, width, dtype=np.float64):
    """Return q, k, v and grad_out."""
    shapes = (tq, size), (tk, size), (tk, width), (tq, width)
    return [normal(rng, *lead, *shape, dtype=dtype) for shape in shapes]


def row_by_row(q, k, v, grad_out):
    """Return out and (dq, dk, dv) in float64: one query after another, with the Jacobian of its softmax written out."""
    q, k, v, grad_out = (a.astype("f8") for a in (q, k, v, grad_out))
    out, gradients = np.zeros(grad_out.shape), tuple(np.zeros(a.shape) for a in (q, k, v))
    scale = 1 / math.sqrt(q.shape[-1])
    for query in np.ndindex(q.shape[:-1]):
        lead = query[:-1]
        scores = scale * (k[lead] @ q[query])
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        out[query] = shares @ v[lead]
        jacobian = np.diag(shares) - np.outer(shares, shares)
        d_scores = scale * (jacobian @ (v[lead] @ grad_out[query]))
        gradients[0][query] = d_scores @ k[lead]
        gradients[1][lead] += np.outer(d_scores, q[query])
        gradients[2][lead] += np.outer(shares, grad_out[query])
    return out, gradients


def in_dtype(arrays, dtype):
    return tuple(a.astype(dtype) for a in arrays)


def forward(submission, q, k, v):
    """Return the submission's out and cache."""
    return pair(submission.attention_forward(q, k, v))


def pair(got):
    got = expect_type(got, tuple, "what attention_forward returns")
    expect(len(got) == 2, f"attention_forward returns (out, cache), not a tuple of {len(got)}")
    return got


@weight(2)
@pytest.mark.parametrize("case", CASES)
def test_the_forward_pass_is_the_formula(submission, rng, case):
    q, k, v, grad_out = draw(rng, *CASES[case], np.float32)
    out, _ = forward(submission, q, k, v)
    want, _ = row_by_row(q, k, v, grad_out)
    check(out, want.astype("f4"), f"{case}: softmax(q k^T / sqrt(D)) v, the softmax over the keys", work=32)


@weight(5, core=True)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_the_gradients_of_q_k_and_v(submission, rng, case, dtype):
    q, k, v, grad_out = draw(rng, *CASES[case], dtype)
    _, cache = forward(submission, q, k, v)
    got = submission.attention_backward(grad_out, cache)
    _, gradients = row_by_row(q, k, v, grad_out)
    check(got, in_dtype(gradients, dtype), f"{case}: (dq, dk, dv) of sum(grad_out * out)", work=64)


@weight(2)
@pytest.mark.parametrize("name", ["q", "k", "v"])
def test_a_small_step_changes_the_sum_as_the_gradient_says(submission, rng, name):
    q, k, v, grad_out = draw(rng, (2,), 5, 6, 3, 4)
    place, step = "qkv".index(name), 1e-5
    direction = normal(rng, *(q, k, v)[place].shape)
    sums = []
    for sign in (1, -1):
        arguments = [q, k, v]
        arguments[place] = arguments[place] + sign * step * direction
        out = expect_array(forward(submission, *arguments)[0], grad_out.shape, np.float64, "out")
        sums.append((grad_out * out).sum())
    got = expect_type(submission.attention_backward(grad_out, forward(submission, q, k, v)[1]), tuple, "the gradients")
    expect(len(got) == 3, f"attention_backward returns (dq, dk, dv), not a tuple of {len(got)}")
    gradient = expect_array(got[place], direction.shape, np.float64, f"d{name}")
    slope, said = (sums[0] - sums[1]) / (2 * step), (gradient * direction).sum()
    expect(
        abs(slope - said) <= 1e-6 * (1 + np.abs(gradient * direction).sum()),
        f"sum(grad_out * out) changes by {slope:.6g} for each unit that {name} is moved along a random direction (by "
        f"central differences with your attention_forward); d{name} says {said:.6g}",
    )


@weight(1)
def test_equal_scores_worked_by_hand(submission, rng):
    # Queries of 0 make all weights 1 / Tk: dv is the mean of grad_out, dk is 0, and dq the covariance of grad_out v^T
    # and k over the keys.
    q, (k, v, grad_out) = np.zeros((3, 4)), draw(rng, (), 3, 5, 4, 2)[1:]
    agreement = grad_out @ v.T
    want_q = (agreement @ k / 5 - agreement.mean(axis=1)[:, None] * k.mean(axis=0)) / 2
    want = want_q, np.zeros((5, 4)), np.tile(grad_out.sum(axis=0) / 5, (5, 1))
    got = submission.attention_backward(grad_out, forward(submission, q, k, v)[1])
    check(got, want, "(dq, dk, dv) when all keys have the same score", work=32)


@weight(1)
def test_a_single_key_gets_no_gradient(submission, rng):
    # Its weight is 1 whatever its score: only the value matters.
    q, k, v, grad_out = draw(rng, (2,), 5, 1, 3, 4)
    got = submission.attention_backward(grad_out, forward(submission, q, k, v)[1])
    got = expect_type(got, tuple, "the gradients")
    expect(len(got) == 3, f"attention_backward returns (dq, dk, dv), not a tuple of {len(got)}")
    check(got[2], grad_out.sum(axis=1, keepdims=True), "all of grad_out for the only value", work=32)
    for name, part, shape in zip("qk", got, (q.shape, k.shape), strict=False):
        rounding = expect_array(part, shape, np.float64, f"d{name}")
        expect(np.abs(rounding).max() < 1e-9, f"d{name} is 0, but for rounding, when there is a single key")


@weight(1)
def test_scores_in_the_thousands_do_not_overflow(submission, rng):
    # Whole numbers and D = 16, so that every score is exact. Two keys that differ where queries are 0 share the highest
    # score: with a single one in front every gradient would vanish.
    q, k = (rng.integers(-60, 60, size=(2, n, 16)).astype("f8") for n in (5, 7))
    q[..., 0], q[..., 1], k[:, 3, 1] = 0, 60, 900
    k[:, 4], k[:, 4, 0] = k[:, 3], k[:, 3, 0] + 5
    _, _, v, grad_out = draw(rng, (2,), 5, 7, 16, 3)
    want, gradients = row_by_row(q, k, v, grad_out)
    out, cache = forward(submission, q, k, v)
    check(out, want, "the softmax of scores in the thousands", tolerance=1e-8)
    got = submission.attention_backward(grad_out, cache)
    check(got, gradients, "the gradients at scores in the thousands", tolerance=1e-8)


@weight(1)
def test_each_cache_belongs_to_its_own_forward_pass(submission, rng):
    passes = [draw(rng, *CASES[case]) for case in ("a batch", "one sequence", "a batch")]
    caches = [forward(submission, *arrays[:3])[1] for arrays in passes]
    for (*arrays, grad_out), cache in zip(passes, caches, strict=True):
        _, gradients = row_by_row(*arrays, grad_out)
        check(submission.attention_backward(grad_out, cache), gradients, "three forward passes, then their caches")


@weight(3)
def test_the_jacobian_is_never_built(submission, rng):
    q, k, v, grad_out = draw(rng, (2,), 256, 256, 8, 4, np.float32)
    small = draw(rng, (2,), 5, 7, 8, 4, np.float32)
    _, cache = forward(submission, q, k, v)
    warm_up = small[3], forward(submission, *small[:3])[1]
    got, grown = peak_memory(submission.attention_backward, grad_out, cache, warm_up=warm_up)
    _, gradients = row_by_row(q, k, v, grad_out)
    check(got, in_dtype(gradients, "f4"), "the gradients for 256 queries and keys", work=1024)
    expect(
        grown <= 32 * MEGABYTE,
        f"2 times Tq = Tk = 256 in float32: at most 32 MB beyond the arguments are wanted (the Jacobians of all rows "
        f"take 128 MB); this call took {grown / MEGABYTE:,.0f} MB",
    )


@weight(2)
@pytest.mark.parametrize("larger", [((6,), 4, 5), ((2,), 40, 5), ((2,), 4, 50)], ids=["batch", "queries", "keys"])
def test_the_number_of_python_lines_does_not_grow(submission, rng, larger):
    lines = []
    for sizes in (((2,), 4, 5), larger):
        q, k, v, grad_out = draw(rng, *sizes, 3, 2)
        got, ahead = count_lines(submission.attention_forward, q, k, v)
        out, cache = pair(got)
        got, back = count_lines(submission.attention_backward, grad_out, cache)
        check((out, got), row_by_row(q, k, v, grad_out), "out and its gradients", work=64)
        lines.append(ahead + back)
    message = f"as many Python lines are wanted for the larger arguments; {lines[1]} were run, and {lines[0]}"
    expect(lines[1] <= lines[0], message)


@weight(1)
def test_views_that_are_not_contiguous_are_taken(submission, rng):
    arrays = draw(rng, *CASES["a batch of heads"], np.float32)
    want, gradients = row_by_row(*arrays)
    q, k, v, grad_out = (noncontiguous(a.swapaxes(0, 1)).swapaxes(0, 1) for a in arrays)
    out, cache = forward(submission, q, k, v)
    check(out, want.astype("f4"), "out, as if contiguous", work=32)
    got = submission.attention_backward(grad_out, cache)
    check(got, in_dtype(gradients, "f4"), "the gradients, as if contiguous", work=64)


@weight(1)
def test_arguments_and_cache_are_left_unmodified(submission, rng):
    q, k, v, grad_out = draw(rng, *CASES["a batch"])
    _, cache = forward(submission, q, k, v)
    _, gradients = row_by_row(q, k, v, grad_out)
    for times in (1, 2):
        check(submission.attention_backward(times * grad_out, cache), tuple(times * g for g in gradients), work=64)
    untouched(submission)
