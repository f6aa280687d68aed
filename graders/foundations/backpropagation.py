"""Checks of foundations/backpropagation: logits, each gradient, the kink, several passes at once, descent."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_type, noncontiguous, normal, sizes, untouched, weight

NAMES = ("W1", "b1", "W2", "b2")


def draw(rng, dtype=np.float64, examples=None):
    """Return params, x and grad_logits; B, D, H and C all differ, and about half of the hidden units are 0."""
    b, d, h, c = sizes(rng, 4, 2, 8)
    b = b if examples is None else examples
    shapes = {"W1": (d, h), "b1": (h,), "W2": (h, c), "b2": (c,)}
    params = {name: normal(rng, *shape, dtype=dtype) for name, shape in shapes.items()}
    return params, normal(rng, b, d, dtype=dtype), normal(rng, b, c, dtype=dtype)


def unit_by_unit(params, x, grad_logits):
    """Return (logits, gradients) in x's dtype, from one multiplication at a time in float64."""
    w1, b1, w2, b2 = (params[name].astype(np.float64) for name in NAMES)
    logits = np.zeros(grad_logits.shape)
    grads = {name: np.zeros(value.shape) for name, value in (*params.items(), ("x", x))}
    for b in range(len(x)):
        inputs = [math.fsum([b1[j], *(float(x[b, i]) * w1[i, j] for i in range(len(w1)))]) for j in range(len(b1))]
        active = [j for j, value in enumerate(inputs) if value > 0]
        for k in range(len(b2)):
            g = float(grad_logits[b, k])
            logits[b, k] = math.fsum([b2[k], *(inputs[j] * w2[j, k] for j in active)])
            grads["b2"][k] += g
            for j in active:
                grads["W2"][j, k] += inputs[j] * g
                grads["b1"][j] += w2[j, k] * g
                for i in range(len(w1)):
                    grads["W1"][i, j] += float(x[b, i]) * w2[j, k] * g
                    grads["x"][b, i] += w1[i, j] * w2[j, k] * g
    return logits.astype(x.dtype), {name: value.astype(x.dtype) for name, value in grads.items()}


def run(submission, params, x):
    """Return the learner's (logits, cache)."""
    got = expect_type(submission.forward(params, x), tuple, "(logits, cache)")
    expect(len(got) == 2, f"wanted: (logits, cache); came back: a tuple of {len(got)}")
    return got


def mean_loss(logits, targets):
    """Return the mean cross-entropy in nats, and its gradient with respect to the logits."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    wanted = np.eye(logits.shape[1])[targets]
    return -np.log((shares * wanted).sum(axis=1)).mean(), (shares - wanted) / len(targets)


DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


@weight(2, core=True)
@DTYPES
def test_forward_gives_the_logits(submission, rng, dtype):
    params, x, grad_logits = draw(rng, dtype)
    logits, _ = run(submission, params, x)
    check(logits, unit_by_unit(params, x, grad_logits)[0], "relu(x W1 + b1) W2 + b2", work=64)


@weight(5, core=True)
@pytest.mark.parametrize("name", [*NAMES, "x"])
@DTYPES
def test_backward_gives_the_gradient(submission, rng, name, dtype):
    params, x, grad_logits = draw(rng, dtype)
    _, cache = run(submission, params, x)
    grads = expect_type(submission.backward(params, cache, grad_logits), dict, "the gradients")
    expect(name in grads, f"wanted: a gradient of {name}; it is missing")
    want = unit_by_unit(params, x, grad_logits)[1][name]
    check(grads[name], want, f"the gradient with respect to {name}", work=64)


@weight(2)
def test_two_examples_worked_by_hand(submission, rng):
    # x W1 + b1 is [[2, -1], [-1, 2]] up to the scale a, so each example uses a hidden unit of its own.
    a, b = (float(n) for n in rng.integers(2, 9, size=2))
    params = {
        "W1": np.array([[1.0, -1.0]]),
        "b1": np.array([0.0, a]),
        "W2": np.array([[3.0], [5.0]]),
        "b2": np.array([b]),
    }
    x = np.array([[2 * a], [-a]])
    logits, cache = run(submission, params, x)
    check(logits, np.array([[6 * a + b], [10 * a + b]]), "3 and 5 times the unit that each example has left")
    want = {
        "b2": np.array([11.0]),
        "W2": np.array([[2 * a], [20 * a]]),
        "b1": np.array([3.0, 50.0]),
        "W1": np.array([[6 * a, -50 * a]]),
        "x": np.array([[3.0], [-50.0]]),
    }
    got = submission.backward(params, cache, np.array([[1.0], [10.0]]))
    check(got, want, "the gradients of W1, b1, W2, b2 and x for the gradients 1 and 10 of the logits")


@weight(2)
def test_nothing_comes_through_a_unit_at_exactly_zero(submission, rng):
    params, x, grad_logits = draw(rng)
    params = {name: np.round(3 * value) for name, value in params.items()}
    x = np.round(3 * x)
    params["b1"][:2] = -(x[0] @ params["W1"])[:2]  # integers, so x W1 + b1 is 0 exactly
    logits, grads = unit_by_unit(params, x, grad_logits)
    got, cache = run(submission, params, x)
    check(got, logits, "relu(x W1 + b1) W2 + b2", work=64)
    check(submission.backward(params, cache, grad_logits), grads, "the derivative 0 where a unit is at 0", work=64)


@weight(2)
@pytest.mark.parametrize("examples", [1, 40])
def test_any_number_of_examples(submission, rng, examples):
    params, x, grad_logits = draw(rng, examples=examples)
    logits, grads = unit_by_unit(params, x, grad_logits)
    got, cache = run(submission, params, x)
    check(got, logits, f"the logits of {examples} examples", work=64)
    check(submission.backward(params, cache, grad_logits), grads, "gradients summed over the examples", work=256)


@weight(2)
def test_each_cache_belongs_to_its_own_pass(submission, rng):
    passes = [draw(rng) for _ in range(2)]
    caches = [run(submission, params, x)[1] for params, x, _ in passes]
    for (params, x, grad_logits), cache in zip(passes, caches, strict=True):
        want = unit_by_unit(params, x, grad_logits)[1]
        got = submission.backward(params, cache, grad_logits)
        check(got, want, "the gradients of the first of two passes, then of the second", work=64)


@weight(2)
@DTYPES
def test_a_step_goes_against_the_gradient(submission, rng, dtype):
    params, x, grad_logits = draw(rng, dtype)
    grads = unit_by_unit(params, x, grad_logits)[1]
    lr = float(rng.uniform(0.01, 2))
    want = {name: (value.astype(np.float64) - lr * grads[name]).astype(dtype) for name, value in params.items()}
    check(submission.sgd_step(params, grads, lr), want, "each parameter less lr times its gradient, and no x")
    untouched(submission)


@weight(2)
def test_ten_steps_lower_the_loss(submission, rng):
    params, x, _ = draw(rng, examples=12)
    params = {name: 0.5 * value for name, value in params.items()}
    targets = rng.integers(len(params["b2"]), size=12)
    mine, losses = dict(params), []
    for _ in range(10):
        logits, cache = run(submission, params, x)
        want, _ = unit_by_unit(mine, x, np.zeros((12, len(mine["b2"]))))
        check(logits, want, "the logits of each step", tolerance=1e-7)
        loss, grad_logits = mean_loss(want, targets)
        losses.append(loss)
        params = submission.sgd_step(params, submission.backward(params, cache, grad_logits), 0.05)
        grads = unit_by_unit(mine, x, grad_logits)[1]
        mine = {name: value - 0.05 * grads[name] for name, value in mine.items()}
        check(params, mine, "the parameters after each step", tolerance=1e-7)
    final, _ = run(submission, params, x)
    check(final, unit_by_unit(mine, x, np.zeros_like(grad_logits))[0], "the logits in the end", tolerance=1e-7)
    after = mean_loss(np.asarray(final), targets)[0]
    expect(after < losses[0], f"wanted: a loss below that of the start; it went from {losses[0]:.4g} to {after:.4g}")


@weight(1)
def test_views_are_taken_and_nothing_is_changed_in_place(submission, rng):
    params, x, grad_logits = draw(rng)
    params["W1"], params["W2"] = np.asfortranarray(params["W1"]), noncontiguous(params["W2"])
    logits, grads = unit_by_unit(params, x, grad_logits)
    got, cache = run(submission, params, noncontiguous(x))
    check(got, logits, "the logits for strided views", work=64)
    check(submission.backward(params, cache, np.asfortranarray(grad_logits)), grads, "their gradients", work=64)
    untouched(submission)
