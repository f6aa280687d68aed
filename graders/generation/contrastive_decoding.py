"""Checks of generation/contrastive_decoding: which tokens are plausible, both scores, their limits, batches, errors."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_array, noncontiguous, normal, raises, sizes, untouched, weight

PLAUSIBLE = "(1 + beta) * expert - beta * amateur where the token is plausible, -inf elsewhere"
SCORE = "(1 - alpha) * probability - alpha * the highest cosine to the past"


def log_probs(rng, *shape, dtype=np.float64, scale=1.5):
    logits = normal(rng, *shape, scale=scale)
    return (logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))).astype(dtype)


def contrast(expert, amateur, alpha, beta):
    """Return the scores in float64, token by token."""
    want = np.empty(expert.shape)
    for index in np.ndindex(*expert.shape[:-1]):
        row, weak = expert[index].tolist(), amateur[index].tolist()
        for token, log_prob in enumerate(row):
            is_plausible = math.exp(log_prob - max(row)) >= alpha
            want[index][token] = log_prob + beta * (log_prob - weak[token]) if is_plausible else -math.inf
    return want


def is_clear(expert, alpha):
    """Return whether no probability is near alpha times the highest of its row."""
    return np.abs(np.exp(expert - expert.max(axis=-1, keepdims=True)) - alpha).min() > 2e-4


def draw(rng, *shape, dtype=np.float64, low=0.05, high=0.5):
    """Return (expert, amateur, alpha, beta), with a token in each row that is not plausible, if there are several."""
    while True:
        expert, amateur = log_probs(rng, *shape, dtype=dtype), log_probs(rng, *shape, dtype=dtype)
        alpha, beta = float(rng.uniform(low, high)), float(rng.uniform(0.2, 1.8))
        shares = np.exp(expert - expert.max(axis=-1, keepdims=True))
        if is_clear(expert, alpha) and (shape[-1] == 1 or (shares.min(axis=-1) < alpha).all()):
            return expert, amateur, alpha, beta


CASES = {
    "one row": ((9,), np.float64),
    "a batch": ((3, 7), np.float64),
    "a batch of batches": ((2, 3, 5), np.float64),
    "a batch in float32": ((4, 6), np.float32),
    "a vocabulary of one": ((3, 1), np.float64),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", CASES)
def test_plausible_tokens_are_scored_by_the_contrast(submission, rng, case):
    shape, dtype = CASES[case]
    for _ in range(2):
        expert, amateur, alpha, beta = draw(rng, *shape, dtype=dtype)
        got = submission.contrastive_scores(expert, amateur, alpha, beta)
        check(got, contrast(expert, amateur, alpha, beta), f"{case}: {PLAUSIBLE}", dtype=dtype, work=4)


@weight(3, core=True)
def test_a_contrast_worked_by_hand(submission):
    expert = np.log(np.array([0.4, 0.35, 0.05, 0.17, 0.03]))
    amateur = np.log(np.array([0.5, 0.1, 0.02, 0.34, 0.04]))
    halves = [0.4**1.5 / 0.5**0.5, 0.35**1.5 / 0.1**0.5, 0.05**1.5 / 0.02**0.5, 0.17**1.5 / 0.34**0.5, 0]
    twos = [0.4**3 / 0.5**2, 0.35**3 / 0.1**2, 0, 0.17**3 / 0.34**2, 0]
    with np.errstate(divide="ignore"):
        got = submission.contrastive_scores(expert, amateur)
        check(got, np.log(halves), f"alpha 0.1 and beta 0.5, where nothing else is given: {PLAUSIBLE}", work=4)
        got = submission.contrastive_scores(expert, amateur, alpha=0.2, beta=2.0)
        check(got, np.log(twos), f"alpha 0.2 and beta 2: {PLAUSIBLE}", work=4)


@weight(2)
def test_plausible_is_relative_to_the_most_probable_token_of_the_row(submission, rng):
    # 200 tokens that share the probability between them: none has alpha of it, and all are plausible.
    flat = np.log(np.full((1, 200), 1 / 200))
    peaked = log_probs(rng, 1, 200, scale=0.1)
    peaked[0, int(rng.integers(200))] += 9.0
    expert, amateur = np.concatenate([flat, peaked, flat]), log_probs(rng, 3, 200)
    for alpha in (0.3, 0.01):
        got = submission.contrastive_scores(expert, amateur, alpha, 0.7)
        check(got, contrast(expert, amateur, alpha, 0.7), f"a flat, a peaked and a flat row: {PLAUSIBLE}", work=4)


@weight(1)
def test_an_alpha_of_0_leaves_every_token_and_1_the_most_probable_ones(submission, rng):
    expert, amateur, _, beta = draw(rng, 3, 6)
    best, other = sizes(rng, 2, 0, 5)
    expert[1, other] = expert[1, best] = expert[1].max() + 0.25
    got = submission.contrastive_scores(expert, amateur, 0.0, beta)
    check(got, contrast(expert, amateur, 0.0, beta), "alpha = 0: every token's contrast", work=4)
    got = submission.contrastive_scores(expert, amateur, 1.0, beta)
    check(got, contrast(expert, amateur, 1.0, beta), "alpha = 1: the contrast of all that are highest", work=4)


@weight(1)
def test_a_beta_of_0_leaves_the_expert(submission, rng):
    expert, amateur, alpha, _ = draw(rng, 2, 8)
    got = submission.contrastive_scores(expert, amateur, alpha, 0.0)
    check(got, contrast(expert, amateur, alpha, 0.0), "beta = 0: the expert's log-probability of plausible tokens")


@weight(1)
@pytest.mark.parametrize("alpha", [0.0, 0.2])
def test_impossible_tokens_score_minus_infinity(submission, rng, alpha):
    expert, amateur, _, beta = draw(rng, 3, 6)
    expert[np.arange(3), rng.integers(0, 6, size=3)] = -np.inf
    while not is_clear(expert, 0.2):
        expert *= 1.01
    got = submission.contrastive_scores(expert, amateur, alpha, beta)
    check(got, contrast(expert, amateur, alpha, beta), f"-inf for what the expert gives -inf: {PLAUSIBLE}", work=4)


@weight(1)
@pytest.mark.parametrize("shift", [40.0, 1e4, -1e4])
def test_rows_are_taken_as_they_are(submission, rng, shift):
    expert, amateur, alpha, beta = draw(rng, 3, 7)
    expert, amateur = expert + shift, amateur - 3.0
    got = submission.contrastive_scores(expert, amateur, alpha, beta)
    check(got, contrast(expert, amateur, alpha, beta), f"logits, not normalised: {PLAUSIBLE}", work=4)


def cosine(a, b):
    product = math.fsum(x * y for x, y in zip(a, b, strict=True))
    return product / (math.hypot(*a) * math.hypot(*b)) if any(a) and any(b) else 0.0


def search_scores(probability, hidden, past, alpha):
    """Return the scores in float64, candidate by candidate."""
    want = np.empty(probability.shape)
    for index in np.ndindex(*probability.shape):
        cosines = [cosine(hidden[index].tolist(), state.tolist()) for state in past[index[:-1]]]
        want[index] = (1 - alpha) * float(probability[index]) - alpha * max(cosines, default=0.0)
    return want


def candidates(rng, *leading, dtype=np.float64):
    """Return (probability, hidden, past, alpha) with sizes that differ."""
    k, t, d = sizes(rng, 3, 4, 9)
    probability = np.exp(log_probs(rng, *leading, k, dtype=dtype))
    hidden, past = normal(rng, *leading, k, d, dtype=dtype), normal(rng, *leading, t, d, dtype=dtype)
    return probability, hidden, past, float(rng.uniform(0.3, 0.7))


SEARCHES = {
    "one text": ((), np.float64),
    "a batch": ((3,), np.float64),
    "a batch of batches": ((2, 3), np.float64),
    "a batch in float32": ((4,), np.float32),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", SEARCHES)
def test_candidates_are_scored_by_probability_and_unlikeness(submission, rng, case):
    leading, dtype = SEARCHES[case]
    for _ in range(2):
        probability, hidden, past, alpha = candidates(rng, *leading, dtype=dtype)
        got = submission.contrastive_search_score(probability, hidden, past, alpha)
        want = search_scores(probability, hidden, past, alpha)
        check(got, want, f"{case}: {SCORE}", dtype=dtype, work=16)


@weight(2, core=True)
def test_a_search_worked_by_hand(submission):
    past = np.array([[3.0, 4.0], [-1.0, 0.0]])
    hidden = np.array([[30.0, 40.0], [0.0, 5.0], [1.0, 0.0], [-8.0, -6.0]])  # cosines 1, 0.8, 0.6, 0.8
    got = submission.contrastive_search_score(np.array([0.5, 0.3, 0.15, 0.05]), hidden, past, 0.25)
    check(got, np.array([0.125, 0.025, -0.0375, -0.1625]), SCORE, work=4)


@weight(1)
def test_lengths_of_vectors_do_not_count(submission, rng):
    probability, hidden, past, alpha = candidates(rng, 2)
    want = search_scores(probability, hidden, past, alpha)
    scales = np.exp(normal(rng, *past.shape[:-1], 1, scale=3.0))
    got = submission.contrastive_search_score(probability, 1e-4 * hidden, scales * past, alpha)
    check(got, want, "the same scores for longer and shorter vectors", work=16)


@weight(1)
def test_all_cosines_may_be_negative(submission, rng):
    probability, hidden, past, alpha = candidates(rng, 2)
    hidden, past = np.abs(hidden), -np.abs(past)
    got = submission.contrastive_search_score(probability, hidden, past, alpha)
    check(got, search_scores(probability, hidden, past, alpha), f"no likeness at all: {SCORE}", work=16)


@weight(1)
def test_a_vector_of_zeros_is_like_nothing(submission, rng):
    probability, hidden, past, alpha = candidates(rng, 2)
    hidden[:, 1], past[0, 2] = 0.0, 0.0
    hidden[0], past[0] = np.abs(hidden[0]), -np.abs(past[0])
    got = submission.contrastive_search_score(probability, hidden, past, alpha)
    check(got, search_scores(probability, hidden, past, alpha), f"cosine 0 with a vector of zeros: {SCORE}", work=16)


@weight(1)
def test_without_a_past_there_is_no_penalty(submission, rng):
    for leading in ((), (3,)):
        probability, hidden, past, alpha = candidates(rng, *leading)
        got = submission.contrastive_search_score(probability, hidden, past[..., :0, :], alpha)
        check(got, (1 - alpha) * probability, "(1 - alpha) * probability for an empty past")


@weight(1)
def test_alpha_goes_from_probability_alone_to_the_penalty_alone(submission, rng):
    probability, hidden, past, _ = candidates(rng, 2)
    for alpha in (0.0, 1.0):
        got = submission.contrastive_search_score(probability, hidden, past, alpha)
        check(got, search_scores(probability, hidden, past, alpha), f"alpha = {alpha}: {SCORE}", work=16)


@weight(1)
def test_settings_that_cannot_be_are_refused(submission, rng):
    expert, amateur, _, _ = draw(rng, 5)
    probability, hidden, past, _ = candidates(rng)
    for alpha in (-0.25, 1.5):
        with raises(ValueError, alpha):
            submission.contrastive_scores(expert, amateur, alpha, 0.5)
        with raises(ValueError, alpha):
            submission.contrastive_search_score(probability, hidden, past, alpha)
        with raises(ValueError, alpha):
            submission.contrastive_search_score(probability, hidden, past[:0], alpha)
    with raises(ValueError, -0.75):
        submission.contrastive_scores(expert, amateur, 0.1, -0.75)


@weight(1)
def test_views_will_do_and_arguments_are_left_unmodified(submission, rng):
    expert, amateur, alpha, beta = draw(rng, 4, 5)
    want = contrast(expert, amateur, alpha, beta)
    for view in (noncontiguous, np.asfortranarray):
        got = submission.contrastive_scores(view(expert), view(amateur), alpha, beta)
        check(got, want, PLAUSIBLE, work=4)
    probability, hidden, past, alpha = candidates(rng, 2)
    want = search_scores(probability, hidden, past, alpha)
    for view in (noncontiguous, np.asfortranarray):
        got = submission.contrastive_search_score(view(probability), view(hidden), view(past), alpha)
        check(got, want, SCORE, work=16)
    untouched(submission)


@weight(1)
def test_the_contrast_can_turn_the_choice_round(submission, rng):
    dull, apt, *_ = (int(token) for token in rng.permutation(6))
    expert, amateur = np.full(6, 0.02), np.full(6, 0.05)
    expert[[dull, apt]], amateur[[dull, apt]] = (0.52, 0.40), (0.70, 0.10)
    scores = submission.contrastive_scores(np.log(expert), np.log(amateur), 0.1, 0.5)
    scores = expect_array(scores, (6,), np.float64, "the scores")
    expect(int(scores.argmax()) == apt, "wanted: the token that the amateur finds far less probable comes first")
