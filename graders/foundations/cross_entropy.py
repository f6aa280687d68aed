"""Checks of foundations/cross_entropy: the mean and its gradient, what counts, smoothing, extremes, perplexity."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_number,
    expect_type,
    noncontiguous,
    normal,
    raises,
    sizes,
    untouched,
    weight,
)

MEAN = "(mean over the positions that count, the gradient of that mean)"


def position_by_position(logits, targets, ignore_index=-100, label_smoothing=0.0):
    """Return (loss, gradient) in the dtype of logits, number by number with Python's floats."""
    classes = logits.shape[1]
    losses, gradient = [], np.zeros(logits.shape)
    count = sum(int(t) != ignore_index for t in targets)
    for n, target in enumerate(int(t) for t in targets):
        if target == ignore_index:
            continue
        row = [float(v) for v in logits[n]]
        total = math.fsum(math.exp(v - max(row)) for v in row)
        for k, v in enumerate(row):
            wanted = label_smoothing / classes + (1 - label_smoothing) * (k == target)
            losses.append(-wanted * (v - max(row) - math.log(total)))
            gradient[n, k] = (math.exp(v - max(row)) / total - wanted) / count
    return logits.dtype.type(math.fsum(losses) / max(count, 1)), gradient.astype(logits.dtype)


def draw(rng, dtype=np.float64, ignored=None, scale=2.0):
    """Return logits [N, V] and targets [N]; of the positions at least three are `ignored` (if given), and two not."""
    n, classes = sizes(rng, 2, 6, 12)
    targets = rng.integers(classes, size=n)
    if ignored is not None:
        targets[rng.random(n) < 0.3] = ignored
        targets[:3], targets[3:5] = ignored, [classes - 1, 1]
        targets = rng.permutation(targets)
    return normal(rng, n, classes, dtype=dtype, scale=scale), targets


DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


PARTS = pytest.mark.parametrize("part", ["loss", "gradient"])


def check_part(part, got, want, about):
    """Require one of the two, so that the other one is worth something by itself."""
    got = expect_type(got, tuple, "(loss, gradient)")
    expect(len(got) == 2, f"wanted: (loss, gradient); came back: a tuple of {len(got)}")
    check(got[part == "gradient"], want[part == "gradient"], about, work=16)


@weight(4, core=True)
@PARTS
@DTYPES
def test_the_mean_loss_and_its_gradient(submission, rng, part, dtype):
    logits, targets = draw(rng, dtype)
    check_part(part, submission.cross_entropy(logits, targets), position_by_position(logits, targets), f"the {part}")


@weight(3, core=True)
@PARTS
@pytest.mark.parametrize("ignore_index", [None, -1, 0, 4], ids=["-100 unless told", "-1", "a class, 0", "a class, 4"])
def test_ignored_positions_do_not_count_and_get_no_gradient(submission, rng, ignore_index, part):
    logits, targets = draw(rng, ignored=-100 if ignore_index is None else ignore_index)
    given = {} if ignore_index is None else {"ignore_index": ignore_index}
    want = position_by_position(logits, targets, **given)
    got = submission.cross_entropy(logits, targets, **given)
    check_part(part, got, want, f"the {part} of the positions that count")


@weight(3)
@pytest.mark.parametrize("label_smoothing", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("ignored", [None, -100], ids=["all count", "some ignored"])
def test_label_smoothing_spreads_over_all_classes(submission, rng, label_smoothing, ignored):
    logits, targets = draw(rng, ignored=ignored)
    got = submission.cross_entropy(logits, targets, label_smoothing=label_smoothing)
    want = position_by_position(logits, targets, label_smoothing=label_smoothing)
    check(got, want, f"{MEAN}, {label_smoothing} / V for every class and the rest for the target", work=16)


@weight(2)
def test_logarithms_of_counts_worked_by_hand(submission, rng):
    # exp(log(n)) is n: the counts 1, 3, 4 give the probabilities 1/8, 3/8, 4/8.
    order = rng.permutation(3)
    shares = np.array([1.0, 3.0, 4.0])[order] / 8
    logits = np.log(8 * shares) + np.array([[0.0], [-5.0], [3.0]])
    targets = np.array([np.flatnonzero(order == 0)[0], -100, np.flatnonzero(order == 2)[0]])
    gradient = np.stack([shares, np.zeros(3), shares])
    gradient[[0, 2], targets[[0, 2]]] -= 1
    want = ((math.log(8) + math.log(2)) / 2, gradient / 2)  # -log(1/8) and -log(4/8), and two that count
    check(submission.cross_entropy(logits, targets), want, "the loss of probabilities 1/8 and 1/2, and p less target")


@weight(2)
@DTYPES
def test_logits_of_ten_thousand_do_not_overflow(submission, rng, dtype):
    logits, targets = draw(rng, dtype)
    logits += rng.permutation(np.linspace(-1e4, 1e4, len(logits)))[:, None].astype(dtype)
    want = position_by_position(logits, targets)
    check(submission.cross_entropy(logits, targets), want, f"{MEAN}, for logits of 10,000 and -10,000", work=16)


@weight(2)
@DTYPES
@pytest.mark.parametrize("label_smoothing", [0.0, 0.25])
def test_a_probability_too_small_for_a_float_has_an_ordinary_logarithm(submission, rng, dtype, label_smoothing):
    logits, targets = draw(rng, dtype, ignored=-100)
    logits[:, 3] += 3000.0
    got = submission.cross_entropy(logits, targets, label_smoothing=label_smoothing)
    want = position_by_position(logits, targets, label_smoothing=label_smoothing)
    check(got, want, f"{MEAN}, for targets thousands below the largest logit", work=16)


@weight(1)
def test_adding_one_number_to_a_position_changes_nothing(submission, rng):
    near, targets = draw(rng, np.float32)
    near = np.round(near * 64) / np.float32(64)  # so that `far` is exact in float32
    want = position_by_position(near, targets)
    check(submission.cross_entropy(near + np.float32(65536), targets), want, "the same around 65,536 as around 0")


@weight(2)
@DTYPES
@pytest.mark.parametrize("count", [0, 7], ids=["no positions at all", "all ignored"])
def test_nothing_that_counts_gives_a_loss_and_a_gradient_of_zero(submission, rng, dtype, count):
    logits = normal(rng, count, 5, dtype=dtype)
    got = submission.cross_entropy(logits, np.full(count, -100), label_smoothing=0.1)
    check(got, (0.0, np.zeros((count, 5), dtype)), "a loss of 0.0 and a gradient of zeros")


@weight(2)
@pytest.mark.parametrize("case", ["V itself", "far above V", "-1", "-100 when another is ignored"])
def test_a_target_that_is_no_class_is_refused(submission, rng, case):
    logits, targets = draw(rng)
    logits = normal(rng, len(targets), int(rng.integers(20, 90)))
    classes = logits.shape[1]
    bad = {"V itself": classes, "far above V": classes + 100, "-1": -1}.get(case, -100)
    targets[int(rng.integers(len(targets)))] = bad
    given = {"ignore_index": -1} if bad == -100 else {}
    with raises(ValueError, bad, classes):
        submission.cross_entropy(logits, targets, **given)


@weight(1)
def test_a_single_class_costs_nothing(submission, rng):
    logits = normal(rng, 4, 1)
    got = expect_type(submission.cross_entropy(logits, np.zeros(4, np.int64), label_smoothing=0.2), tuple)
    expect(len(got) == 2, f"wanted: (loss, gradient); came back: a tuple of {len(got)}")
    loss, gradient = expect_number(got[0], "the loss"), expect_array(got[1], (4, 1), np.float64, "the gradient")
    largest = float(max(abs(loss), np.abs(gradient).max()))  # rounding is allowed: 1 - 0.8 - 0.2 is not 0 in floats
    expect(largest <= 1e-14, f"wanted: a loss and a gradient of 0 for one class only; {largest!r} came back")


@weight(1)
def test_views_and_small_integers_are_taken(submission, rng):
    logits, targets = draw(rng, np.float32, ignored=-100)
    want = position_by_position(logits, targets)
    check(submission.cross_entropy(noncontiguous(logits), targets.astype(np.int32)), want, MEAN, work=16)
    check(submission.cross_entropy(np.asfortranarray(logits), noncontiguous(targets)), want, MEAN, work=16)


@weight(1)
def test_the_arguments_are_left_unmodified(submission, rng):
    logits, targets = draw(rng, ignored=-100)
    got = submission.cross_entropy(logits, targets, label_smoothing=0.1)
    check(got, position_by_position(logits, targets, label_smoothing=0.1), MEAN)
    untouched(submission)


@weight(1)
def test_perplexity_is_e_to_the_loss(submission, rng):
    loss = float(rng.uniform(0.5, 9))
    check(submission.perplexity(loss), math.exp(loss), "e to the power of the loss")
    single = np.float32(rng.uniform(100, 600))
    check(submission.perplexity(single), math.exp(single), "e to the power of a float32 loss, in float64")


@weight(1)
def test_perplexity_of_equal_probabilities_is_their_number(submission, rng):
    classes = int(rng.integers(2, 1000))
    check(submission.perplexity(math.log(classes)), float(classes), "as many as there are equally likely tokens")


@weight(1)
@pytest.mark.parametrize("loss", [710.0, 1e5, math.inf])
def test_perplexity_beyond_every_float_is_infinite(submission, loss):
    check(submission.perplexity(loss), math.inf, "inf for a loss whose exponential no float holds")
