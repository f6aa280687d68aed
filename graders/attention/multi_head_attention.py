"""Checks of attention/multi_head_attention: heads, masks, context, parameter names, gradients, errors."""

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
DIM, HEADS = 12, 3  # heads of 4 features


def draw_weights(rng, dim, dtype=torch.float64):
    """Return a state dict of weights that keep the variance and biases that cannot be overlooked."""
    weights = {}
    for name in PROJECTIONS:
        weights[f"{name}.weight"] = normal(rng, dim, dim, dtype=dtype, scale=dim**-0.5)
        weights[f"{name}.bias"] = normal(rng, dim, dtype=dtype)
    return weights


def build(module, weights, heads):
    """Return the module's MultiHeadAttention with these weights, in their dtype."""
    dim = len(weights["q_proj.bias"])
    layer = module.MultiHeadAttention(dim, heads)
    if weights["q_proj.bias"].dtype == torch.float64:
        layer.double()
    layer.load_state_dict(weights)
    return layer


def head_by_head(weights, heads, x, context, allowed):
    """Return the result for one x [T, dim] and context [S, dim] in float64, one head and one query after another."""
    w = {name: value.double().numpy() for name, value in weights.items()}
    x, context = x.double().numpy(), context.double().numpy()
    q = x @ w["q_proj.weight"].T + w["q_proj.bias"]
    k, v = (context @ w[f"{name}.weight"].T + w[f"{name}.bias"] for name in ("k_proj", "v_proj"))
    size = x.shape[1] // heads
    joined = np.zeros(x.shape)
    for head in range(heads):
        own = slice(head * size, (head + 1) * size)
        for t in range(len(x)):
            keys = np.flatnonzero(allowed[head, t])
            shares = np.exp([sum(q[t, own] * k[key, own]) / math.sqrt(size) for key in keys])
            for key, share in zip(keys, shares, strict=True):
                joined[t, own] += share / shares.sum() * v[key, own]
    return torch.from_numpy(joined @ w["out_proj.weight"].T + w["out_proj.bias"])


@weight(4, core=True)
@pytest.mark.parametrize(("dim", "heads"), [(12, 3), (10, 5), (6, 1), (8, 8)])
def test_each_head_attends_over_its_own_features(submission, rng, dim, heads):
    weights = draw_weights(rng, dim, torch.float32)
    x = normal(rng, 2, 7, dim, dtype=torch.float32)
    want = torch.stack([head_by_head(weights, heads, row, row, np.ones((heads, 7, 7))) for row in x]).float()
    check(build(submission, weights, heads)(x), want, "out_proj of the heads' results, joined in order", work=64)


@weight(3)
@pytest.mark.parametrize(("t", "s"), [(5, 9), (7, 4)], ids=["a longer context", "a shorter context"])
def test_keys_and_values_come_from_the_context(submission, rng, t, s):
    weights = draw_weights(rng, DIM)
    x, context = normal(rng, 2, t, DIM, dtype=torch.float64), normal(rng, 2, s, DIM, dtype=torch.float64)
    pairs = zip(x, context, strict=True)
    want = torch.stack([head_by_head(weights, HEADS, row, other, np.ones((HEADS, t, s))) for row, other in pairs])
    got = build(submission, weights, HEADS)(x, context)
    check(got, want, "queries from x, keys and values from the context", work=64)


@weight(1)
@pytest.mark.parametrize("lead", [(), (2,), (4, 2)], ids=["one sequence", "a batch", "two leading axes"])
def test_any_leading_axes_are_taken(submission, reference, rng, lead):
    weights = draw_weights(rng, DIM, torch.float32)
    x = normal(rng, *lead, 7, DIM, dtype=torch.float32)
    context = normal(rng, *lead, 5, DIM, dtype=torch.float32)
    want = build(reference, weights, HEADS)(x, context).detach()
    check(build(submission, weights, HEADS)(x, context), want, "every sequence for itself, in float32", work=64)


MASKS = {"for all heads": (7, 5), "for each head": (3, 7, 5), "of padding": (2, 1, 1, 5), "for all": (2, 3, 7, 5)}


@weight(3)
@pytest.mark.parametrize("shape", MASKS.values(), ids=MASKS)
def test_a_mask_lets_a_query_attend_where_it_is_true(submission, rng, shape):
    weights = draw_weights(rng, DIM)
    x, context = normal(rng, 2, 7, DIM, dtype=torch.float64), normal(rng, 2, 5, DIM, dtype=torch.float64)
    mask = rng.random(shape) < 0.5
    mask[..., 2], mask[..., 3] = True, False
    triples = zip(x, context, np.broadcast_to(mask, (2, 3, 7, 5)), strict=True)
    want = torch.stack([head_by_head(weights, HEADS, row, other, allowed) for row, other, allowed in triples])
    got = build(submission, weights, HEADS)(x, context, mask=torch.from_numpy(mask))
    check(got, want, "each head's softmax over the keys where the mask is True", work=64)


@weight(1)
def test_a_query_that_may_attend_to_nothing_gets_zeros_from_that_head(submission, reference, rng):
    weights = draw_weights(rng, DIM, torch.float32)
    x = normal(rng, 2, 5, DIM, dtype=torch.float32)
    mask = torch.from_numpy(rng.random((HEADS, 5, 5)) < 0.6)
    mask[..., 3] = True
    mask[:, 2] = False  # nothing for this query, whichever the head
    mask[1, 4] = False  # nothing in one of its heads
    layer = build(submission, weights, HEADS)
    got = layer(x, mask=mask)
    check(got, build(reference, weights, HEADS)(x, mask=mask).detach(), "0 from a head that sees nothing", work=64)
    got = layer(x, mask=torch.zeros(5, 5, dtype=torch.bool))
    want = weights["out_proj.bias"].expand(2, 5, DIM).clone()
    check(got, want, "out_proj's bias where no head sees anything")


@weight(1)
def test_a_mean_worked_by_hand(submission, rng):
    # Keys of 0 make every weight the same, and the identity passes the values on: each result is a mean.
    eye, none = torch.eye(6), torch.zeros(6)
    weights = {f"{name}.bias": none.clone() for name in PROJECTIONS}
    weights |= {"q_proj.weight": normal(rng, 6, 6, dtype=torch.float32), "k_proj.weight": torch.zeros(6, 6)}
    weights |= {"v_proj.weight": eye, "out_proj.weight": eye.clone()}
    x = torch.from_numpy(rng.integers(-20, 20, size=(4, 6))).float()
    got = build(submission, weights, 2)(x, mask=torch.tensor([[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [1] * 4]) == 1)
    want = torch.stack([x[0], (x[0] + x[1]) / 2, (x[1] + x[2] + x[3]) / 3, x.sum(dim=0) / 4])
    check(got, want, "the mean of the values that a query may see, when all keys are 0")


@weight(2)
@pytest.mark.parametrize("kind", ["self", "cross", "a row attends to nothing"])
def test_gradients_reach_the_arguments_and_all_parameters(submission, reference, rng, kind):
    weights = draw_weights(rng, DIM)
    arguments = [normal(rng, 2, 7, DIM, dtype=torch.float64)]
    if kind == "cross":
        arguments.append(normal(rng, 2, 5, DIM, dtype=torch.float64))
    mask = None
    if kind == "a row attends to nothing":
        mask = torch.ones(7, 7, dtype=torch.bool).tril(-1)
    upstream = normal(rng, 2, 7, DIM, dtype=torch.float64)
    got = gradients(build(submission, weights, HEADS), *arguments, mask=mask, upstream=upstream)
    model = build(reference, weights, HEADS)
    leaves = [x.clone().requires_grad_() for x in arguments]
    model(*leaves, mask=mask).backward(upstream)
    check(
        got.arguments, [leaf.grad for leaf in leaves], f"{kind}: the gradients with respect to the arguments", work=256
    )
    parameters = expect_type(got.parameters, dict, "the parameters' gradients")
    # A key's bias adds the same to all scores of a query, so that its gradient is 0 and nothing but rounding is left.
    rounding = expect_array(parameters.pop("k_proj.bias", None), (DIM,), torch.float64, "the gradient of k_proj.bias")
    expect(np.abs(rounding).max() < 1e-9, f"{kind}: the gradient of k_proj.bias is 0, but for rounding")
    wanted = {name: parameter.grad for name, parameter in model.named_parameters() if name != "k_proj.bias"}
    check(parameters, wanted, f"{kind}: the gradients of the parameters by name", work=1024)


@weight(1)
def test_parameters_have_the_documented_names_and_shapes(submission):
    got = probe(submission, named_shapes, 10, 2)
    want = {}
    for name in PROJECTIONS:
        want |= {f"{name}.weight": [10, 10], f"{name}.bias": [10]}
    check(got, want, "the state dict holds weight and bias of q_proj, k_proj, v_proj and out_proj, and nothing else")


def named_shapes(module, dim, heads):
    return {name: list(value.shape) for name, value in module.MultiHeadAttention(dim, heads).state_dict().items()}


@weight(1)
def test_layers_begin_as_linear_layers_do(submission):
    # Uniform within 1 / sqrt(features): the largest of thousands is next to that, and the deviation that over sqrt(3).
    got = expect_type(probe(submission, fresh_weights, 64, 4), dict, "the state dict")
    for name in PROJECTIONS:
        value = expect_array(got.get(f"{name}.weight"), (64, 64), torch.float32, f"{name}.weight")
        largest, spread = np.abs(value).max() * 64**0.5, value.std() * (3 * 64) ** 0.5
        is_uniform = 0.95 < largest < 1.001 and 0.9 < spread < 1.1
        size = f"{largest:.3g} times 1 / sqrt(features that go in)"
        expect(is_uniform, f"wanted: {name}.weight as torch.nn.Linear draws it; its largest entry is {size}")


def fresh_weights(module, dim, heads):
    return dict(module.MultiHeadAttention(dim, heads).state_dict())


@weight(1)
def test_large_scores_do_not_overflow(submission, reference, rng):
    weights = draw_weights(rng, DIM)
    x = normal(rng, 2, 5, DIM, dtype=torch.float64, scale=50.0)  # scores in the thousands, whose exp is infinite
    want = build(reference, weights, HEADS)(x).detach()
    check(build(submission, weights, HEADS)(x), want, "the softmax of scores in the thousands", tolerance=1e-8)


@weight(1)
def test_a_view_that_is_not_contiguous_is_taken(submission, reference, rng):
    weights = draw_weights(rng, DIM, torch.float32)
    x, context = normal(rng, 2, 7, DIM, dtype=torch.float32), normal(rng, 2, 5, DIM, dtype=torch.float32)
    want = build(reference, weights, HEADS)(x, context).detach()
    got = build(submission, weights, HEADS)(noncontiguous(x), noncontiguous(context))
    check(got, want, "the same as for contiguous arguments", work=64)


@weight(1)
@pytest.mark.parametrize(("dim", "heads"), [(10, 4), (7, 3), (6, 12)])
def test_heads_that_do_not_divide_the_features_are_refused(submission, dim, heads):
    with raises(ValueError, dim, heads):
        submission.MultiHeadAttention(dim, heads)


@weight(1)
def test_arguments_are_left_unmodified(submission, reference, rng):
    weights = draw_weights(rng, DIM, torch.float32)
    x, context = normal(rng, 2, 7, DIM, dtype=torch.float32), normal(rng, 2, 5, DIM, dtype=torch.float32)
    mask = torch.from_numpy(rng.random((7, 5)) < 0.6)
    want = build(reference, weights, HEADS)(x.clone(), context.clone(), mask=mask.clone()).detach()
    check(build(submission, weights, HEADS)(x, context, mask=mask), want, "masked cross attention", work=64)
    untouched(submission)
