"""Checks of foundations/early_stopping: when it stops, what it remembers, nan, both modes."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, raises, weight

NAN = math.nan


def metrics(rng, mode, numbers):
    """Return (numbers moved and stretched, the stretch): what is larger stays so, and all is exact in binary.

    Turned round for "max", so that what is written as a loss improves either way.
    """
    stretch = float(rng.choice([0.25, 0.5, 2.0, 4.0]))
    shift = float(rng.integers(-40, 40)) / 8
    sign = 1 if mode == "min" else -1
    return [sign * (stretch * number + shift) for number in numbers], stretch


def start(submission, *arguments, **keywords):
    """Return a new EarlyStopping: an object of the learner's own, which of all that is handed over can be called."""
    stopper = submission.EarlyStopping(*arguments, **keywords)
    expect(callable(stopper), f"wanted: an EarlyStopping; came back: an object of type {type(stopper).__name__}")
    return stopper


def by_distance(patience, min_delta, mode, seen):
    """Return (stops, best, best_step): at each step, how far back the latest improvement lies says it all."""
    best, latest, stops = None, None, []
    for step, metric in enumerate(seen):
        gain = -math.inf if best is None else (best - metric if mode == "min" else metric - best)
        if metric == metric and (best is None or gain > min_delta):
            best, latest = metric, step
        since = step + 1 if latest is None else step - latest
        stops.append(since > 0 and since >= patience)
    return stops, best, latest


# Worked by hand, in losses: (patience, min_delta, losses, the steps that say stop, the step of the best).
WORKED = {
    "failures in a row": (2, 0.0, [5, 4, 4.5, 4.25, 3], [3], 4),
    "an improvement starts the row afresh": (3, 0.0, [5, 6, 6, 4, 6, 6, 3, 6, 6, 6], [9], 6),
    "the same again is a failure": (2, 0.0, [2, 2, 2], [2], 0),
    "exactly min_delta is a failure": (2, 0.5, [4, 3.5, 3.5], [2], 0),
    "a little better is a failure, and best stays": (3, 1.0, [4, 3.5, 3.25, 2.75, 2.25, 2, 1.75], [6], 3),
    "patience 0": (0, 0.0, [4, 3, 2, 2.5], [3], 2),
    "patience 1": (1, 0.0, [4, 3, 2, 2.5], [3], 2),
    "on after a stop": (2, 0.0, [1, 2, 2, 2, 0.5, 2, 2], [2, 3, 6], 4),
    "nan is a failure": (2, 0.0, [3, NAN, NAN, 2], [2], 3),
    "nan between failures": (3, 0.0, [3, 4, NAN, 4, 2], [3], 4),
    "nan first": (3, 0.0, [NAN, NAN, 7, 6, NAN, 6.5, 8], [6], 3),
    "nan first, until patience is gone": (2, 0.0, [NAN, NAN, NAN, 8, 7], [1, 2], 4),
}


@weight(4, core=True)
@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("case", WORKED)
def test_says_stop_when_patience_is_gone(submission, rng, case, mode):
    patience, min_delta, losses, steps, _ = WORKED[case]
    seen, stretch = metrics(rng, mode, losses)
    stopper = start(submission, patience, stretch * min_delta, mode)
    got = [stopper.update(metric) for metric in seen]
    wanted = f"True where {max(patience, 1)} or more updates in a row, the latest included, brought no improvement"
    check(got, [step in steps for step in range(len(seen))], f"{wanted}, for the metrics {seen}")


@weight(3)
@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("case", WORKED)
def test_remembers_the_latest_improvement_and_its_step(submission, rng, case, mode):
    patience, min_delta, losses, _, best_step = WORKED[case]
    seen, stretch = metrics(rng, mode, losses)
    stopper = start(submission, patience, min_delta=stretch * min_delta, mode=mode)
    for metric in seen:
        stopper.update(metric)
    check(stopper.best, seen[best_step], f"best after the metrics {seen}")
    check(stopper.best_step, best_step, f"best_step after the metrics {seen}, counted from 0")


@weight(3, core=True)
@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("patience", [0, 1, 3, 5])
def test_follows_a_long_training(submission, rng, patience, mode):
    # A noisy curve that turns, in eighths, so that equal metrics and gains of exactly min_delta occur.
    step = np.arange(60)
    losses = np.round(8 * (np.abs(step - 25) / 10 + rng.normal(scale=0.4, size=60))) / 8
    losses[rng.random(60) < 0.1] = NAN
    seen, stretch = metrics(rng, mode, losses.tolist())
    min_delta = stretch * float(rng.integers(3)) / 8
    stopper = start(submission, patience, min_delta, mode)
    got = [stopper.update(metric) for metric in seen]
    stops, best, best_step = by_distance(patience, min_delta, mode, seen)
    check(got, stops, f"patience {patience}, min_delta {min_delta}, mode {mode!r}: when it says stop")
    check((stopper.best, stopper.best_step), (best, best_step), "best and best_step at the end")


@weight(1)
def test_by_default_lower_is_better_and_any_gain_counts(submission, rng):
    seen, _ = metrics(rng, "min", [4, 3.9375, 3.875, 4, 4])
    stopper = start(submission, 2)
    got = [stopper.update(metric) for metric in seen]
    check(got, [False, False, False, False, True], "min_delta 0.0 and mode 'min' unless told otherwise")
    check(stopper.best, seen[2], "the lowest metric as best")


@weight(1)
@pytest.mark.parametrize("mode", ["min", "max"])
def test_before_the_first_improvement_nothing_is_best(submission, mode):
    stopper = start(submission, 5, mode=mode)
    check(stopper.best, None, "best before the first update")
    check(stopper.best_step, None, "best_step before the first update")
    stopper.update(NAN)
    check(stopper.best, None, "best when only nan has been seen")
    check(stopper.best_step, None, "best_step when only nan has been seen")


@weight(1)
def test_two_of_them_do_not_know_of_each_other(submission, rng):
    one, other = start(submission, 2), start(submission, 3, mode="max")
    seen, _ = metrics(rng, "min", [4, 5, 6, 7])
    got = [(one.update(metric), other.update(metric)) for metric in seen]
    want = [(False, False), (False, False), (True, False), (True, False)]
    check(got, want, "one waits for a lower metric, the other for a higher one, by turns")
    check((one.best_step, other.best_step), (0, 3), "best_step of each")


@weight(1)
@pytest.mark.parametrize("mode", ["minimum", "MAX", ""])
def test_an_unknown_mode_is_refused_with_its_name(submission, mode):
    with raises(ValueError, mode):
        submission.EarlyStopping(3, 0.0, mode)
