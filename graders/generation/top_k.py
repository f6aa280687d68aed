"""Checks of generation/top_k: which tokens stay, ties, batches, limits, errors, and how often each is drawn."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_frequencies,
    expect_type,
    noncontiguous,
    normal,
    raises,
    repeat,
    untouched,
    weight,
)

HIGHEST = "the logits of the k highest tokens of each row, -inf elsewhere"


def is_kept(row, k):
    """Return for each token whether fewer than k are ahead of it: higher, or equal and of a lower id."""
    return [sum(y > x or (y == x and j < i) for j, y in enumerate(row)) < k for i, x in enumerate(row)]


def filtered(logits, k):
    """Return what top_k_filter has to return."""
    want = np.full_like(logits, -np.inf)
    for index in np.ndindex(*logits.shape[:-1]):
        kept = is_kept(logits[index].tolist(), k)
        want[index][kept] = logits[index][kept]
    return want


def shares(logits, k, temperature=1.0):
    """Return the probability of each id when it is drawn from the k highest."""
    row, top = logits.tolist(), float(logits.max())
    kept = is_kept(row, k)
    weights = [math.exp((x - top) / temperature) if keep else 0.0 for x, keep in zip(row, kept, strict=True)]
    return [w / math.fsum(weights) for w in weights]


CASES = {
    "one row": ((9,), 4, np.float64),
    "a batch": ((3, 7), 2, np.float64),
    "a batch of batches": ((2, 3, 5), 4, np.float64),
    "a batch in float32": ((4, 6), 3, np.float32),
    "the highest alone": ((5, 8), 1, np.float64),
    "all but one": ((2, 6), 5, np.float64),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", CASES)
def test_keeps_the_k_highest_of_each_row(submission, rng, case):
    shape, k, dtype = CASES[case]
    logits = normal(rng, *shape, dtype=dtype, scale=2.0)
    check(submission.top_k_filter(logits, k), filtered(logits, k), f"{case}: {HIGHEST}", tolerance=0)


@weight(2, core=True)
def test_a_row_worked_by_hand(submission):
    row, out = np.array([-3.0, 0.5, -1.0, 7.0, -0.5]), -np.inf
    for k, want in ((1, [out, out, out, 7.0, out]), (3, [out, 0.5, out, 7.0, -0.5]), (4, [out, 0.5, -1.0, 7.0, -0.5])):
        check(submission.top_k_filter(row, k), np.array(want), f"the {k} highest of five logits", tolerance=0)


@weight(3)
@pytest.mark.parametrize("k", [1, 3, 5])
def test_of_equals_at_the_border_the_lower_ids_stay(submission, rng, k):
    level = float(rng.integers(-3, 4))
    logits = np.stack([np.full(12, level), rng.integers(0, 3, size=12) + level, rng.integers(0, 2, size=12) * level])
    got = submission.top_k_filter(logits, k)
    rows = expect_array(got, (3, 12))
    counts = np.isfinite(rows).sum(axis=-1).tolist()
    expect(counts == [k] * 3, f"wanted: exactly {k} tokens of each row; {counts} stayed")
    check(got, filtered(logits, k), "of equal logits those of the lower ids", tolerance=0)


@weight(2)
@pytest.mark.parametrize("more", [0, 1, 50])
def test_a_k_of_the_vocabulary_or_more_keeps_all(submission, rng, more):
    logits = normal(rng, 3, 6)
    logits[1, 4] = -60.0
    check(submission.top_k_filter(logits, 6 + more), logits, "all logits as they are", tolerance=0)


@weight(1)
def test_large_logits_and_impossible_tokens_are_no_trouble(submission, rng):
    logits = normal(rng, 4, 7)
    logits[:3, [1, 5]] = -np.inf
    logits[3, 1:] = -np.inf
    logits += np.array([[1e4], [-1e4], [0.0], [0.0]])
    for k in (1, 3, 6):
        check(submission.top_k_filter(logits, k), filtered(logits, k), HIGHEST, tolerance=0)


@weight(1)
def test_a_view_will_do_and_is_left_unmodified(submission, rng):
    logits = normal(rng, 4, 5)
    for k in (2, 5):
        submission.top_k_filter(logits, k)
    for view in (noncontiguous(logits), np.asfortranarray(logits)):
        check(submission.top_k_filter(view, 2), filtered(logits, 2), HIGHEST, tolerance=0)
    submission.sample_top_k(logits[0], 2, np.random.default_rng(0), 0.5)
    untouched(submission)


@weight(1)
@pytest.mark.parametrize("k", [0, -3])
def test_a_k_below_one_is_refused(submission, rng, k):
    with raises(ValueError, k):
        submission.top_k_filter(normal(rng, 5), k)
    with raises(ValueError, k):
        submission.sample_top_k(normal(rng, 5), k, np.random.default_rng(0))


@weight(1)
@pytest.mark.parametrize("temperature", [0.0, -1.5])
def test_a_temperature_that_is_not_above_zero_is_refused(submission, rng, temperature):
    with raises(ValueError, temperature):
        submission.sample_top_k(normal(rng, 5), 3, np.random.default_rng(0), temperature)


@weight(4, core=True)
@pytest.mark.parametrize(("k", "temperature"), [(3, None), (4, 0.5), (2, 3.0), (9, 1.5)])
def test_tokens_are_drawn_by_their_share_of_the_k_highest(submission, rng, k, temperature):
    logits, seed = normal(rng, 7, scale=1.2), int(rng.integers(1 << 31))
    extra = () if temperature is None else (temperature,)
    draws = repeat(submission.sample_top_k, 5000, logits, k, np.random.default_rng(seed), *extra)
    expect_frequencies(draws, shares(logits, k, temperature or 1.0), f"tokens at k {k} and temperature {temperature}")


@weight(1)
def test_large_and_equal_logits_are_drawn_well(submission, rng):
    logits = np.array([0.0, 1.0, 1.0, -np.inf, 1.0, 0.0], np.float32)[rng.permutation(6)]
    for level in (1e4, -1e4):
        raised = logits + np.float32(level)
        seed = int(rng.integers(1 << 31))
        draws = repeat(submission.sample_top_k, 3000, raised, 4, np.random.default_rng(seed), 2.0)
        expect_frequencies(draws, shares(raised, 4, 2.0), f"tokens of logits around {level:g}")


@weight(1)
def test_all_randomness_comes_from_rng(submission, rng):
    logits, seed = normal(rng, 50, scale=0.1), int(rng.integers(1 << 31))
    once, again = (
        expect_type(repeat(submission.sample_top_k, 40, logits, 45, np.random.default_rng(seed)), list, "draws")
        for _ in range(2)
    )
    check(again, once, "the same draws from a generator in the same state")
    other = repeat(submission.sample_top_k, 40, logits, 45, np.random.default_rng(seed + 1))
    expect(other != once, "wanted: other draws from another generator; the same 40 came back")
