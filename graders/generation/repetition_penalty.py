"""Checks of generation/repetition_penalty: which logits change, by how much, signs, counts, errors."""

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_array, noncontiguous, normal, raises, sizes, untouched, weight

SCALED = "logits of seen tokens divided by the penalty above 0 and multiplied by it below, once a token"
LOWERED = "logits of seen tokens less count * frequency + presence"


def scaled(logits, ids, penalty):
    """Return what penalise_repeats has to return, token by token."""
    seen = {int(i) for i in ids}
    want = [(x / penalty if x > 0 else x * penalty) if i in seen else x for i, x in enumerate(logits.tolist())]
    return np.array(want, logits.dtype)


def lowered(logits, ids, frequency, presence):
    """Return what frequency_presence has to return, token by token."""
    ids, want = [int(i) for i in ids], []
    for token, x in enumerate(logits.tolist()):
        count = ids.count(token)
        want.append(x - (count * frequency + presence) if count else x)
    return np.array(want, logits.dtype)


def draw(rng, dtype=np.float64):
    """Return logits of both signs, and ids of which some come more than once and some tokens never."""
    vocabulary, length = (int(n) for n in sizes(rng, 2, 8, 16))
    logits = normal(rng, vocabulary, dtype=dtype, scale=3.0)
    logits[:4] = np.array([2.5, -2.5, 1.5, -1.5]) + rng.uniform(-0.5, 0.5, size=4)
    ids = [*rng.integers(0, vocabulary - 3, size=length).tolist(), 0, 1, 0, 1, 1]
    return logits, [int(i) for i in rng.permutation(ids)]


@weight(4, core=True)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("penalty", [1.2, 2.5, 0.6])
def test_seen_tokens_are_scaled_once_away_from_probable(submission, rng, dtype, penalty):
    logits, ids = draw(rng, dtype)
    check(submission.penalise_repeats(logits, ids, penalty), scaled(logits, ids, penalty), SCALED)


@weight(2, core=True)
def test_scaling_worked_by_hand(submission):
    logits = np.array([4.0, -4.0, 1.0, -1.0, 0.0, 6.0, -6.0])
    got = submission.penalise_repeats(logits, [1, 0, 0, 4, 0, 1, 2], 2.0)
    check(got, np.array([2.0, -8.0, 0.5, -1.0, 0.0, 6.0, -6.0]), SCALED)


@weight(1)
def test_the_penalty_is_one_and_a_fifth_unless_told_otherwise(submission, rng):
    logits, ids = draw(rng)
    check(submission.penalise_repeats(logits, ids), scaled(logits, ids, 1.2), "a penalty of 1.2")


@weight(2)
def test_no_seen_token_becomes_more_probable(submission, rng):
    for dtype in (np.float32, np.float64):
        logits, ids = draw(rng, dtype)
        got = expect_array(submission.penalise_repeats(logits, ids, 1.7), logits.shape, dtype)
        risen = [i for i in ids if got[i] > logits[i]]
        expect(not risen, f"wanted: no logit of a seen token that rises; that of token {(*risen, None)[0]} did")


@weight(1)
def test_a_penalty_of_one_changes_nothing(submission, rng):
    logits, ids = draw(rng)
    check(submission.penalise_repeats(logits, ids, 1.0), logits, "the logits as they are", tolerance=0)


@weight(1)
@pytest.mark.parametrize("penalty", [0.0, -1.5, float("nan")])
def test_a_penalty_that_is_no_factor_above_zero_is_refused(submission, rng, penalty):
    logits, ids = draw(rng)
    with raises(ValueError, penalty):
        submission.penalise_repeats(logits, ids, penalty)
    with raises(ValueError, penalty):
        submission.penalise_repeats(logits, [], penalty)


@weight(4, core=True)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("frequency", "presence"), [(0.7, 0.0), (0.0, 1.3), (0.4, 0.9), (-0.5, -0.25)])
def test_seen_tokens_lose_by_their_count_and_for_being_there(submission, rng, dtype, frequency, presence):
    logits, ids = draw(rng, dtype)
    got = submission.frequency_presence(logits, ids, frequency, presence)
    check(got, lowered(logits, ids, frequency, presence), LOWERED, work=4)


@weight(2)
def test_lowering_worked_by_hand(submission):
    logits = np.array([4.0, -4.0, 1.0, 0.0, 2.0])
    got = submission.frequency_presence(logits, (1, 0, 1, 3, 1), frequency=0.5, presence=8.0)
    check(got, np.array([-4.5, -13.5, 1.0, -8.5, 2.0]), LOWERED)


@weight(1)
@pytest.mark.parametrize("kind", ["an empty list", "an empty tuple", "an empty array"])
def test_nothing_seen_changes_nothing(submission, rng, kind):
    logits = normal(rng, 7, dtype=np.float32)
    ids = {"an empty list": [], "an empty tuple": (), "an empty array": np.array([], np.int64)}[kind]
    check(submission.penalise_repeats(logits, ids, 1.5), logits, "the logits as they are", tolerance=0)
    check(submission.frequency_presence(logits, ids, 0.5, 0.5), logits, "the logits as they are", tolerance=0)


@weight(1)
def test_the_last_tokens_of_the_vocabulary_and_texts_longer_than_it(submission, rng):
    logits = normal(rng, 5, scale=2.0)
    ids = [4, *rng.integers(0, 5, size=40).tolist(), 4, 4]
    check(submission.penalise_repeats(logits, ids, 1.4), scaled(logits, ids, 1.4), SCALED)
    check(submission.frequency_presence(logits, ids, 0.3, 0.2), lowered(logits, ids, 0.3, 0.2), LOWERED, work=4)


@weight(1)
def test_impossible_tokens_stay_impossible(submission, rng):
    logits, ids = draw(rng)
    logits[[0, 5]] = -np.inf
    check(submission.penalise_repeats(logits, ids, 1.4), scaled(logits, ids, 1.4), f"{SCALED}; -inf as it is")
    got = submission.frequency_presence(logits, ids, 0.3, 0.2)
    check(got, lowered(logits, ids, 0.3, 0.2), f"{LOWERED}; -inf as it is", work=4)


@weight(2)
def test_arrays_and_views_will_do_and_arguments_are_left_unmodified(submission, rng):
    logits, ids = draw(rng)
    for form in (ids, tuple(ids), np.array(ids), np.array(ids, np.int32)):
        for values in (logits, noncontiguous(logits)):
            check(submission.penalise_repeats(values, form, 1.4), scaled(logits, ids, 1.4), SCALED)
            got = submission.frequency_presence(values, form, 0.3, 0.2)
            check(got, lowered(logits, ids, 0.3, 0.2), LOWERED, work=4)
    untouched(submission)
