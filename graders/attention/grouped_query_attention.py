"""Checks of attention/grouped_query_attention: which head reads which, sizes, masks, gradients, errors."""

import math

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_type,
    gradients,
    noncontiguous,
    normal,
    probe,
    raises,
    untouched,
    weight,
)

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "out_proj")
DIM, HEADS, KV_HEADS = 18, 6, 2  # heads of 3 features, in groups of 3


def draw_weights(rng, dim=DIM, heads=HEADS, kv_heads=KV_HEADS, dtype=torch.float64):
    """Return a state dict of weights that keep the variance."""
    rows = {"q_proj": dim, "k_proj": dim // heads * kv_heads, "v_proj": dim // heads * kv_heads, "out_proj": dim}
    return {f"{name}.weight": normal(rng, rows[name], dim, dtype=dtype, scale=dim**-0.5) for name in PROJECTIONS}


def build(module, weights, heads=HEADS, kv_heads=KV_HEADS):
    """Return the module's GroupedQueryAttention with these weights, in their dtype."""
    layer = module.GroupedQueryAttention(len(weights["q_proj.weight"]), heads, kv_heads)
    if weights["q_proj.weight"].dtype == torch.float64:
        layer.double()
    layer.load_state_dict(weights)
    return layer


def head_by_head(weights, heads, kv_heads, x, allowed=True):
    """Return the result in x's dtype, added up in float64, each query of each head over its `allowed` keys."""
    matrices = [weights[f"{name}.weight"].double().numpy() for name in PROJECTIONS]
    q, k, v = (x.double().numpy() @ matrix.T for matrix in matrices[:3])
    size = x.shape[2] // heads
    allowed = np.broadcast_to(allowed, (len(x), heads, x.shape[1], x.shape[1]))
    joined = np.zeros(x.shape)
    for b, h, t in np.ndindex(*allowed.shape[:3]):
        own = slice(h * size, (h + 1) * size)
        g = h * kv_heads // heads  # the same as h // (heads // kv_heads)
        shared = slice(g * size, (g + 1) * size)
        keys = np.flatnonzero(allowed[b, h, t])
        scores = [sum(q[b, t, own] * k[b, j, shared]) / math.sqrt(size) for j in keys]
        shares = [math.exp(score - max(scores)) for score in scores]
        for j, share in zip(keys, shares, strict=True):
            joined[b, t, own] += share / math.fsum(shares) * v[b, j, shared]
    return torch.from_numpy(joined @ matrices[3].T).to(x.dtype)


GROUPS = {  # dim, heads, kv_heads
    "6 heads share 2": (18, 6, 2),
    "6 heads share 3": (12, 6, 3),
    "8 heads share 2": (16, 8, 2),
    "4 heads share 1 (multi-query)": (12, 4, 1),
    "each of 3 heads its own (multi-head)": (12, 3, 3),
    "a single head": (5, 1, 1),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", GROUPS)
def test_neighbouring_query_heads_share_keys_and_values(submission, rng, case):
    dim, heads, kv_heads = GROUPS[case]
    weights = draw_weights(rng, dim, heads, kv_heads, torch.float32)
    x = normal(rng, 2, 7, dim, dtype=torch.float32)
    got = build(submission, weights, heads, kv_heads)(x)
    want = head_by_head(weights, heads, kv_heads, x)
    check(got, want, f"{case}: query head h reads key and value head h // (heads // kv_heads)", work=64)


@weight(2)
@pytest.mark.parametrize("kv_heads", [1, 2, 3, 6])
def test_key_and_value_projections_have_rows_for_their_heads_alone(submission, kv_heads):
    got = probe(submission, named_shapes, 24, 6, kv_heads)
    want = {f"{name}.weight": [24, 24] for name in ("q_proj", "out_proj")}
    want |= {f"{name}.weight": [4 * kv_heads, 24] for name in ("k_proj", "v_proj")}
    check(got, want, "the state dict holds the weights of four layers: k_proj and v_proj have kv_heads * size rows")


def named_shapes(module, dim, heads, kv_heads):
    layer = module.GroupedQueryAttention(dim, heads, kv_heads)
    return {name: list(value.shape) for name, value in layer.state_dict().items()}


@weight(1)
def test_layers_begin_as_linear_layers_do(submission):
    # Uniform within 1 / sqrt(features): the largest of thousands is next to that, and the deviation that over sqrt(3).
    got = expect_type(probe(submission, fresh_weights, 64, 8, 4), dict, "the state dict")
    rows = {"q_proj": 64, "k_proj": 32, "v_proj": 32, "out_proj": 64}
    for name in PROJECTIONS:
        value = expect_array(got.get(f"{name}.weight"), (rows[name], 64), torch.float32, f"{name}.weight")
        largest, spread = np.abs(value).max() * 64**0.5, value.std() * (3 * 64) ** 0.5
        is_uniform = 0.95 < largest < 1.001 and 0.9 < spread < 1.1
        size = f"{largest:.3g} times 1 / sqrt(features that go in)"
        expect(is_uniform, f"wanted: {name}.weight as torch.nn.Linear draws it; its largest entry is {size}")


def fresh_weights(module, dim, heads, kv_heads):
    return dict(module.GroupedQueryAttention(dim, heads, kv_heads).state_dict())


@weight(1)
def test_it_is_multi_head_attention_with_repeated_weights(submission, reference, rng):
    weights = draw_weights(rng)
    x = normal(rng, 2, 5, DIM, dtype=torch.float64)
    wide = dict(weights)
    for name in ("k_proj.weight", "v_proj.weight"):  # rows of head 0 three times, then rows of head 1 three times
        first, second = weights[name][:3], weights[name][3:]
        wide[name] = torch.cat([first, first, first, second, second, second])
    grouped, multi = build(submission, weights), build(submission, wide, HEADS, HEADS)
    want = build(reference, weights)(x).detach()
    check(grouped(x), want, "groups of 3 query heads", work=64)
    check(multi(x), want, "the same from as many key heads, whose weights are repeated for each group", work=64)


@weight(2)
def test_means_worked_by_hand(submission, rng):
    # Keys of 0 make every weight the same, so a head gives the mean of its values: of features 0, 1 of x for query
    # heads 0 and 1, of features 2, 3 for heads 2 and 3.
    weights = {name: torch.zeros_like(value) for name, value in draw_weights(rng, 8, 4, 2, torch.float32).items()}
    weights |= {"q_proj.weight": normal(rng, 8, 8, dtype=torch.float32)}
    weights |= {"v_proj.weight": torch.eye(4, 8), "out_proj.weight": torch.eye(8)}
    x = torch.from_numpy(rng.integers(-20, 20, size=(2, 4, 8))).float()
    mean = x.sum(dim=1) / 4
    want = torch.stack([mean[:, f] for f in (0, 1, 0, 1, 2, 3, 2, 3)], dim=-1)[:, None].expand(2, 4, 8)
    check(
        build(submission, weights, 4, 2)(x), want.contiguous(), "each head the mean of its values, when all keys are 0"
    )


MASKS = {"for all heads": (7, 7), "for each head": (6, 7, 7), "of padding": (3, 1, 1, 7), "for all": (3, 6, 7, 7)}


@weight(3)
@pytest.mark.parametrize("shape", MASKS.values(), ids=MASKS)
def test_a_mask_lets_a_query_attend_where_it_is_true(submission, rng, shape):
    weights = draw_weights(rng)
    x = normal(rng, 3, 7, DIM, dtype=torch.float64)
    mask = rng.random(shape) < 0.5
    mask[..., 2], mask[..., 3] = True, False
    want = head_by_head(weights, HEADS, KV_HEADS, x, mask)
    got = build(submission, weights)(x, mask=torch.from_numpy(mask))
    check(got, want, "each query head's softmax over the keys where the mask is True", work=64)


@weight(1)
@pytest.mark.parametrize("kind", ["a query", "a query of one head", "everything"])
def test_a_query_that_may_attend_to_nothing_gets_zeros_from_that_head(submission, rng, kind):
    weights = draw_weights(rng, dtype=torch.float32)
    x = normal(rng, 2, 5, DIM, dtype=torch.float32)
    mask = rng.random((HEADS, 5, 5)) < 0.6
    mask[..., 3] = True
    mask[{"a query": (..., 2, slice(None)), "a query of one head": (4, 2), "everything": ...}[kind]] = False
    got = build(submission, weights)(x, torch.from_numpy(mask))
    check(got, head_by_head(weights, HEADS, KV_HEADS, x, mask), "0 from a head that sees nothing", work=64)


@weight(2)
@pytest.mark.parametrize("kind", ["no mask", "causal", "a row attends to nothing"])
def test_gradients_reach_x_and_all_parameters(submission, reference, rng, kind):
    weights = draw_weights(rng)
    x, upstream = normal(rng, 2, 6, DIM, dtype=torch.float64), normal(rng, 2, 6, DIM, dtype=torch.float64)
    mask = None if kind == "no mask" else torch.ones(6, 6, dtype=torch.bool).tril(0 if kind == "causal" else -1)
    got = gradients(build(submission, weights), x, mask=mask, upstream=upstream)
    model, leaf = build(reference, weights), x.clone().requires_grad_()
    model(leaf, mask=mask).backward(upstream)
    check(got.arguments, [leaf.grad], f"{kind}: the gradient with respect to x", work=256)
    parameters = expect_type(got.parameters, dict, "the parameters' gradients")
    wanted = {name: parameter.grad for name, parameter in model.named_parameters()}
    check(parameters, wanted, f"{kind}: the gradients of the parameters by name", work=1024)


@weight(1)
def test_large_scores_do_not_overflow(submission, rng):
    weights = draw_weights(rng)
    x = normal(rng, 2, 5, DIM, dtype=torch.float64, scale=50.0)  # scores in the thousands, whose exp is infinite
    want = head_by_head(weights, HEADS, KV_HEADS, x)
    check(build(submission, weights)(x), want, "the softmax of scores in the thousands", tolerance=1e-8)


@weight(1)
def test_a_view_that_is_not_contiguous_is_taken(submission, rng):
    weights = draw_weights(rng, dtype=torch.float32)
    x = normal(rng, 2, 7, DIM, dtype=torch.float32)
    mask = np.tri(7, dtype=bool)
    got = build(submission, weights)(noncontiguous(x), noncontiguous(torch.from_numpy(mask)))
    check(got, head_by_head(weights, HEADS, KV_HEADS, x, mask), "the same as for contiguous arguments", work=64)


@weight(1)
@pytest.mark.parametrize(("heads", "kv_heads"), [(6, 4), (4, 3), (2, 8)])
def test_query_heads_that_cannot_share_evenly_are_refused(submission, heads, kv_heads):
    with raises(ValueError, heads, kv_heads):
        submission.GroupedQueryAttention(24, heads, kv_heads)


@weight(1)
@pytest.mark.parametrize(("dim", "heads", "kv_heads"), [(10, 4, 2), (7, 3, 1)])
def test_heads_that_do_not_divide_the_features_are_refused(submission, dim, heads, kv_heads):
    with raises(ValueError, dim, heads):
        submission.GroupedQueryAttention(dim, heads, kv_heads)


@weight(1)
def test_arguments_are_left_unmodified(submission, rng):
    weights = draw_weights(rng, dtype=torch.float32)
    x = normal(rng, 2, 5, DIM, dtype=torch.float32)
    mask = torch.from_numpy(rng.random((5, 5)) < 0.6)
    want = head_by_head(weights, HEADS, KV_HEADS, x, mask.numpy())
    check(build(submission, weights)(x, mask), want, "masked attention", work=64)
    untouched(submission)
