"""Checks of foundations/adamw: several steps in a row, the corrections, eps, the decay, and where the state is kept."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_type, noncontiguous, normal, sizes, untouched, weight

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def weighted_mean(values, beta):
    """Return the mean of values, the latest first in weight: each older one counts beta times the next."""
    shares = [beta**age for age in reversed(range(len(values)))]
    return sum(share * value for share, value in zip(shares, values, strict=True)) / math.fsum(shares)


def from_history(param, grads, rates, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
    """Return the parameter after each step in its dtype, from all gradients so far and nothing kept, in float64.

    m / (1 - beta**t) is the mean of all gradients, weighted by beta to the power of their age.
    """
    after, current = [], param.astype(np.float64)
    history = [grad.astype(np.float64) for grad in grads]
    for t, lr in enumerate(rates, start=1):
        direction = weighted_mean(history[:t], betas[0])
        size = weighted_mean([grad * grad for grad in history[:t]], betas[1]) ** 0.5
        current = (1 - lr * weight_decay) * current - lr * (direction / (size + eps))
        after.append(current.astype(param.dtype))
    return after


def draw(rng, steps, dtype=np.float64, scale=1.0):
    """Return a parameter [a, b] and a gradient for each step, with a mean that differs from entry to entry."""
    shape = tuple(sizes(rng, 2, 2, 6))
    mean = rng.normal(size=shape)
    return normal(rng, *shape, dtype=dtype), [
        (scale * (mean + rng.normal(size=shape))).astype(dtype) for _ in range(steps)
    ]


def take(submission, param, grad, state, *settings, **named):
    """Return the learner's (param, state) after a step."""
    got = expect_type(submission.adamw_step(param, grad, state, *settings, **named), tuple, "(param, state)")
    expect(len(got) == 2, f"wanted: (param, state); came back: a tuple of {len(got)}")
    return got


SETTINGS = {
    "as by default": {},
    "without decay": {"weight_decay": 0.0},
    "with a strong decay": {"weight_decay": 0.8},
    "with other betas": {"betas": (0.7, 0.85)},
    "with betas of a language model": {"betas": (0.9, 0.95), "weight_decay": 0.1},
    "without a memory": {"betas": (0.0, 0.0), "weight_decay": 0.2},
    "with a large eps": {"eps": 0.5},
}


@weight(5, core=True)
@pytest.mark.parametrize("case", SETTINGS)
@DTYPES
def test_several_steps_in_a_row(submission, rng, case, dtype):
    param, grads = draw(rng, 6, dtype)
    # None near 0: m + (1 - beta1) * (g - m) is right too, and with beta1 = 0 its rounding is that of the m before.
    grads = [np.copysign(np.maximum(np.abs(grad), dtype(0.3)), grad) for grad in grads]
    lr = float(rng.uniform(0.05, 0.3))
    want = from_history(param, grads, [lr] * 6, **SETTINGS[case])
    state = {}
    for t, grad in enumerate(grads, start=1):
        param, state = take(submission, param, grad, state, lr, **SETTINGS[case])
        check(param, want[t - 1], f"{case}: the parameter after step {t}", work=16)


@weight(3, core=True)
def test_two_steps_worked_by_hand(submission, rng):
    # g is 4a, then -4a. m: 2a, -a and v: 8 a^2, 12 a^2. Over 1/2 and then 3/4, mhat: 4a, -4a/3 and vhat: 16 a^2, twice.
    # eps is 4a, so lr times 1/2 goes off, then lr times 1/6 comes back.
    a, u = 2.0 ** int(rng.integers(-3, 4)), float(rng.integers(1, 9)) / 8
    settings = (6 * u, (0.5, 0.5), 4 * a, 0.0)
    param, state = take(submission, np.array([0.0, 1.0]), np.array([4 * a, -4 * a]), {}, *settings)
    check(param, np.array([-3 * u, 1 + 3 * u]), "mhat = g and sqrt(vhat) = |g| at the first step")
    param, state = take(submission, param, np.array([-4 * a, 4 * a]), state, *settings)
    check(param, np.array([-2 * u, 1 + 2 * u]), "mhat and vhat of two opposite gradients at the second step")


@weight(2)
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.3, 0.6), (0.99, 0.5)])
def test_the_first_step_has_the_length_lr_whatever_the_betas(submission, rng, betas):
    signs, lr = rng.choice([-1.0, 1.0], size=(3, 7)), float(rng.uniform(0.01, 1))
    grad = signs * 10.0 ** rng.uniform(-3, 3, size=(3, 7))
    got, _ = take(submission, np.zeros((3, 7)), grad, {}, lr, betas=betas, eps=1e-30)
    check(got, -lr * signs, "lr against the sign of each gradient, be it large or small")


@weight(2)
@pytest.mark.parametrize("scale", [1e-4, 1e4], ids=["small", "large"])
def test_decay_is_a_share_of_the_parameter_whatever_the_gradient(submission, rng, scale):
    param, grads = draw(rng, 2, scale=scale)
    state, lr, decay = {}, 0.25, float(rng.uniform(0.2, 1))
    want = from_history(param, grads, [lr, lr], weight_decay=decay)
    for grad, wanted in zip(grads, want, strict=True):
        param, state = take(submission, param, grad, state, lr, weight_decay=decay)
        check(
            param, wanted, f"{scale:g} times as large gradients: param less lr * weight_decay * param, besides the step"
        )


@weight(2)
def test_gradients_of_zero_leave_nothing_but_the_decay(submission, rng):
    param = normal(rng, 4, 3)
    lr, decay = (float(x) for x in rng.uniform(0.1, 0.9, size=2))
    current, state = param, {}
    for t in range(1, 4):
        current, state = take(submission, current, np.zeros((4, 3)), state, lr, weight_decay=decay)
        check(current, param * (1 - lr * decay) ** t, "param times 1 - lr * weight_decay at each step")


@weight(2)
def test_a_gradient_is_remembered_when_the_next_is_zero(submission, rng):
    param, (grad,) = draw(rng, 1)
    grads = [grad, *[np.zeros_like(grad)] * 3]
    want, state = from_history(param, grads, [0.1] * 4, weight_decay=0.0), {}
    for t, grad in enumerate(grads):
        param, state = take(submission, param, grad, state, 0.1, weight_decay=0.0)
        check(param, want[t], f"a step {t} steps after the only gradient that is not 0", work=16)


@weight(1)
def test_the_learning_rate_may_change_from_step_to_step(submission, rng):
    param, grads = draw(rng, 5)
    rates = [0.0, 0.3, 0.02, 0.5, 0.1]
    want, state = from_history(param, grads, rates, weight_decay=0.3), {}
    for t, (grad, lr) in enumerate(zip(grads, rates, strict=True)):
        param, state = take(submission, param, grad, state, lr, weight_decay=0.3)
        check(param, want[t], f"the parameter after the learning rates {rates[: t + 1]}", work=16)


@weight(1)
def test_two_hundred_steps_with_the_same_gradient(submission, rng):
    # Few entries and the same gradient each time, so that mhat and vhat are g and g**2 throughout.
    param, grad = normal(rng, 3), normal(rng, 3) + 3
    current, state = param, {}
    for _ in range(200):
        current, state = take(submission, current, grad, state, 0.01, eps=1e-30, weight_decay=0.0)
    check(current, param - 200 * 0.01, "200 steps of length lr for a gradient that stays the same", tolerance=1e-9)


@weight(2)
def test_parameters_trained_by_turns_do_not_mix(submission, rng):
    drawn = [draw(rng, 3) for _ in range(2)]
    wants = [from_history(param, grads, [0.1] * 3) for param, grads in drawn]
    params, states = [param for param, _ in drawn], [{}, {}]
    for t in range(3):
        for i, (_, grads) in enumerate(drawn):
            params[i], states[i] = take(submission, params[i], grads[t], states[i], 0.1)
            check(params[i], wants[i][t], f"step {t + 1} of one of two parameters, by turns", work=16)


@weight(2)
def test_an_earlier_state_can_be_taken_up_again(submission, rng):
    param, grads = draw(rng, 4)
    first, second = from_history(param, grads[:3], [0.1] * 3), from_history(param, [*grads[:2], grads[3]], [0.1] * 3)
    state = {}
    for grad in grads[:2]:
        param, state = take(submission, param, grad, state, 0.1)
    for last, want in ((grads[2], first[2]), (grads[3], second[2]), (grads[2], first[2])):
        got, _ = take(submission, param, last, state, 0.1)
        check(got, want, "the third step, three times from the same param and state", work=16)
    untouched(submission)


@weight(1)
@pytest.mark.parametrize("shape", [(5,), (1,), (2, 3, 4)], ids=["a vector", "a single entry", "rank 3"])
def test_any_shape(submission, rng, shape):
    param, grads = normal(rng, *shape), [normal(rng, *shape) for _ in range(2)]
    want, state = from_history(param, grads, [0.1, 0.1]), {}
    for grad, wanted in zip(grads, want, strict=True):
        param, state = take(submission, param, grad, state, 0.1)
        check(param, wanted, f"the parameter of shape {list(shape)}", work=16)


@weight(1)
def test_views_are_taken_and_nothing_is_changed_in_place(submission, rng):
    param, grads = draw(rng, 2)
    want, state = from_history(param, grads, [0.1, 0.1]), {}
    for grad, wanted, view in zip(grads, want, (noncontiguous, np.asfortranarray), strict=True):
        param, state = take(submission, view(param), view(grad), state, 0.1)
        check(param, wanted, "the parameter after a step with strided views", work=16)
    untouched(submission)
