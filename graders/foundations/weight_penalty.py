"""Checks of foundations/weight_penalty: both penalties, their gradients, what is skipped, zeros, dtypes."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_type, noncontiguous, normal, sizes, untouched, weight

ABOUT = "(l1 * sum |w| + l2 / 2 * sum w**2, its gradients by name)"


def entry_by_entry(params, l1=0.0, l2=0.0, skipped=()):
    """Return (penalty, gradients); `skipped` are the names to be left out. The penalty is in the coarsest dtype."""
    terms, grads = [], {}
    for name, w in params.items():
        grads[name] = np.zeros(w.shape, w.dtype)
        if name not in skipped:
            for place in np.ndindex(w.shape):
                v = float(w[place])
                terms += [l1 * abs(v), l2 * v * v / 2]
                grads[name][place] = l1 * ((v > 0) - (v < 0)) + l2 * v
    coarse = any(w.dtype == np.float32 for w in params.values())
    return (np.float32 if coarse else np.float64)(math.fsum(terms)), grads


def draw(rng, dtype=np.float64):
    """Return parameters of a small network; two of them are biases."""
    a, b, c, d = sizes(rng, 4, 2, 8)
    shapes = {
        "embed.weight": (a, b),
        "hidden.weight": (2, b, c),
        "hidden.bias": (c,),
        "out.weight": (c, d),
        "bias": (d,),
    }
    return {name: normal(rng, *shape, dtype=dtype) for name, shape in shapes.items()}


BIASES = ("hidden.bias", "bias")
STRENGTHS = {"l1 only": (0.3, 0.0), "l2 only": (0.0, 0.7), "both": (0.4, 0.06)}
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


PARTS = pytest.mark.parametrize("part", ["penalty", "gradients"])


def pair(got):
    """Return the learner's (penalty, grads)."""
    got = expect_type(got, tuple, "(penalty, grads)")
    expect(len(got) == 2, f"wanted: (penalty, grads); came back: a tuple of {len(got)}")
    return got


@weight(4, core=True)
@PARTS
@pytest.mark.parametrize("case", STRENGTHS)
@DTYPES
def test_penalty_and_gradients_without_biases(submission, rng, part, case, dtype):
    params, (l1, l2) = draw(rng, dtype), STRENGTHS[case]
    got = pair(submission.weight_penalty(params, l1=l1, l2=l2))
    want = entry_by_entry(params, l1, l2, BIASES)
    check(got[part == "gradients"], want[part == "gradients"], f"{case}: the {part}, biases left out", work=64)


@weight(3, core=True)
@PARTS
@pytest.mark.parametrize("case", STRENGTHS)
def test_penalty_and_gradients_of_everything(submission, rng, part, case):
    params, (l1, l2) = draw(rng), STRENGTHS[case]
    got, want = pair(submission.weight_penalty(params, l1, l2, ())), entry_by_entry(params, l1, l2)
    check(got[part == "gradients"], want[part == "gradients"], f"{case}: the {part}, nothing skipped", work=64)


@weight(2)
def test_three_weights_worked_by_hand(submission, rng):
    # |-2| + |0| + |4| = 6 and (4 + 0 + 16) / 2 = 10.
    order = rng.permutation(3)
    params = {"w": np.array([-2.0, 0.0, 4.0])[order], "b": np.array([9.0])}
    want = (0.5 * 6 + 0.25 * 10, {"w": np.array([-1.0, 0.0, 1.5])[order], "b": np.zeros(1)})
    check(submission.weight_penalty(params, 0.5, 0.25, ("b",)), want, ABOUT)


@weight(2)
@DTYPES
def test_a_weight_of_zero_is_not_pulled(submission, rng, dtype):
    params = {name: value * (rng.random(value.shape) < 0.5) for name, value in draw(rng, dtype).items()}
    params["hidden.weight"].flat[:2] = 0.0, -0.0
    got = submission.weight_penalty(params, l1=0.5, l2=0.1)
    check(got, entry_by_entry(params, 0.5, 0.1, BIASES), "a gradient of 0 where the weight is 0 or -0.0", work=64)


@weight(2)
def test_only_endings_count(submission, rng):
    names = ["bias", "layer.0.bias", "bias.weight", "unbiased", "a.bias.b", "Bias", "biases", "old_bias"]
    params = {name: normal(rng, n) for name, n in zip(names, sizes(rng, 8, 1, 12), strict=True)}
    want = entry_by_entry(params, 0.2, 0.3, ("bias", "layer.0.bias", "old_bias"))
    check(
        submission.weight_penalty(params, 0.2, 0.3), want, "parameters skipped whose names end in bias, and no others"
    )


@weight(2)
@pytest.mark.parametrize(
    ("skip", "skipped"),
    [
        (("norm.scale",), ["1.norm.scale"]),
        (("bias", "scale"), ["0.bias", "1.norm.scale", "2.bias", "scale"]),
        ((), []),
    ],
    ids=["one ending", "two endings", "none"],
)
def test_other_endings_may_be_skipped(submission, rng, skip, skipped):
    names = ["0.weight", "0.bias", "1.norm.scale", "2.bias", "scale", "scale.weight"]
    params = {name: normal(rng, n) for name, n in zip(names, sizes(rng, 6, 1, 9), strict=True)}
    got = submission.weight_penalty(params, l2=0.3, skip=skip)
    check(got, entry_by_entry(params, 0.0, 0.3, skipped), f"{ABOUT}, without names that end in one of {skip}")


@weight(2)
def test_gradients_agree_with_central_differences_of_the_penalty(submission, rng):
    params = {"w": normal(rng, 2, 3), "bias": normal(rng, 2)}
    params["w"] += np.where(params["w"] > 0, 0.01, -0.01)  # away from the kink
    l1, l2, step = (*rng.uniform(0.1, 2, size=2).tolist(), 1e-4)
    want = {name: np.zeros(value.shape) for name, value in params.items()}
    for name, value in params.items():
        for place in np.ndindex(value.shape):
            nudged = []
            for shift in (step, -step):
                moved = value.copy()
                moved[place] += shift
                nudged.append(entry_by_entry({**params, name: moved}, l1, l2, ("bias",))[0])
            want[name][place] = (nudged[0] - nudged[1]) / (2 * step)
    got = pair(submission.weight_penalty(params, l1, l2))
    check(got[1], want, "(penalty(w + h) - penalty(w - h)) / 2h", tolerance=1e-8)


@weight(1)
def test_no_strength_gives_no_penalty(submission, rng):
    params = draw(rng)
    want = (0.0, {name: np.zeros_like(value) for name, value in params.items()})
    check(submission.weight_penalty(params), want, "0.0 and zeros, as l1 and l2 are 0 unless told otherwise")


@weight(1)
@pytest.mark.parametrize("names", [[], ["bias", "0.bias"]], ids=["no parameters", "nothing but biases"])
def test_nothing_to_sum_gives_zero(submission, rng, names):
    params = {name: normal(rng, 4) for name in names}
    want = (0.0, {name: np.zeros(4) for name in names})
    check(submission.weight_penalty(params, 0.5, 0.5), want, "a penalty of 0.0, and zeros for what is skipped")


@weight(1)
def test_each_gradient_has_the_dtype_of_its_parameter(submission, rng):
    params = draw(rng)
    params = {n: w.astype(np.float32) if n in ("embed.weight", "bias") else w for n, w in params.items()}
    got = submission.weight_penalty(params, 0.2, 0.3)
    check(
        got, entry_by_entry(params, 0.2, 0.3, BIASES), "gradients in float32 and float64, like the parameters", work=64
    )


@weight(1)
def test_views_are_taken_and_nothing_is_changed_in_place(submission, rng):
    params = {name: noncontiguous(value) for name, value in draw(rng).items()}
    params["out.weight"] = np.asfortranarray(params["out.weight"])
    got = submission.weight_penalty(params, l1=0.2, l2=0.3)
    check(got, entry_by_entry(params, 0.2, 0.3, BIASES), ABOUT, work=64)
    untouched(submission)
