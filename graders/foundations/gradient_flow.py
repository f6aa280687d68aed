"""Checks of foundations/gradient_flow: the four stacks, gradients through them, and what reaches each layer's input."""

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    expect,
    expect_number,
    expect_type,
    gradients,
    noncontiguous,
    normal,
    sizes,
    untouched,
    weight,
)

KINDS = {
    "plain": (False, False),
    "normalised": (False, True),
    "residual": (True, False),
    "residual and normalised": (True, True),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def layer_by_layer(x, weights, residual, normalise, upstream):
    """Return (output, gradients of the layers' inputs, gradients of the matrices), by NumPy and the chain rule."""
    h, seen = x.double().numpy(), []
    matrices = list(weights.double().numpy())
    for w in matrices:
        deviation = (np.mean(h**2, axis=-1, keepdims=True) - np.mean(h, axis=-1, keepdims=True) ** 2 + 1e-5) ** 0.5
        read = (h - np.mean(h, axis=-1, keepdims=True)) / deviation if normalise else h
        y = np.tanh(np.einsum("...i,ij->...j", read, w))
        seen.append((read, deviation, y))
        h = h + y if residual else y
    grad, inputs, grad_weights = upstream.double().numpy(), [], []
    for w, (read, deviation, y) in zip(reversed(matrices), reversed(seen), strict=True):
        before = grad * (1 - y * y)
        grad_weights.insert(0, np.einsum("ni,nj->ij", read.reshape(-1, len(w)), before.reshape(-1, len(w))))
        back = np.einsum("...j,ij->...i", before, w)
        if normalise:
            along = np.mean(back * read, axis=-1, keepdims=True)
            back = (back - np.mean(back, axis=-1, keepdims=True) - read * along) / deviation
        grad = grad + back if residual else back
        inputs.insert(0, grad)
    return h, inputs, np.stack(grad_weights)


def norms_of(x, weights, residual, normalise):
    """Return the norm of the gradient of the summed output at each layer's input."""
    _, inputs, _ = layer_by_layer(x, weights, residual, normalise, torch.ones_like(x))
    return [float((grad**2).sum() ** 0.5) for grad in inputs]


def draw(rng, lead=None, dtype=torch.float64, scale=1.0):
    """Return x [..., W] and weights [L, W, W]; L, W and the number of examples differ."""
    depth, width, examples = sizes(rng, 3, 3, 8)
    lead = (examples,) if lead is None else lead
    weights = normal(rng, depth, width, width, dtype=dtype, scale=0.7 / width**0.5)
    return normal(rng, *lead, width, dtype=dtype, scale=scale), weights


def tensor(array, like):
    return torch.from_numpy(np.asarray(array)).to(like.dtype)


@weight(4, core=True)
@every_kind
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_the_stack_is_the_documented_one(submission, rng, kind, dtype):
    x, weights = draw(rng, dtype=dtype)
    want, _, _ = layer_by_layer(x, weights, *KINDS[kind], torch.zeros_like(x))
    got = submission.deep_stack(x, weights, *KINDS[kind])
    check(got, tensor(want, x), f"the {kind} stack of {len(weights)} layers", work=256)


@weight(2)
@every_kind
def test_gradients_flow_back_through_the_stack(submission, rng, kind):
    x, weights = draw(rng)
    upstream = normal(rng, *x.shape, dtype=torch.float64)
    _, inputs, grad_weights = layer_by_layer(x, weights, *KINDS[kind], upstream)
    got = gradients(submission.deep_stack, x, weights, *KINDS[kind], upstream=upstream)
    check(got.arguments[0], tensor(inputs[0], x), f"the gradient of x through the {kind} stack", work=256)
    check(got.arguments[1], tensor(grad_weights, x), f"the gradient of the weights of the {kind} stack", work=256)


@weight(5, core=True)
@every_kind
@pytest.mark.parametrize(("depth", "width"), [(1, 5), (4, 3), (7, 12)])
def test_the_norm_of_the_gradient_at_each_layers_input(submission, reference, rng, kind, depth, width):
    seed = int(rng.integers(1_000_000))
    want = norms_of(*reference.draw_stack(depth, width, seed), *KINDS[kind])
    got = submission.gradient_norms(depth, width, *KINDS[kind], seed)
    check(got, want, f"{kind}, {depth} layers: the norm at the input of each, the first layer first", work=1024)


@weight(3)
@every_kind
def test_fifty_layers(submission, reference, rng, kind):
    width, seed = int(rng.integers(20, 33)), int(rng.integers(1_000_000))
    want = norms_of(*reference.draw_stack(50, width, seed), *KINDS[kind])
    got = submission.gradient_norms(50, width, *KINDS[kind], seed)
    got = [expect_number(norm, "a norm") for norm in expect_type(got, list, "the norms")]
    expect(len(got) == 50, f"wanted: 50 norms; {len(got)} came back")
    # Logarithms, since the norms of the plain stack go down by ten orders of magnitude, and each one counts.
    expect(all(norm > 0 for norm in got), "wanted: norms above 0")
    about = f"{kind}, 50 layers: the norm at the input of each (here its logarithm)"
    check(np.log(got), np.log(want), about, tolerance=1e-8)
    kept = got[0] / got[-1]
    if kind == "plain":
        expect(kept < 1e-6, f"wanted: next to nothing left at the first layer; {kept:.3g} of the last one's norm is")
    elif kind != "normalised":
        expect(1 < kept < 100, f"wanted: a norm at the first layer near the last one's; it is {kept:.3g} times that")


@weight(2)
def test_two_features_worked_by_hand(submission, rng):
    # norm makes (c + a, c - a) into (s, -s), where s = a / sqrt(a**2 + 1e-5), and the identity leaves it there.
    c, a = float(rng.uniform(-3, 3)), float(rng.uniform(0.002, 0.02))
    x = torch.tensor([[c + a, c - a]], dtype=torch.float64)
    weights = torch.eye(2, dtype=torch.float64)[None]
    s = a / (a * a + 1e-5) ** 0.5
    bent = torch.tensor([[s, -s]], dtype=torch.float64).tanh()
    check(submission.deep_stack(x, weights, False, True), bent, "tanh(norm(h)) of two features", tolerance=1e-9)
    check(submission.deep_stack(x, weights, True, True), x + bent, "h + tanh(norm(h)) of two", tolerance=1e-9)
    check(submission.deep_stack(x, weights, False, False), x.tanh(), "tanh(h) of two features")
    twice = torch.cat([weights, weights])
    first = x + x.tanh()
    check(submission.deep_stack(x, twice, True, False), first + first.tanh(), "two layers of h + tanh(h)")


@weight(1)
@pytest.mark.parametrize("normalise", [False, True])
def test_layers_of_zeros_leave_the_residual_path_alone(submission, rng, normalise):
    x, weights = draw(rng)
    zeros = torch.zeros_like(weights)
    check(submission.deep_stack(x, zeros, True, normalise), x, "x itself past layers that add 0")
    check(submission.deep_stack(x, zeros, False, normalise), torch.zeros_like(x), "0 without the residual path")


@weight(1)
@every_kind
@pytest.mark.parametrize("lead", [(), (2, 5)], ids=["no axis", "two axes"])
def test_any_axes_before_the_features(submission, rng, kind, lead):
    x, weights = draw(rng, lead)
    want, _, _ = layer_by_layer(x, weights, *KINDS[kind], torch.zeros_like(x))
    check(submission.deep_stack(x, weights, *KINDS[kind]), tensor(want, x), f"{kind}, x [..., W]", work=256)


@weight(1)
def test_another_seed_gives_other_norms_and_the_same_seed_the_same(submission, reference, rng):
    for seed in (int(n) for n in rng.permutation(1_000)[:2].repeat(2)):
        want = norms_of(*reference.draw_stack(3, 6, seed), True, False)
        check(submission.gradient_norms(3, 6, True, False, seed), want, f"norms for the seed {seed}", work=1024)


@weight(1)
def test_flags_may_be_given_by_name(submission, reference, rng):
    seed = int(rng.integers(1_000))
    want = norms_of(*reference.draw_stack(5, 4, seed), True, True)
    got = submission.gradient_norms(depth=5, width=4, residual=True, normalise=True, seed=seed)
    check(got, want, "the norm at the input of each of 5 layers", work=1024)


@weight(1)
@every_kind
def test_views_are_taken_and_nothing_is_changed_in_place(submission, rng, kind):
    x, weights = draw(rng)
    want, _, _ = layer_by_layer(x, weights, *KINDS[kind], torch.zeros_like(x))
    got = submission.deep_stack(noncontiguous(x), noncontiguous(weights), *KINDS[kind])
    check(got, tensor(want, x), f"the {kind} stack of strided views", work=256)
    untouched(submission)
