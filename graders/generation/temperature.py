"""Checks of generation/temperature: the distribution at every temperature, its entropy, and draws from it."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_frequencies,
    expect_number,
    expect_type,
    noncontiguous,
    normal,
    raises,
    repeat,
    untouched,
    weight,
)

TEMPERED = "softmax(logits / temperature) over the last axis"


def tempered(row, temperature):
    """Return the softmax of row / temperature, each share by itself in float64: 1 over the sum of ratios to it."""
    shares = []
    for x in row:
        gaps = [(float(y) - float(x)) / temperature for y in row] if x != -math.inf else [math.inf]
        shares.append(0.0 if max(gaps) > 700 else 1 / math.fsum(math.exp(gap) for gap in gaps))
    return shares


def each_row(logits, temperature):
    want = np.empty(logits.shape)
    for index in np.ndindex(*logits.shape[:-1]):
        want[index] = tempered(logits[index].tolist(), temperature)
    return want.astype(logits.dtype)


CASES = {
    "one row": ((9,), np.float64),
    "a batch": ((3, 7), np.float64),
    "a batch of batches": ((2, 3, 5), np.float64),
    "a batch in float32": ((4, 6), np.float32),
    "a vocabulary of one": ((3, 1), np.float64),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", CASES)
def test_is_the_softmax_of_the_logits_over_the_temperature(submission, rng, case):
    shape, dtype = CASES[case]
    logits = normal(rng, *shape, dtype=dtype, scale=2.0)
    for temperature in (1.0, float(rng.uniform(0.3, 0.8)), float(rng.uniform(1.5, 5))):
        got = submission.apply_temperature(logits, temperature)
        check(got, each_row(logits, temperature), f"{case}: {TEMPERED}", work=8)


@weight(2, core=True)
def test_shares_worked_by_hand(submission):
    logits = np.log(np.array([[1.0, 4.0, 16.0, 4.0]])) + 3
    for temperature, odds in ((1.0, [1, 4, 16, 4]), (0.5, [1, 16, 256, 16]), (2.0, [1, 2, 4, 2])):
        want = np.array([odds]) / sum(odds)
        check(submission.apply_temperature(logits, temperature), want, "odds to the power of 1 / temperature", work=16)


@weight(2)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_temperature_of_zero_leaves_the_best_token_alone(submission, rng, dtype):
    logits = normal(rng, 5, 3, 6, dtype=dtype)
    want = np.zeros(logits.shape, dtype)
    for index in np.ndindex(5, 3):
        want[(*index, max(range(6), key=lambda t, row=logits[index]: row[t]))] = 1
    check(submission.apply_temperature(logits, 0.0), want, "1 for the highest logit, 0 for the others")


@weight(1)
def test_at_zero_the_lowest_id_of_equals_has_it_all(submission, rng):
    shift = float(rng.integers(-5, 6))
    logits = np.array([[0.0, 2, 1, 2, 2], [3, 3, 3, 3, 3], [-9, -9, -9, -9, -8]]) + shift
    want = np.array([[0.0, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 1]])
    check(submission.apply_temperature(logits, 0), want, "1 for the first of the highest logits")


@weight(2)
def test_an_infinite_temperature_makes_all_equally_likely(submission, rng):
    logits = normal(rng, 3, 8, scale=50.0)
    check(submission.apply_temperature(logits, math.inf), np.full((3, 8), 1 / 8), "the same share for every token")
    logits[1, [2, 5, 7]] = -np.inf
    want = np.full((3, 8), 1 / 8)
    want[1] = np.where(np.isneginf(logits[1]), 0, 1 / 5)
    check(submission.apply_temperature(logits, math.inf), want, "the same share for every token that is possible")


@weight(1)
def test_impossible_tokens_stay_impossible(submission, rng):
    logits = normal(rng, 4, 6)
    logits[:, [1, 4]] = -np.inf
    logits[0, 1:] = -np.inf
    for temperature in (0.5, 3.0):
        got = submission.apply_temperature(logits, temperature)
        check(got, each_row(logits, temperature), f"{TEMPERED}, with 0 where the logit is -inf", work=8)
    want = (logits == logits.max(axis=-1, keepdims=True)).astype(float)
    check(submission.apply_temperature(logits, 0.0), want, "the best token, at temperature 0")


@weight(2)
@pytest.mark.parametrize("level", [1e4, -1e4])
def test_large_logits_are_no_trouble(submission, rng, level):
    logits = rng.integers(-4, 5, size=(3, 7)) + level
    for dtype in (np.float64, np.float32):
        got = submission.apply_temperature(logits.astype(dtype), 0.5)
        check(got, each_row(logits.astype(dtype), 0.5), f"logits around {level:g}: {TEMPERED}", work=8)
    apart = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4]])
    want = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
    check(submission.apply_temperature(apart, 1.0), want, f"logits far apart: {TEMPERED}")


@weight(1)
@pytest.mark.parametrize("temperature", [1e-5, 1e-300])
def test_a_tiny_temperature_is_no_trouble(submission, rng, temperature):
    logits = rng.permutation(8).reshape(2, 4) * 900.0 - 3000
    want = (logits == logits.max(axis=-1, keepdims=True)).astype(float)
    check(submission.apply_temperature(logits, temperature), want, "next to all of the probability on the best token")


@weight(1)
def test_a_view_will_do_and_is_left_unmodified(submission, rng):
    logits = normal(rng, 4, 5)
    for temperature in (0.0, 0.7, 1.0):
        submission.apply_temperature(logits, temperature)
    for view in (noncontiguous(logits), np.asfortranarray(logits)):
        check(submission.apply_temperature(view, 0.7), each_row(logits, 0.7), TEMPERED, work=8)
    submission.entropy(each_row(logits, 0.7))
    untouched(submission)


@weight(1)
@pytest.mark.parametrize("temperature", [-0.5, -math.inf, math.nan])
def test_a_temperature_below_zero_is_refused(submission, rng, temperature):
    logits = normal(rng, 5)
    with raises(ValueError, temperature):
        submission.apply_temperature(logits, temperature)
    with raises(ValueError, temperature):
        submission.sample(logits, temperature, np.random.default_rng(0))


@weight(3)
@pytest.mark.parametrize("shape", [(6,), (4, 7), (2, 3, 5)])
def test_entropy_is_minus_the_sum_of_p_ln_p(submission, rng, shape):
    p = each_row(normal(rng, *shape, scale=1.5), 1.0)
    p[..., 2] = 0.0
    p /= p.sum(axis=-1, keepdims=True)
    want = np.empty(shape[:-1])
    for index in np.ndindex(*shape[:-1]):
        want[index] = math.fsum(-x * math.log(x) for x in p[index].tolist() if x)
    got = submission.entropy(p)
    check(got, want if want.ndim else float(want), "the entropy of each distribution in nats", work=8)


@weight(1)
def test_entropies_known_beforehand(submission):
    p = np.array([[0.25, 0.25, 0.25, 0.25], [0.0, 1.0, 0.0, 0.0], [0.5, 0.0, 0.0, 0.5]], np.float32)
    want = np.array([math.log(4), 0.0, math.log(2)], np.float32)
    check(submission.entropy(p), want, "the entropy of an even, a certain and a halved distribution")


@weight(1)
def test_entropy_rises_with_the_temperature(submission, rng):
    logits, last = rng.permutation(9) + rng.uniform(0, 0.5, size=9), -1e-9
    for temperature in (0.0, 0.25, 0.5, 1.0, 2.0, 8.0, math.inf):
        p = expect_array(submission.apply_temperature(logits, temperature), (9,))
        nats = expect_number(submission.entropy(p), "the entropy")
        expect(nats > last, f"wanted: an entropy that rises with the temperature; at {temperature} it was {nats:.4f}")
        last = nats


@weight(3, core=True)
@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
def test_tokens_are_drawn_by_their_share(submission, rng, temperature):
    logits, seed = normal(rng, 6, scale=1.2), int(rng.integers(1 << 31))
    draws = repeat(submission.sample, 6000, logits, temperature, np.random.default_rng(seed))
    expect_frequencies(draws, tempered(logits.tolist(), temperature), f"tokens at temperature {temperature}")


@weight(1)
def test_draws_at_the_two_ends(submission, rng):
    logits, seed = normal(rng, 5, scale=3.0), int(rng.integers(1 << 31))
    best = [float(t == logits.argmax()) for t in range(5)]
    draws = repeat(submission.sample, 40, logits, 0.0, np.random.default_rng(seed))
    expect_frequencies(draws, best, "tokens at temperature 0")
    draws = repeat(submission.sample, 3000, logits.astype(np.float32), math.inf, np.random.default_rng(seed))
    expect_frequencies(draws, [0.2] * 5, "tokens at an infinite temperature")


@weight(1)
def test_all_randomness_comes_from_rng(submission, rng):
    logits, seed = normal(rng, 50, scale=0.1), int(rng.integers(1 << 31))
    once, again = (
        expect_type(repeat(submission.sample, 40, logits, 1.0, np.random.default_rng(seed)), list, "draws")
        for _ in range(2)
    )
    check(again, once, "the same draws from a generator in the same state")
    other = repeat(submission.sample, 40, logits, 1.0, np.random.default_rng(seed + 1))
    expect(other != once, "wanted: other draws from another generator; the same 40 came back")
