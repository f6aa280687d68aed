"""Checks of foundations/learning_rate_schedule: the rise, the joint, the cosine, the floor, no warm-up, errors."""

import itertools
import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_number, raises, sizes, weight


def every_step(submission, steps, *settings):
    return [submission.warmup_cosine(step, *settings) for step in steps]


def by_squares(step, peak, warmup, total, floor=0.0):
    """Return the learning rate, with the half-angle formula in place of 1 + cos."""
    if step >= total:
        return floor
    if step >= warmup:
        angle = math.pi / 2 * (step - warmup) / (total - warmup)
        return peak * math.cos(angle) ** 2 + floor * math.sin(angle) ** 2
    return peak * (step / warmup)


# Warm-up steps, all steps, floor as a share of peak.
SCHEDULES = {
    "down to 0": (6, 21, 0.0),
    "down to a floor": (7, 24, 0.1),
    "a long warm-up": (20, 27, 0.25),
    "a warm-up of one step": (1, 12, 0.0),
    "a cosine of one step": (9, 10, 0.3),
    "no warm-up": (0, 15, 0.0),
    "no warm-up, down to a floor": (0, 16, 0.2),
    "a floor as high as the peak": (5, 17, 1.0),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", SCHEDULES)
def test_follows_the_schedule_from_the_first_step_to_beyond_the_last(submission, rng, case):
    warmup, total, share = SCHEDULES[case]
    peak = float(rng.uniform(1e-4, 0.5))
    steps = range(total + 8)
    got = every_step(submission, steps, peak, warmup, total, share * peak)
    got = np.array([expect_number(rate, "the learning rate") for rate in got])
    # As an array, since the rounding is that of the peak: at the end, cos(pi / 2)**2 is right and no 0 in floats.
    want = np.array([by_squares(step, peak, warmup, total, share * peak) for step in steps])
    check(got, want, f"{case}: the learning rates of steps 0, 1, 2, ... ({warmup} of warm-up, {total} in all)")


@weight(3, core=True)
def test_the_steps_whose_cosine_everyone_knows(submission, rng):
    # The cosine is 1, 1/2, 0, -1/2 and -1 at 0, 1/3, 1/2, 2/3 and 1 of the way.
    warmup = int(rng.integers(1, 30))
    third = 2 * int(rng.integers(1, 20))
    floor = float(rng.uniform(0.001, 0.01))
    room = 4 * float(rng.uniform(0.01, 0.1))
    steps = [warmup + part * third // 2 for part in (0, 2, 3, 4, 6)]
    got = every_step(submission, steps, floor + room, warmup, warmup + 3 * third, floor)
    want = [floor + room * quarters / 4 for quarters in (4, 3, 2, 1, 0)]
    check(got, want, "peak, then 3/4, 1/2, 1/4 and 0 of the way from floor to peak, at 0, 1/3, 1/2, 2/3 and 1 of it")


@weight(2)
def test_rises_by_the_same_amount_from_zero_to_peak(submission, rng):
    (warmup,) = sizes(rng, 1, 10, 50)
    rise = float(rng.uniform(0.001, 0.01))
    got = every_step(submission, range(warmup + 1), rise * warmup, warmup, 3 * warmup, 2 * rise)
    check(got, [rise * step for step in range(warmup + 1)], "from 0 (not from floor) up to peak at the end of warm-up")


@weight(2)
@pytest.mark.parametrize("warmup", [0, 13])
def test_falls_all_the_way_and_is_symmetric_about_the_middle(submission, rng, warmup):
    (length,) = sizes(rng, 1, 20, 40)
    peak, floor = float(rng.uniform(0.2, 0.5)), float(rng.uniform(0.01, 0.1))
    steps = range(warmup, warmup + length + 1)
    rates = [expect_number(rate) for rate in every_step(submission, steps, peak, warmup, warmup + length, floor)]
    for earlier, later in itertools.pairwise(rates):
        expect(later < earlier, f"wanted: a fall at each step after the peak; {later:.6g} came after {earlier:.6g}")
    sums = [a + b for a, b in zip(rates, reversed(rates), strict=True)]
    check(sums, [peak + floor] * len(sums), "as far below peak after k steps as above floor k steps before the end")


@weight(2)
@pytest.mark.parametrize("share", [0.0, 0.1], ids=["of 0", "above 0"])
def test_stays_at_the_floor_after_the_end(submission, rng, share):
    warmup, total = sorted(sizes(rng, 2, 5, 60))
    peak = float(rng.uniform(0.1, 1))
    steps = [total, total + 1, total + 2, 2 * total - warmup, 2 * total, 3 * total, 10**9]
    got = every_step(submission, steps, peak, warmup, total, share * peak)
    for step, rate in zip(steps, got, strict=True):
        rate = expect_number(rate, "the learning rate")
        is_floor = abs(rate - share * peak) <= 1e-12 * peak
        expect(is_floor, f"wanted: floor at step {step}, after {total} steps in all; came back: {rate!r}")


@weight(1)
def test_without_warm_up_the_first_step_has_the_peak(submission, rng):
    (total,) = sizes(rng, 1, 2, 90)
    peak = float(rng.uniform(0.1, 1))
    first, last = every_step(submission, [0, total], peak, 0, total)
    check(first, peak, "peak at step 0, where there is no warm-up")
    is_nothing = abs(expect_number(last, "the learning rate")) <= 1e-12 * peak
    expect(is_nothing, f"wanted: 0.0 at the end, as floor is 0.0 unless told otherwise; came back: {last!r}")


@weight(1)
def test_a_schedule_of_a_million_steps(submission, rng):
    peak, floor = float(rng.uniform(1e-4, 1e-3)), 1e-5
    steps = [int(step) for step in rng.integers(1_000_000, size=20)] + [2_000, 1_999, 999_999]
    got = every_step(submission, steps, peak, 2_000, 1_000_000, floor)
    want = [by_squares(step, peak, 2_000, 1_000_000, floor) for step in steps]
    check(got, want, "2,000 steps of warm-up, 1,000,000 in all", work=64)


@weight(1)
def test_settings_may_be_given_by_name(submission, rng):
    peak = float(rng.uniform(0.1, 1))
    got = submission.warmup_cosine(step=11, peak=peak, warmup_steps=4, total_steps=30, floor=0.05)
    check(got, by_squares(11, peak, 4, 30, 0.05), "the learning rate of step 11 of 30")


@weight(1)
@pytest.mark.parametrize("warmup", [0, 6])
@pytest.mark.parametrize("step", [-1, -37])
def test_a_step_before_the_first_is_refused_with_its_number(submission, step, warmup):
    with raises(ValueError, step):
        submission.warmup_cosine(step, 0.5, warmup, 20)


@weight(1)
@pytest.mark.parametrize(("warmup", "total"), [(7, 7), (23, 19), (0, 0)])
@pytest.mark.parametrize("step", [0, 41])
def test_no_steps_for_the_cosine_are_refused_with_both_numbers(submission, warmup, total, step):
    with raises(ValueError, warmup, total):
        submission.warmup_cosine(step, 0.5, warmup, total)
