"""Checks of attention/kv_cache: equality with the full causal pass, state, work, errors."""

import math

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    count_flops,
    expect,
    expect_array,
    expect_number,
    expect_type,
    noncontiguous,
    normal,
    probe,
    raises,
    untouched,
    weight,
)

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "out_proj")


def draw_weights(rng, dim, dtype=torch.float64):
    return {f"{name}.weight": normal(rng, dim, dim, dtype=dtype, scale=dim**-0.5) for name in PROJECTIONS}


def build(module, weights, heads):
    """Return the module's CachedAttention with these weights, in their dtype."""
    layer = module.CachedAttention(len(weights["q_proj.weight"]), heads)
    if weights["q_proj.weight"].dtype == torch.float64:
        layer.double()
    layer.load_state_dict(weights)
    return layer


def position_by_position(weights, heads, x):
    """Return what causal attention gives at each position of x [B, T, dim], in float64, from all of x at once."""
    matrices = [weights[f"{name}.weight"].double().numpy() for name in PROJECTIONS]
    q, k, v = (np.einsum("btd,ed->bte", x.double().numpy(), matrix) for matrix in matrices[:3])
    size = x.shape[2] // heads
    joined = np.zeros(x.shape)
    for b, t, head in np.ndindex(*x.shape[:2], heads):
        own = slice(head * size, (head + 1) * size)
        scores = k[b, : t + 1, own] @ q[b, t, own] / math.sqrt(size)
        shares = np.exp(scores - scores.max())
        joined[b, t, own] = shares @ v[b, : t + 1, own] / shares.sum()
    return torch.from_numpy(joined @ matrices[3].T)


# How a text of 9 positions is read: a number above 0 is a prefill of that many, 0 is a step.
WAYS = {
    "one prefill": [9],
    "a prefill, then steps": [5, 0, 0, 0, 0],
    "steps from an empty cache": [0] * 9,
    "prefills in pieces": [2, 4, 3],
    "prefills and steps by turns": [1, 0, 3, 0, 0, 2],
}


@weight(5, core=True)
@pytest.mark.parametrize("way", WAYS)
def test_every_position_is_that_of_the_full_causal_pass(submission, rng, way):
    weights = draw_weights(rng, 12, torch.float32)
    x = normal(rng, 2, 9, 12, dtype=torch.float32)
    want = position_by_position(weights, 3, x).float()
    layer = build(submission, weights, 3)
    start = 0
    for length in WAYS[way]:
        part = slice(start, start + max(length, 1))
        got = layer.prefill(x[:, part]) if length else layer.step(x[:, part])
        check(got, want[:, part], f"{way}: causal attention over all positions up to each one", work=64)
        start = part.stop


@weight(1)
@pytest.mark.parametrize(("dim", "heads"), [(6, 1), (8, 8), (10, 5)])
def test_any_number_of_heads_in_float64(submission, reference, rng, dim, heads):
    weights = draw_weights(rng, dim)
    x = normal(rng, 3, 7, dim, dtype=torch.float64)
    layer, model = build(submission, weights, heads), build(reference, weights, heads)
    check(layer.prefill(x[:, :5]), model.prefill(x[:, :5]).detach(), f"{heads} heads: a prefill", work=64)
    for t in (5, 6):
        check(layer.step(x[:, t : t + 1]), model.step(x[:, t : t + 1]).detach(), f"{heads} heads: a step", work=64)


@weight(1)
def test_running_means_worked_by_hand(submission, rng):
    # Keys of 0 make every weight the same, and the identity passes the values on.
    weights = draw_weights(rng, 4, torch.float32)
    weights |= {"k_proj.weight": torch.zeros(4, 4), "v_proj.weight": torch.eye(4), "out_proj.weight": torch.eye(4)}
    x = torch.from_numpy(rng.integers(-20, 20, size=(3, 5, 4))).float()
    layer = build(submission, weights, 2)
    want = torch.stack([x[:, 0], (x[:, 0] + x[:, 1]) / 2, (x[:, 0] + x[:, 1] + x[:, 2]) / 3], dim=1)
    check(layer.prefill(x[:, :3]), want, "the mean of the values so far, when all keys are 0")
    want = (x[:, :1] + x[:, 1:2] + x[:, 2:3] + x[:, 3:4]) / 4
    check(layer.step(x[:, 3:4]), want, "the mean of all the values, the newest included, when all keys are 0")


@weight(2)
@pytest.mark.parametrize("held", [24, 60])
def test_a_step_does_not_project_past_positions_again(submission, rng, held):
    batch, dim = 3, 16
    weights = draw_weights(rng, dim, torch.float32)
    x = normal(rng, batch, held, dim, dtype=torch.float32)
    layer = build(submission, weights, 4)
    layer.prefill(x[:, :-2])
    layer.step(x[:, -2:-1])
    got, flops = count_flops(layer.step, x[:, -1:])
    want = position_by_position(weights, 4, x)[:, -1:].float()
    check(got, want, "the last position of the full causal pass", work=64)
    bound = 1.25 * (8 * batch * dim**2 + 4 * batch * held * dim)
    flops = expect_number(flops, "the number of floating-point operations")
    expect(
        flops <= bound,
        f"a step on a cache of {held} positions takes about 8 B dim^2 + 4 B S dim floating-point operations in matrix "
        f"products, at most {bound:,.0f} here; this one took {flops:,.0f}",
    )


@weight(2)
def test_instances_do_not_share_a_cache(submission, reference, rng):
    first, second = draw_weights(rng, 6), draw_weights(rng, 6)
    x, y = normal(rng, 2, 5, 6, dtype=torch.float64), normal(rng, 2, 7, 6, dtype=torch.float64)
    layers, models = ([build(module, w, 2) for w in (first, second)] for module in (submission, reference))
    for layer, model, text in zip(layers, models, (x, y), strict=True):
        check(layer.prefill(text[:, :3]), model.prefill(text[:, :3]).detach(), "each instance its own text", work=64)
    for t in (3, 4):
        for layer, model, text in zip(layers, models, (x, y), strict=True):
            want = model.step(text[:, t : t + 1]).detach()
            check(layer.step(text[:, t : t + 1]), want, "instances read their texts by turns", work=64)


@weight(2)
def test_reset_forgets_the_text_but_not_the_parameters(submission, reference, rng):
    weights = draw_weights(rng, 6)
    x, y = normal(rng, 2, 5, 6, dtype=torch.float64), normal(rng, 3, 4, 6, dtype=torch.float64)
    layer, model = build(submission, weights, 2), build(reference, weights, 2)
    layer.reset()  # of an empty cache
    check(layer.prefill(x), model.prefill(x).detach(), "a prefill", work=64)
    layer.reset()
    model.reset()
    check(layer.step(x[:, :1]), model.step(x[:, :1]).detach(), "after reset a step starts a new text", work=64)
    layer.reset()
    model.reset()
    check(layer.prefill(y), model.prefill(y).detach(), "after reset a batch of another size is taken", work=64)


@weight(1)
@pytest.mark.parametrize("call", ["prefill", "step"])
@pytest.mark.parametrize(("held", "batch"), [(2, 7), (300, 2)], ids=["a larger one", "a smaller one"])
def test_another_batch_size_is_refused_and_changes_nothing(submission, reference, rng, held, batch, call):
    weights = draw_weights(rng, 6)
    x, other = normal(rng, held, 5, 6, dtype=torch.float64), normal(rng, batch, 1, 6, dtype=torch.float64)
    layer, model = build(submission, weights, 2), build(reference, weights, 2)
    check(layer.prefill(x[:, :4]), model.prefill(x[:, :4]).detach(), "a prefill", work=64)
    with raises(ValueError, held, batch):
        getattr(layer, call)(other)
    check(layer.step(x[:, 4:]), model.step(x[:, 4:]).detach(), "the text goes on as if nothing had happened", work=64)


@weight(1)
def test_a_step_of_several_positions_is_refused_and_changes_nothing(submission, reference, rng):
    weights = draw_weights(rng, 6)
    x = normal(rng, 2, 5, 6, dtype=torch.float64)
    layer, model = build(submission, weights, 2), build(reference, weights, 2)
    check(layer.prefill(x[:, :4]), model.prefill(x[:, :4]).detach(), "a prefill", work=64)
    with raises(ValueError, 3):
        layer.step(x[:, :3])
    check(layer.step(x[:, 4:]), model.step(x[:, 4:]).detach(), "the text goes on as if nothing had happened", work=64)


@weight(1)
@pytest.mark.parametrize(("dim", "heads"), [(10, 4), (7, 3)])
def test_heads_that_do_not_divide_the_features_are_refused(submission, dim, heads):
    with raises(ValueError, dim, heads):
        submission.CachedAttention(dim, heads)


@weight(1)
def test_parameters_have_the_documented_names_and_shapes(submission):
    want = {f"{name}.weight": [10, 10] for name in PROJECTIONS}
    got = probe(submission, named_shapes, 10, 2)
    check(got, want, "the state dict holds the weights of q_proj, k_proj, v_proj and out_proj, and nothing else")


def named_shapes(module, dim, heads):
    return {name: list(value.shape) for name, value in module.CachedAttention(dim, heads).state_dict().items()}


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
    return dict(module.CachedAttention(dim, heads).state_dict())


@weight(1)
def test_large_scores_do_not_overflow(submission, rng):
    weights = draw_weights(rng, 12)
    x = normal(rng, 2, 6, 12, dtype=torch.float64, scale=50.0)  # scores in the thousands, whose exp is infinite
    want = position_by_position(weights, 3, x)
    layer = build(submission, weights, 3)
    check(layer.prefill(x[:, :5]), want[:, :5], "a prefill with scores in the thousands", tolerance=1e-8)
    check(layer.step(x[:, 5:]), want[:, 5:], "a step with scores in the thousands", tolerance=1e-8)


@weight(1)
def test_x_may_be_a_strided_view_and_is_left_unmodified(submission, reference, rng):
    weights = draw_weights(rng, 12, torch.float32)
    x = normal(rng, 2, 6, 12, dtype=torch.float32)
    layer, model = build(submission, weights, 3), build(reference, weights, 3)
    got = layer.prefill(noncontiguous(x[:, :5]))
    check(got, model.prefill(x[:, :5].clone()).detach(), "a prefill with a strided view", work=64)
    got = layer.step(noncontiguous(x[:, 5:]))
    check(got, model.step(x[:, 5:].clone()).detach(), "a step with a strided view", work=64)
    untouched(submission)
