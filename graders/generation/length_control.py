"""Checks of generation/length_control: the three scores, eos before the minimum, eos after the start, errors."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_number,
    noncontiguous,
    normal,
    raises,
    sizes,
    untouched,
    weight,
)

HELD_BACK = "-inf for eos while there are fewer tokens than the minimum, the other logits as they are"
RAISED = "x + |x| * (factor ** (length - start) - 1) for the logit x of eos, the other logits as they are"
SHAPES = {"one row": (9,), "a batch": (3, 7), "a batch of batches": (2, 4, 5)}


@weight(4, core=True)
@pytest.mark.parametrize("style", ["power", "gnmt", "none"])
def test_scores_are_log_probabilities_over_a_power_of_the_length(submission, rng, style):
    for penalty in (0.6, 1.0, 2.0, float(rng.uniform(0.2, 1.8))):
        log_prob, length = -float(rng.uniform(1, 60)), int(rng.integers(2, 40))
        if style == "none":
            want = log_prob
        else:
            base = math.log(length) if style == "power" else math.log(5 + length) - math.log(6)
            want = -math.exp(math.log(-log_prob) - penalty * base)
        got = submission.length_score(log_prob, length, penalty, style)
        check(got, want, f"the score in the style {style}", work=16)


@weight(2, core=True)
def test_scores_worked_by_hand(submission):
    for length, penalty, style, want in (
        (16, 0.5, "power", -6.0),
        (3, 2.0, "power", -24.0 / 9),
        (13, 1.0, "gnmt", -8.0),
        (19, 2.0, "gnmt", -1.5),
        (19, 2.0, "none", -24.0),
        (1, 3.0, "power", -24.0),
        (1, 3.0, "gnmt", -24.0),
    ):
        got = submission.length_score(-24.0, length, penalty, style)
        check(got, want, f"the score of {length} tokens of log-probability -24, style {style}, penalty {penalty}")


@weight(1)
@pytest.mark.parametrize("style", ["power", "gnmt", "none"])
def test_scores_at_the_ends(submission, rng, style):
    log_prob, length = -float(rng.uniform(1, 60)), int(rng.integers(2, 40))
    check(submission.length_score(log_prob, length, 0.0, style), log_prob, "the log-probability, for a penalty of 0")
    check(submission.length_score(-math.inf, length, 0.7, style), -math.inf, "-inf, for a text that is impossible")
    check(submission.length_score(0.0, length, 0.7, style), 0.0, "0, for a text that is certain")


@weight(1)
@pytest.mark.parametrize("style", ["power", "gnmt"])
def test_of_equal_log_probabilities_the_longer_text_scores_higher(submission, rng, style):
    last = -math.inf
    for length in (1, 2, 5, 9, 300):
        score = expect_number(submission.length_score(-20.0, length, 0.9, style), "the score")
        expect(score > last, f"wanted: scores that rise with the length; at {length} tokens it was {score:.4f}")
        last = score


@weight(1)
@pytest.mark.parametrize("style", ["linear", "sum", "", "GNMT"])
def test_an_unknown_style_is_refused(submission, style):
    with raises(ValueError, style):
        submission.length_score(-3.0, 4, 1.0, style)


@weight(1)
@pytest.mark.parametrize("style", ["power", "gnmt", "none"])
def test_a_length_of_nothing_is_refused(submission, style):
    for length in (0, -4):
        with raises(ValueError, length):
            submission.length_score(-3.0, length, 1.0, style)


def held_back(logits, length, minimum, eos):
    want = logits.copy()
    for index in np.ndindex(*logits.shape):
        if index[-1] == eos and minimum > length:
            want[index] = -np.inf
    return want


@weight(3, core=True)
@pytest.mark.parametrize("case", SHAPES)
def test_eos_is_impossible_before_the_minimum(submission, rng, case):
    for dtype in (np.float64, np.float32):
        logits = normal(rng, *SHAPES[case], dtype=dtype)
        eos, minimum = int(rng.integers(logits.shape[-1])), int(rng.integers(3, 9))
        for length in (0, 1, minimum - 1):
            got = submission.min_length(logits, length, minimum, eos)
            check(got, held_back(logits, length, minimum, eos), f"{case}: {HELD_BACK}", tolerance=0)


@weight(2)
def test_eos_may_come_from_the_minimum_on(submission, rng):
    logits = normal(rng, 3, 6)
    logits[1, 2] = -np.inf
    (minimum,) = (int(n) for n in sizes(rng, 1, 260, 400))
    for length, least in ((minimum, minimum), (minimum + 1, minimum), (900, minimum), (0, 0)):
        got = submission.min_length(logits, length, least, 4)
        check(got, logits, "the logits as they are, when there are as many tokens as the minimum or more", tolerance=0)
    got = submission.min_length(logits, minimum - 1, minimum, 4)
    check(got, held_back(logits, 0, 1, 4), HELD_BACK, tolerance=0)


def raised(logits, length, start, factor, eos):
    """Return what exponential_decay has to return, by one multiplication a token of the text."""
    want = logits.astype(np.float64)
    for index in np.ndindex(*logits.shape[:-1]):
        x = float(logits[(*index, eos)])
        growth = 1.0
        for _ in range(start, length):
            growth *= factor
        if x != -math.inf:
            want[(*index, eos)] = x * growth if x > 0 else x + (-x * growth + x)
    return want.astype(logits.dtype)


@weight(4, core=True)
@pytest.mark.parametrize("case", SHAPES)
def test_eos_rises_exponentially_after_the_start(submission, rng, case):
    for dtype in (np.float64, np.float32):
        logits = normal(rng, *SHAPES[case], dtype=dtype, scale=2.0)
        eos, start, factor = int(rng.integers(logits.shape[-1])), int(rng.integers(2, 9)), float(rng.uniform(1.1, 1.6))
        for more in (1, 2, 7):
            got = submission.exponential_decay(logits, start + more, start, factor, eos)
            check(got, raised(logits, start + more, start, factor, eos), f"{case}: {RAISED}", work=16)


@weight(2)
def test_rises_worked_by_hand(submission):
    logits = np.array([[4.0, 1.0, -3.0], [-4.0, 0.0, 3.0]])
    for length, factor, eos, want in (
        (11, 1.5, 0, [[6.0, 1.0, -3.0], [-2.0, 0.0, 3.0]]),
        (13, 2.0, 0, [[32.0, 1.0, -3.0], [24.0, 0.0, 3.0]]),
        (12, 3.0, 1, [[4.0, 9.0, -3.0], [-4.0, 0.0, 3.0]]),
        (12, 1.0, 2, [[4.0, 1.0, -3.0], [-4.0, 0.0, 3.0]]),
    ):
        got = submission.exponential_decay(logits, length, 10, factor, eos)
        check(got, np.array(want), f"{RAISED}, with a start of 10")


@weight(1)
@pytest.mark.parametrize("sign", [1, -1])
def test_eos_never_falls(submission, rng, sign):
    logits = np.abs(normal(rng, 6)) * sign
    last = logits
    for length in range(4, 9):
        got = expect_array(submission.exponential_decay(logits, length, 3, 1.3, 2), (6,))
        message = f"wanted: a logit of eos that rises with the length; at {length} tokens, from {logits[2]:.3f}, it is "
        expect(got[2] > last[2], f"{message}{got[2]:.3f}")
        last = got


@weight(1)
def test_up_to_the_start_nothing_changes(submission, rng):
    logits = normal(rng, 3, 6, dtype=np.float32)
    for length in (0, 1, 299, 300):
        got = submission.exponential_decay(logits, length, 300, 1.5, 4)
        check(got, logits, "the logits as they are", tolerance=0)


@weight(1)
def test_an_impossible_eos_stays_impossible(submission, rng):
    logits = normal(rng, 3, 6)
    logits[:2, 3] = -np.inf
    logits[2, 0] = -np.inf
    got = submission.exponential_decay(logits, 9, 4, 1.7, 3)
    check(got, raised(logits, 9, 4, 1.7, 3), f"{RAISED}; -inf as it is", work=16)
    check(submission.exponential_decay(logits[0], 5, 4, 1.7, 3), logits[0], "-inf as it is")


@weight(1)
@pytest.mark.parametrize("factor", [0.9, 0.0, -2.0])
def test_a_factor_below_one_is_refused(submission, rng, factor):
    for length in (2, 8):
        with raises(ValueError, factor):
            submission.exponential_decay(normal(rng, 5), length, 4, factor, 1)


@weight(1)
def test_a_view_will_do_and_is_left_unmodified(submission, rng):
    logits = normal(rng, 4, 5)
    for values in (logits, noncontiguous(logits), np.asfortranarray(logits)):
        check(submission.min_length(values, 1, 2, 3), held_back(logits, 1, 2, 3), HELD_BACK, tolerance=0)
        got = submission.exponential_decay(values, 6, 4, 1.2, 3)
        check(got, raised(logits, 6, 4, 1.2, 3), RAISED, work=16)
    untouched(submission)
