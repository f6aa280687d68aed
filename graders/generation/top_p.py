"""Checks of generation/top_p: which tokens stay, ties, batches, limits, errors, and how often each is drawn."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    expect,
    expect_frequencies,
    expect_type,
    noncontiguous,
    normal,
    raises,
    repeat,
    untouched,
    weight,
)

NUCLEUS = "the logits of the smallest set of most probable tokens that reaches p, -inf elsewhere"
MARGIN = 1e-4  # what is drawn stays this far from every sum, so that rounding decides nothing


def probabilities(row):
    """Return the softmax of a row, each exponential by itself."""
    largest = max(row)
    weights = [math.exp(float(x) - float(largest)) for x in row]
    return [w / math.fsum(weights) for w in weights]


def ranking(row):
    return sorted(range(len(row)), key=lambda token: (-row[token], token))


def nucleus(row, p, min_keep=1):
    """Return the ids that stay, taken one by one."""
    shares, taken = probabilities(row), []
    for token in ranking(row):
        if len(taken) >= min_keep and math.fsum(shares[t] for t in taken) >= p:
            break
        taken.append(token)
    return taken


def filtered(logits, p, min_keep=1):
    """Return what top_p_filter has to return."""
    want = np.full_like(logits, -np.inf)
    for index in np.ndindex(*logits.shape[:-1]):
        kept = nucleus(logits[index].tolist(), p, min_keep)
        want[index][kept] = logits[index][kept]
    return want


def is_clear(logits, p):
    """Return whether every sum of a row's largest probabilities is away from p."""
    for index in np.ndindex(*logits.shape[:-1]):
        row = logits[index].tolist()
        shares = probabilities(row)
        sums = np.cumsum([shares[t] for t in ranking(row)])
        if np.abs(sums - p).min() < MARGIN:
            return False
    return True


def draw(rng, *shape, dtype=np.float64, scale=1.5):
    """Return logits of this shape and a p that no sum of theirs comes near."""
    while True:
        logits, p = normal(rng, *shape, dtype=dtype, scale=scale), float(rng.uniform(0.3, 0.9))
        if is_clear(logits, p):
            return logits, p


CASES = {
    "one row": ((9,), np.float64),
    "a batch": ((3, 7), np.float64),
    "a batch of batches": ((2, 3, 5), np.float64),
    "a batch in float32": ((4, 6), np.float32),
    "a vocabulary of one": ((3, 1), np.float64),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", CASES)
def test_keeps_the_smallest_set_that_reaches_p(submission, rng, case):
    shape, dtype = CASES[case]
    logits, p = draw(rng, *shape, dtype=dtype)
    check(submission.top_p_filter(logits, p), filtered(logits, p), f"{case}: {NUCLEUS}", tolerance=0)


@weight(2, core=True)
@pytest.mark.parametrize(
    ("p", "kept"), [(0.35, [3]), (0.45, [1, 3]), (0.75, [0, 1, 3]), (0.93, [0, 1, 3, 4]), (0.99, [0, 1, 2, 3, 4])]
)
def test_a_distribution_worked_by_hand(submission, p, kept):
    logits = np.log(np.array([0.2, 0.3, 0.05, 0.4, 0.05 + 1e-9]))
    want = np.full(5, -np.inf)
    want[kept] = logits[kept]
    got = submission.top_p_filter(logits, p)
    check(got, want, "the token that crosses p is in, and no token after it", tolerance=0)


@weight(1)
@pytest.mark.parametrize("p", [1e-9, 1e-3])
def test_a_small_p_leaves_the_most_probable_token(submission, rng, p):
    logits = normal(rng, 4, 6)
    check(submission.top_p_filter(logits, p), filtered(logits, p), "the most probable token of each row", tolerance=0)


@weight(1)
def test_p_of_one_keeps_every_token(submission, rng):
    logits = np.concatenate([normal(rng, 3, 8), np.full((3, 2), -60.0)], axis=1)
    got = submission.top_p_filter(logits, 1.0)
    check(got, logits, "all logits as they are, those of next to no probability too", tolerance=0)


@weight(2)
@pytest.mark.parametrize("min_keep", [2, 4, 6])
def test_at_least_min_keep_tokens_stay(submission, rng, min_keep):
    logits, p = draw(rng, 5, 6)
    got = submission.top_p_filter(logits, p, min_keep=min_keep)
    check(got, filtered(logits, p, min_keep), f"{NUCLEUS}, and no fewer than min_keep", tolerance=0)


@weight(2)
def test_of_equals_the_lower_id_is_taken_first(submission, rng):
    level = float(rng.integers(-3, 4))
    flat = np.full((2, 8), level)
    check(submission.top_p_filter(flat, 0.3), filtered(flat, 0.3), "ids 0, 1, 2 of eight equals", tolerance=0)
    steps = np.log(np.repeat([0.05, 0.15, 0.05], [4, 4, 4]))[rng.permutation(12)]
    check(submission.top_p_filter(steps, 0.4), filtered(steps, 0.4), "equals in the order of their ids", tolerance=0)


@weight(1)
def test_rows_of_a_batch_have_nothing_to_do_with_each_other(submission, rng):
    peaked, flat = np.zeros(6), np.zeros(6)
    peaked[4], flat[:] = 12.0, normal(rng, 6, scale=0.01)
    logits = np.stack([peaked, flat, peaked[::-1]])
    got = submission.top_p_filter(logits, 0.7)
    check(got, filtered(logits, 0.7), "a narrow, a wide and a narrow nucleus", tolerance=0)


@weight(1)
def test_large_logits_and_impossible_tokens_are_no_trouble(submission, rng):
    while True:
        logits, p = draw(rng, 3, 7)
        logits[:, 2] = -np.inf
        logits += np.array([[1e4], [-1e4], [0.0]])
        if is_clear(logits, p):
            break
    check(submission.top_p_filter(logits, p), filtered(logits, p), NUCLEUS, tolerance=0)


@weight(1)
def test_a_view_will_do_and_is_left_unmodified(submission, rng):
    logits, p = draw(rng, 4, 5)
    submission.top_p_filter(logits, p)
    for view in (noncontiguous(logits), np.asfortranarray(logits)):
        check(submission.top_p_filter(view, p), filtered(logits, p), NUCLEUS, tolerance=0)
    untouched(submission)


@weight(1)
@pytest.mark.parametrize("p", [0.0, -0.25, 1.5])
def test_a_p_that_is_no_share_is_refused(submission, rng, p):
    logits = normal(rng, 5)
    with raises(ValueError, p):
        submission.top_p_filter(logits, p)
    with raises(ValueError, p):
        submission.sample_top_p(logits, p, np.random.default_rng(0))


@weight(1)
@pytest.mark.parametrize("min_keep", [0, 8])
def test_a_min_keep_that_cannot_be_is_refused(submission, rng, min_keep):
    with raises(ValueError, min_keep):
        submission.top_p_filter(normal(rng, 7), 0.5, min_keep)


@weight(1)
@pytest.mark.parametrize("temperature", [0.0, -1.5])
def test_a_temperature_that_is_not_above_zero_is_refused(submission, rng, temperature):
    with raises(ValueError, temperature):
        submission.sample_top_p(normal(rng, 5), 0.5, np.random.default_rng(0), temperature)


def shares_when_drawn(logits, p, temperature):
    """Return the probability of each id."""
    row = (logits / temperature).tolist()
    kept, shares = nucleus(row, p), probabilities(row)
    total = math.fsum(shares[t] for t in kept)
    return [shares[t] / total if t in kept else 0.0 for t in range(len(row))]


@weight(4, core=True)
@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.0])
def test_tokens_are_drawn_by_their_share_of_the_nucleus(submission, rng, temperature):
    while True:
        logits, p = draw(rng, 7)
        if is_clear(logits / temperature, p) and len(nucleus((logits / temperature).tolist(), p)) in (2, 3, 4, 5):
            break
    seed = int(rng.integers(1 << 31))
    draws = repeat(submission.sample_top_p, 6000, logits, p, np.random.default_rng(seed), temperature)
    expect_frequencies(draws, shares_when_drawn(logits, p, temperature), f"tokens at temperature {temperature}")


@weight(1)
def test_the_temperature_comes_before_the_cut(submission, rng):
    # At temperature 4 the two are nearly even, and p takes both; at temperature 1 it would take the first alone.
    logits = np.array([4.0, 0.0])[rng.permutation(2)]
    draws = repeat(submission.sample_top_p, 4000, logits, 0.9, np.random.default_rng(int(rng.integers(99))), 4.0)
    expect_frequencies(draws, shares_when_drawn(logits, 0.9, 4.0), "tokens at temperature 4")


@weight(1)
def test_the_temperature_is_1_unless_it_is_given(submission, rng):
    logits, seed = normal(rng, 30), int(rng.integers(1 << 31))
    draws = [
        repeat(submission.sample_top_p, 60, logits, 0.97, np.random.default_rng(seed), *temperature)
        for temperature in ([1.0], [])
    ]
    given, left_out = (expect_type(ids, list, "draws") for ids in draws)
    check(left_out, given, "the draws of temperature 1, from a generator in the same state")


@weight(1)
def test_all_randomness_comes_from_rng(submission, rng):
    logits, seed = normal(rng, 50, scale=0.1), int(rng.integers(1 << 31))
    once, again = (
        expect_type(repeat(submission.sample_top_p, 40, logits, 0.95, np.random.default_rng(seed)), list, "draws")
        for _ in range(2)
    )
    check(again, once, "the same draws from a generator in the same state")
    other = repeat(submission.sample_top_p, 40, logits, 0.95, np.random.default_rng(seed + 1))
    expect(other != once, "wanted: other draws from another generator; the same 40 came back")
