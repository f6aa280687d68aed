"""Checks of attention/cross_attention: context, padding, cache, parameter names, gradients, errors."""

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
DIM, CONTEXT_DIM, HEADS = 12, 7, 3  # heads of 4 features


def draw_weights(rng, dim=DIM, context_dim=CONTEXT_DIM, dtype=torch.float64):
    """Return a state dict of weights that keep the variance and biases that cannot be overlooked."""
    weights = {}
    for name in PROJECTIONS:
        width = context_dim if name in ("k_proj", "v_proj") else dim
        weights[f"{name}.weight"] = normal(rng, dim, width, dtype=dtype, scale=width**-0.5)
        weights[f"{name}.bias"] = normal(rng, dim, dtype=dtype)
    return weights


def draw(rng, tq=5, tk=8, batch=3, dim=DIM, context_dim=CONTEXT_DIM, dtype=torch.float64):
    """Return x, context and a mask of it that hides some positions of each text, anywhere, but not all."""
    mask = rng.random((batch, tk)) < 0.6
    mask[:, 0], mask[:, -1] = True, False
    real = torch.from_numpy(rng.permuted(mask, axis=1))
    return normal(rng, batch, tq, dim, dtype=dtype), normal(rng, batch, tk, context_dim, dtype=dtype), real


def build(module, weights, heads=HEADS):
    """Return the module's CrossAttention with these weights, in their dtype."""
    layer = module.CrossAttention(len(weights["q_proj.bias"]), weights["k_proj.weight"].shape[1], heads)
    if weights["q_proj.bias"].dtype == torch.float64:
        layer.double()
    layer.load_state_dict(weights)
    return layer


def projected(weights, name, rows):
    return (
        rows.double().numpy() @ weights[f"{name}.weight"].double().numpy().T + weights[f"{name}.bias"].double().numpy()
    )


def query_by_query(weights, heads, x, context, real=None):
    """Return the result in x's dtype, added up in float64, each query of each head over the real context alone."""
    q, k, v = (
        projected(weights, "q_proj", x),
        projected(weights, "k_proj", context),
        projected(weights, "v_proj", context),
    )
    size = x.shape[2] // heads
    joined = np.zeros(q.shape)
    for b, t, head in np.ndindex(*q.shape[:2], heads):
        own = slice(head * size, (head + 1) * size)
        keys = [j for j in range(context.shape[1]) if real is None or real[b, j]]
        scores = [sum(q[b, t, own] * k[b, j, own]) / math.sqrt(size) for j in keys]
        shares = [math.exp(score - max(scores)) for score in scores]
        for j, share in zip(keys, shares, strict=True):
            joined[b, t, own] += share / math.fsum(shares) * v[b, j, own]
    return torch.from_numpy(projected(weights, "out_proj", torch.from_numpy(joined))).to(x.dtype)


SIZES = {  # dim, context_dim, heads, Tq, Tk
    "a narrower and longer context": (12, 7, 3, 5, 8),
    "a wider and shorter context": (10, 13, 5, 6, 4),
    "all widths and lengths alike": (8, 8, 2, 6, 6),
    "one head": (6, 5, 1, 4, 7),
    "heads of one feature, one query": (4, 3, 4, 1, 5),
}


@weight(4, core=True)
@pytest.mark.parametrize("case", SIZES)
def test_queries_come_from_x_and_keys_and_values_from_the_context(submission, rng, case):
    dim, context_dim, heads, tq, tk = SIZES[case]
    weights = draw_weights(rng, dim, context_dim, torch.float32)
    x, context, _ = draw(rng, tq, tk, 2, dim, context_dim, torch.float32)
    want = query_by_query(weights, heads, x, context)
    check(
        build(submission, weights, heads)(x, context), want, "out_proj of the heads' results, joined in order", work=64
    )


@weight(3)
@pytest.mark.parametrize("case", ["a longer context", "as many queries as keys", "one real position"])
def test_padding_of_the_context_is_ignored(submission, rng, case):
    weights = draw_weights(rng)
    x, context, real = draw(rng, tq=8 if case == "as many queries as keys" else 5)
    if case == "one real position":
        real = torch.arange(8) == torch.tensor([[2], [0], [7]])
    want = query_by_query(weights, HEADS, x, context, real)
    got = build(submission, weights)(x, context, context_mask=real)
    check(got, want, "each head's softmax over the real positions of the context", work=64)


@weight(2)
@pytest.mark.parametrize("size", [3.0, 1e5])
def test_changing_the_padding_changes_nothing(submission, rng, size):
    weights = draw_weights(rng, dtype=torch.float32)
    x, context, real = draw(rng, dtype=torch.float32)
    want = query_by_query(weights, HEADS, x, context, real)
    layer = build(submission, weights)
    rubbish = normal(rng, *context.shape, dtype=torch.float32, scale=size)
    for padding in (rubbish, -rubbish, torch.zeros(())):
        changed = torch.where(real[..., None], context, padding)
        check(layer(x, changed, real), want, "the same whatever stands at the padding", work=64)


@weight(2)
def test_padding_has_no_weight_even_next_to_very_low_scores(submission, rng):
    # Queries of (-1e6, ...) against keys of (1e6, ...): real scores near -1e12, and padding scores near 0.
    weights = draw_weights(rng, 4, 4)
    weights |= {f"{name}.weight": torch.eye(4, dtype=torch.float64) for name in PROJECTIONS}
    weights |= {f"{name}.bias": torch.zeros(4, dtype=torch.float64) for name in PROJECTIONS}
    x, context, real = draw(rng, dim=4, context_dim=4)
    x, context = torch.full_like(x, -1e6), torch.where(real[..., None], 1e6, context)
    context[..., 0] += torch.where(real, torch.from_numpy(rng.integers(0, 3, size=real.shape)) * 1e4, 0.0)
    want = query_by_query(weights, 2, x, context, real)
    check(
        build(submission, weights, 2)(x, context, real), want, "0 for the padding, however low real scores are", work=64
    )


@weight(2)
@pytest.mark.parametrize("kind", ["one text", "every text"])
def test_a_text_whose_context_is_all_padding_gets_the_bias(submission, rng, kind):
    weights = draw_weights(rng, dtype=torch.float32)
    x, context, real = draw(rng, dtype=torch.float32)
    real[1 if kind == "one text" else slice(None)] = False
    want = weights["out_proj.bias"].expand(3, 5, DIM).clone()
    if kind == "one text":
        for b in (0, 2):
            want[b] = query_by_query(weights, HEADS, x[b : b + 1], context[b : b + 1], real[b : b + 1])[0]
    check(build(submission, weights)(x, context, real), want, "0 from every head where nothing is real", work=64)


@weight(3)
def test_the_cache_holds_the_keys_and_values_of_each_head(submission, rng):
    weights = draw_weights(rng)
    _, context, _ = draw(rng)
    want = []
    for name in ("k_proj", "v_proj"):
        features = projected(weights, name, context)
        want.append(torch.from_numpy(np.stack([features[..., 4 * h : 4 * h + 4] for h in range(HEADS)], axis=1)))
    check(build(submission, weights).cache(context), tuple(want), "(k, v), each [B, heads, Tk, size]", work=64)


@weight(3)
@pytest.mark.parametrize("masked", [False, True], ids=["no padding", "padding"])
def test_cached_keys_and_values_give_the_same_result(submission, reference, rng, masked):
    weights = draw_weights(rng)
    x, context, real = draw(rng)
    _, other, other_real = draw(rng, tk=6)
    masks = (real, other_real) if masked else (None, None)
    layer, keeper = build(submission, weights), build(reference, weights)
    pairs = [layer.cache(context), layer.cache(other)]  # two contexts are in use by turns
    for part in (x[:, :1], x[:, 1:2], x[:, 2:]):  # as an answer grows
        for pair, text, mask in zip(pairs, (context, other), masks, strict=True):
            want = query_by_query(weights, HEADS, part, text, mask)
            check(layer(part, pair, mask), want, "the same as with the context itself", work=64)
    own = tuple(part.detach() for part in keeper.cache(context))
    got = layer(x, own, masks[0])
    check(
        got, query_by_query(weights, HEADS, x, context, masks[0]), "the same with a pair [B, heads, Tk, size]", work=64
    )


@weight(1)
def test_means_worked_by_hand(submission, rng):
    # Keys of 0 make every weight the same, and the identity passes the values on: each result is a mean.
    weights = {name: torch.zeros_like(value) for name, value in draw_weights(rng, 4, 4, torch.float32).items()}
    weights |= {"q_proj.weight": normal(rng, 4, 4, dtype=torch.float32)}
    weights |= {"v_proj.weight": torch.eye(4), "out_proj.weight": torch.eye(4)}
    x = normal(rng, 2, 3, 4, dtype=torch.float32)
    context = torch.from_numpy(rng.integers(-20, 20, size=(2, 5, 4))).float()
    real = torch.tensor([[False, True, True, False, False], [True, False, True, True, True]])
    first = (context[0, 1] + context[0, 2]) / 2
    second = (context[1, 0] + context[1, 2] + context[1, 3] + context[1, 4]) / 4
    want = torch.stack([first.expand(3, 4), second.expand(3, 4)])
    check(build(submission, weights, 2)(x, context, real), want, "the mean of the real values, when all keys are 0")


@weight(2)
@pytest.mark.parametrize("kind", ["no padding", "padding", "a context that is all padding"])
def test_gradients_reach_the_arguments_and_all_parameters(submission, reference, rng, kind):
    weights = draw_weights(rng)
    x, context, real = draw(rng)
    if kind == "a context that is all padding":
        real[1] = False
    mask = None if kind == "no padding" else real
    upstream = normal(rng, *x.shape, dtype=torch.float64)
    got = gradients(build(submission, weights), x, context, context_mask=mask, upstream=upstream)
    model = build(reference, weights)
    leaves = [argument.clone().requires_grad_() for argument in (x, context)]
    model(*leaves, context_mask=mask).backward(upstream)
    check(got.arguments, [leaf.grad for leaf in leaves], f"{kind}: the gradients of x and the context", work=256)
    parameters = expect_type(got.parameters, dict, "the parameters' gradients")
    # A key's bias adds the same to all scores of a query, so that its gradient is 0 and nothing but rounding is left.
    rounding = expect_array(parameters.pop("k_proj.bias", None), (DIM,), torch.float64, "the gradient of k_proj.bias")
    expect(np.abs(rounding).max() < 1e-9, f"{kind}: the gradient of k_proj.bias is 0, but for rounding")
    wanted = {name: parameter.grad for name, parameter in model.named_parameters() if name != "k_proj.bias"}
    check(parameters, wanted, f"{kind}: the gradients of the parameters by name", work=1024)


@weight(1)
def test_parameters_have_the_documented_names_and_shapes(submission):
    got = probe(submission, named_shapes, 10, 6, 2)
    want = {f"{name}.bias": [10] for name in PROJECTIONS}
    want |= {"q_proj.weight": [10, 10], "k_proj.weight": [10, 6], "v_proj.weight": [10, 6], "out_proj.weight": [10, 10]}
    check(got, want, "the state dict holds weight and bias of q_proj, k_proj, v_proj and out_proj, and nothing else")


def named_shapes(module, dim, context_dim, heads):
    layer = module.CrossAttention(dim, context_dim, heads)
    return {name: list(value.shape) for name, value in layer.state_dict().items()}


@weight(1)
def test_layers_begin_as_linear_layers_do(submission):
    # Uniform within 1 / sqrt(features): the largest of thousands is next to that, and the deviation that over sqrt(3).
    got = expect_type(probe(submission, fresh_weights, 64, 48, 4), dict, "the state dict")
    for name in PROJECTIONS:
        features = 48 if name in ("k_proj", "v_proj") else 64
        value = expect_array(got.get(f"{name}.weight"), (64, features), torch.float32, f"{name}.weight")
        largest, spread = np.abs(value).max() * features**0.5, value.std() * (3 * features) ** 0.5
        is_uniform = 0.95 < largest < 1.001 and 0.9 < spread < 1.1
        size = f"{largest:.3g} times 1 / sqrt(features that go in)"
        expect(is_uniform, f"wanted: {name}.weight as torch.nn.Linear draws it; its largest entry is {size}")


def fresh_weights(module, dim, context_dim, heads):
    return dict(module.CrossAttention(dim, context_dim, heads).state_dict())


@weight(1)
def test_large_scores_do_not_overflow(submission, rng):
    weights = draw_weights(rng)
    x, context, real = draw(rng)
    x, context = 50 * x, 50 * context  # scores in the thousands, whose exp is infinite
    want = query_by_query(weights, HEADS, x, context, real)
    check(build(submission, weights)(x, context, real), want, "the softmax of scores in the thousands", tolerance=1e-8)


@weight(1)
def test_views_that_are_not_contiguous_are_taken(submission, rng):
    weights = draw_weights(rng, dtype=torch.float32)
    x, context, real = draw(rng, dtype=torch.float32)
    want = query_by_query(weights, HEADS, x, context, real)
    got = build(submission, weights)(noncontiguous(x), noncontiguous(context), noncontiguous(real))
    check(got, want, "the same as for contiguous arguments", work=64)


@weight(1)
@pytest.mark.parametrize(("dim", "context_dim", "heads"), [(10, 8, 4), (7, 3, 3), (6, 12, 12)])
def test_heads_that_do_not_divide_the_features_are_refused(submission, dim, context_dim, heads):
    with raises(ValueError, dim, heads):
        submission.CrossAttention(dim, context_dim, heads)


@weight(1)
def test_arguments_are_left_unmodified(submission, rng):
    weights = draw_weights(rng, dtype=torch.float32)
    x, context, real = draw(rng, dtype=torch.float32)
    want = query_by_query(weights, HEADS, x, context, real)
    layer = build(submission, weights)
    check(layer(x, context, real), want, "a context with padding", work=64)
    check(layer(x, layer.cache(context), real), want, "a cached context with padding", work=64)
    untouched(submission)
