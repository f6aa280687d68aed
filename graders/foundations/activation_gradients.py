"""Checks of foundations/activation_gradients: values, derivatives, zeros, infinities, dtype, views."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect_array, noncontiguous, normal, sizes, untouched, weight

SLOPE = 0.15
FORMULAS = {
    "relu": lambda v: max(v, 0.0),
    "relu_grad": lambda v: float(v > 0),
    "leaky_relu": lambda v: v if v > 0 else SLOPE * v,
    "leaky_relu_grad": lambda v: 1.0 if v > 0 else SLOPE,
    "gelu": lambda v: v * normal_below(v),
    "gelu_grad": lambda v: normal_below(v) + v * math.exp(-v * v / 2) / math.sqrt(2 * math.pi),
}
ABOUT = {
    "relu": "x above 0, else 0",
    "relu_grad": "1 above 0, else 0",
    "leaky_relu": "x above 0, else slope * x",
    "leaky_relu_grad": "1 above 0, else slope",
    "gelu": "x times the standard normal distribution function of x",
    "gelu_grad": "the derivative of x times the standard normal distribution function of x",
}
every_function = pytest.mark.parametrize("name", FORMULAS)


def normal_below(v):
    return (1 + math.erf(v / math.sqrt(2))) / 2


def call(submission, name, x, slope=SLOPE):
    return getattr(submission, name)(x, *([slope] if name.startswith("leaky") else []))


def one_by_one(name, x):
    """Return the function of each entry, by Python's floats, in x's dtype."""
    return np.array([FORMULAS[name](float(v)) for v in x.flat]).reshape(x.shape).astype(x.dtype)


@weight(4, core=True)
@every_function
@pytest.mark.parametrize("rank", [1, 3])
def test_values_are_those_of_the_formula(submission, rng, name, rank):
    x = normal(rng, *sizes(rng, rank, 4, 7), scale=1.5)
    check(call(submission, name, x), one_by_one(name, x), ABOUT[name])


@weight(2)
@every_function
def test_float32_stays_float32(submission, rng, name):
    x = normal(rng, *sizes(rng, 2, 4, 7), dtype=np.float32)
    check(call(submission, name, x), one_by_one(name, x), f"{ABOUT[name]}, in float32")


@weight(2)
@pytest.mark.parametrize("name", ["relu", "leaky_relu", "gelu"])
def test_derivatives_agree_with_central_differences(submission, rng, name):
    x = normal(rng, *sizes(rng, 2, 4, 7), scale=1.5)
    x += np.where(x > 0, 0.01, -0.01)  # away from the kink
    step = 1e-5
    ahead, behind = (
        expect_array(call(submission, name, x + shift), x.shape, np.float64, name) for shift in (step, -step)
    )
    about = f"(f(x + h) - f(x - h)) / 2h with your own {name} for f"
    check(call(submission, f"{name}_grad", x), (ahead - behind) / (2 * step), about, tolerance=1e-8)


@weight(2)
@every_function
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_zeros_of_both_signs(submission, rng, name, dtype):
    x = normal(rng, 5, dtype=dtype)
    x[[1, 3]] = 0.0, -0.0
    want = one_by_one(name, x)
    check(call(submission, name, x), want, f"{ABOUT[name]}; as documented at 0, and -0.0 is 0")


@weight(2)
@every_function
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_infinities_give_the_limits(submission, rng, name, dtype):
    x = normal(rng, 2, 4, dtype=dtype)
    x[0, 1], x[1, 2] = np.inf, -np.inf
    limits = {
        "relu": (math.inf, 0.0),
        "relu_grad": (1.0, 0.0),
        "leaky_relu": (math.inf, -math.inf),
        "leaky_relu_grad": (1.0, SLOPE),
        "gelu": (math.inf, 0.0),
        "gelu_grad": (1.0, 0.0),
    }
    want = one_by_one(name, np.where(np.isinf(x), 0, x))
    want[0, 1], want[1, 2] = limits[name]
    check(call(submission, name, x), want, f"{ABOUT[name]}, with the limits at inf and -inf")


@weight(1)
@every_function
def test_large_entries(submission, rng, name):
    x = rng.choice([-1.0, 1.0], size=(3, 4)) * rng.uniform(20, 300, size=(3, 4))
    x[0, :2] = 300.0, -300.0
    check(call(submission, name, x), one_by_one(name, x), f"{ABOUT[name]}, for entries up to 300")


@weight(1)
@pytest.mark.parametrize("slope", [0.01, 1.0, 2.5])
def test_any_positive_slope(submission, rng, slope):
    x = normal(rng, 3, 7)
    check(call(submission, "leaky_relu", x, slope), np.where(x > 0, 1.0, slope) * x, ABOUT["leaky_relu"])
    check(call(submission, "leaky_relu_grad", x, slope), np.where(x > 0, 1.0, slope), ABOUT["leaky_relu_grad"])


@weight(1)
def test_gelu_from_a_table_of_the_normal_distribution(submission):
    # 97.724987 % of a normal distribution lie below 2 deviations, 99.865010 % below 3, and 0.134990 % below -3.
    x = np.array([2.0, 3.0, -3.0])
    want = np.array([1.95449974, 2.9959503, -0.0040497])
    check(submission.gelu(x), want, "x times the share of a normal distribution below x", tolerance=1e-6)


@weight(2)
@every_function
@pytest.mark.parametrize("view", ["contiguous", "every second element", "transposed"])
def test_views_are_taken_and_nothing_is_changed_in_place(submission, rng, name, view):
    x = normal(rng, *sizes(rng, 3, 2, 5))
    x = {"contiguous": x, "every second element": noncontiguous(x), "transposed": x.transpose(2, 0, 1)}[view]
    want = one_by_one(name, x)
    check(call(submission, name, x), want, ABOUT[name])
    untouched(submission)
