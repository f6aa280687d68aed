"""Lateness: days, late days, penalties, and which attempt counts."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.engine.cohort.assignment import Count, LatePolicy
from graders.engine.cohort.lateness import Lateness, exact, kept_share, measure, rounded, share, shown, which
from tests.support.grades import DUE, attempt

POLICY = LatePolicy(timedelta(minutes=10), late_days=1, percent_a_day=10.0, floor_percent=25.0)
DAY, MINUTE, TICK = timedelta(days=1), timedelta(minutes=1), timedelta(microseconds=1)
GRACE = POLICY.grace

policies = st.builds(
    LatePolicy,
    grace=st.timedeltas(timedelta(0), timedelta(days=2)),
    late_days=st.integers(0, 5),
    percent_a_day=st.floats(0, 100),
    floor_percent=st.floats(0, 100),
)
delays = st.timedeltas(timedelta(days=-30), timedelta(days=400))


@pytest.mark.parametrize(
    ("delay", "late", "days", "spent"),
    [
        (-DAY, timedelta(), 0, 0),
        (GRACE, timedelta(), 0, 0),
        (GRACE + TICK, timedelta(), 0, 1),
        (GRACE + DAY, timedelta(), 0, 1),
        (GRACE + DAY + TICK, TICK, 1, 1),
        (GRACE + 2 * DAY, DAY, 1, 1),
        (GRACE + 2 * DAY + TICK, DAY + TICK, 2, 1),
    ],
)
def test_a_day_counts_once_begun_after_grace_and_late_days(delay, late, days, spent):
    assert measure(DUE + delay, DUE, None, POLICY) == Lateness(late, days, spent)


@pytest.mark.parametrize(
    ("days", "kept"), [(0, 1), (1, Fraction(9, 10)), (7, Fraction(3, 10)), (8, Fraction(1, 4)), (300, Fraction(1, 4))]
)
def test_each_day_takes_its_percent_down_to_the_floor(days, kept):
    assert kept_share(Lateness(days=days), POLICY) == kept


def test_decimal_percents_are_taken_as_they_are_written():
    assert kept_share(Lateness(days=3), LatePolicy(percent_a_day=0.1)) == Fraction(997, 1000)


def test_after_the_final_time_nothing_is_left_whatever_the_floor():
    closes = DUE + DAY
    assert not measure(closes, DUE, closes, POLICY).is_over
    over = measure(closes + TICK, DUE, closes, POLICY)
    assert over.is_over
    assert kept_share(over, POLICY) == 0


def test_days_are_24_hours_also_where_clocks_change():
    zone = ZoneInfo("Europe/Zurich")
    due = datetime(2026, 3, 28, 12, tzinfo=zone)  # the night after has 23 hours
    found = measure(datetime(2026, 3, 29, 13, tzinfo=zone), due, None, LatePolicy())
    assert (found.late, found.days) == (DAY, 1)


def test_without_a_due_time_nothing_is_late_and_without_a_time_nothing_is_known():
    assert measure(None, None, None, POLICY) == measure(DUE, None, DUE - DAY, POLICY) == Lateness()
    unknown = measure(None, DUE, DUE, POLICY)
    assert unknown == Lateness(is_unknown=True)
    assert kept_share(unknown, POLICY) == 1


@given(policies, delays, delays)
def test_later_never_leaves_more(policy, one, other):
    early, late = (kept_share(measure(DUE + d, DUE, None, policy), policy) for d in sorted((one, other)))
    assert late <= early


@given(policies, delays)
def test_never_less_than_the_floor_nor_more_than_all(policy, delay):
    kept = kept_share(measure(DUE + delay, DUE, None, policy), policy)
    assert exact(policy.floor_percent) / 100 <= kept <= 1
    assert kept == 1 or delay > policy.grace + policy.late_days * DAY


@given(policies, delays)
def test_late_is_what_is_left_of_the_delay(policy, delay):
    found = measure(DUE + delay, DUE, None, policy)
    assert found.late == max(timedelta(), delay - policy.grace - found.late_days * DAY)
    assert found.days * DAY >= found.late > (found.days - 1) * DAY
    assert found.late_days <= policy.late_days
    assert found.late == timedelta() or found.late_days == policy.late_days


@given(st.fractions(0, 1000, max_denominator=10**6))
def test_rounding_is_to_the_nearest_hundredth_and_half_up(value):
    hundredths = Fraction(rounded(value)).limit_denominator(100) * 100
    assert hundredths.denominator == 1
    assert -Fraction(1, 2) < hundredths - value * 100 <= Fraction(1, 2)


@pytest.mark.parametrize(("value", "text"), [(0.345, "0.35"), (2.675, "2.68"), (10.0, "10"), (8.5, "8.5"), (0.0, "0")])
def test_a_figure_is_shown_as_people_round_it(value, text):
    assert shown(value) == text
    assert rounded(exact(value)) == float(text)


@given(st.integers(1, 60), st.data())
def test_a_share_is_the_fraction_that_the_weights_made(total, data):
    passed = data.draw(st.integers(0, total))
    assert share(20.0 * passed / total, 20.0) == Fraction(passed, total)


def picked(count, delays, late=None, **more):
    attempts = [attempt(None if d is None else DUE + d * DAY, number=n) for n, d in enumerate(delays, 1)]
    late = late or [measure(a.submitted, DUE, DUE + 9 * DAY, POLICY) for a in attempts]
    return which(count, attempts, late, **more)


@pytest.mark.parametrize(
    ("count", "delays", "index"),
    [
        (Count.LATEST, [], None),
        (Count.LATEST, [1, 3, 2], 1),
        (Count.LATEST, [1, 30, 2], 2),  # one is after the final time
        (Count.LATEST, [40, 30], 0),  # all are
        (Count.FIRST, [3, 1, 2], 1),
        (Count.FIRST, [40, 30], 1),
        (Count.LATEST_IN_TIME, [-2, 0, 0.5, 3], 1),  # the third would spend a late day
        (Count.LATEST_IN_TIME, [3, 2, 4], 1),
        (Count.LATEST, [None, None], 1),  # by their numbers
        (Count.LATEST, [3, None], 1),
    ],
)
def test_which_attempt_counts(count, delays, index):
    assert picked(count, delays) == index


def test_the_systems_word_stands_for_a_time_that_it_does_not_tell():
    attempts = [attempt(None, number=1, is_late=False), attempt(None, number=2, is_late=True)]
    assert which(Count.LATEST_IN_TIME, attempts, [Lateness(is_unknown=True)] * 2) == 0


def test_best_is_what_is_left_most_and_the_earliest_of_equals():
    scores = [Fraction(3), Fraction(5), Fraction(5), Fraction(9)]
    assert picked(Count.BEST, [3, 2, 1, 30], most=scores, is_known=[True] * 4) == 2


def test_an_unknown_score_counts_only_where_it_could_be_the_best():
    assert picked(Count.BEST, [1, 2], most=[Fraction(5), Fraction(6)], is_known=[True, False]) == 1
    assert picked(Count.BEST, [2, 1], most=[Fraction(5), Fraction(5)], is_known=[True, False]) == 0


def test_times_in_several_zones_are_in_order_of_the_moments():
    attempts = [
        attempt(datetime(2026, 3, 1, 12, tzinfo=UTC)),
        attempt(datetime(2026, 3, 1, 12, 30, tzinfo=ZoneInfo("Europe/Zurich"))),  # half an hour earlier
    ]
    assert which(Count.LATEST, attempts, [Lateness()] * 2) == 0
