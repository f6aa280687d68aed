"""Item analysis against scipy, an independent alpha, and figures worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.engine.cohort.items import analyse, cronbach_alpha, discrimination, normalised
from graders.engine.results import ExerciseResult, Outcome
from tests.cohort.cohorts import EXERCISES, WORTH, check, cohort, entry, result, student

ONE = {"topic/first": "First"}
TWO = {"topic/first": "First", "topic/second": "Second"}


@settings(deadline=None)  # scipy takes seconds to import
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), min_size=3))
def test_discrimination_is_the_point_biserial(pairs):
    stats = pytest.importorskip("scipy.stats", reason="scipy comes with the group oracles")
    item, rest = [float(passed) for passed, _ in pairs], [float(score) for _, score in pairs]
    found = discrimination(item, rest)
    if len(set(item)) == 1 or len(set(rest)) == 1:
        assert found.value is None
        assert found.reason
    else:
        assert found.value == pytest.approx(stats.pointbiserialr(item, rest).statistic, abs=1e-9)


@given(st.lists(st.lists(st.integers(0, 20), min_size=4, max_size=4), min_size=3, max_size=30))
def test_alpha_is_that_of_the_mean_covariance(points):
    """The same number by another way: k times the mean covariance over the mean variance and (k - 1) covariances."""
    table = np.array(points, float)
    covariance = np.cov(table.T)
    found = cronbach_alpha(points)
    if np.ptp(table.sum(1)) == 0:
        assert found.value is None
        return
    variance = np.trace(covariance) / 4
    between = (covariance.sum() - np.trace(covariance)) / 12
    assert found.value == pytest.approx(4 * between / (variance + 3 * between), rel=1e-7, abs=1e-9)


def test_alpha_of_exercises_that_agree_is_one():
    assert cronbach_alpha([(1, 1, 1), (2, 2, 2), (5, 5, 5)]).value == pytest.approx(1)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([], "fewer than 3 students"),
        ([(1, 2), (2, 3)], "fewer than 3 students"),
        ([(1,), (2,), (3,)], "fewer than two exercises"),
        ([(1, 2), (2, 1), (3, 0)], "all students have the same sum"),
    ],
)
def test_alpha_is_undefined_with_a_reason(points, reason):
    found = cronbach_alpha(points)
    assert (found.value, found.reason) == (None, reason)


def test_rounding_is_no_spread():
    assert discrimination([0, 1, 1], [0.1 + 0.2, 0.3, 0.3]).value is None


def passing(*passed: bool, **more):
    outcomes = [Outcome.PASSED if each else Outcome.FAILED for each in passed]
    return [check(f"test_{n}", outcome, core=True, **more) for n, outcome in enumerate(outcomes)]


def test_shares_and_difficulty_by_hand():
    tables = [(1, 1), (1, 0), (0, 0), (1, 1)]
    entries = [entry(student(f"s{n}"), result("topic/first", *passing(*row))) for n, row in enumerate(tables)]
    found = analyse([*entries, entry(student("absent"))], ONE)
    (exercise,) = found.exercises
    assert (found.students, found.absent) == (4, 1)
    assert (exercise.students, exercise.passed, exercise.share.value) == (4, 2, 0.5)
    assert exercise.difficulty.value == pytest.approx(1 - 12.5 / 20)
    assert [(c.students, c.passed, c.share.value, c.difficulty.value) for c in exercise.checks] == [
        (4, 3, 0.75, 0.25),
        (4, 2, 0.5, 0.5),
    ]


def test_a_check_is_compared_with_the_rest_alone():
    """Its own weight is in neither number: two checks that have nothing in common correlate by 0, not by more."""
    tables = [(1, 1), (1, 0), (0, 1), (0, 0)]
    entries = [entry(student(f"s{n}"), result("topic/first", *passing(*row))) for n, row in enumerate(tables)]
    (exercise,) = analyse(entries, ONE).exercises
    assert [c.discrimination.value for c in exercise.checks] == pytest.approx([0, 0])
    assert exercise.discrimination.value is None  # there is no other exercise


def test_an_exercise_is_compared_with_the_others_alone():
    tables = [(1, 1), (1, 0), (0, 1), (0, 0)]
    entries = [
        entry(student(f"s{n}"), result("topic/first", *passing(a)), result("topic/second", *passing(b)))
        for n, (a, b) in enumerate(tables)
    ]
    assert [e.discrimination.value for e in analyse(entries, TWO).exercises] == pytest.approx([0, 0])


def test_a_fault_of_ours_counts_neither_for_nor_against():
    fault = result("topic/first", check("test_0", Outcome.GRADER_ERROR, core=True))
    entries = [entry(student(f"s{n}"), result("topic/first", *passing(n > 0))) for n in range(3)]
    (exercise,) = analyse([*entries, entry(student("x"), fault)], ONE).exercises
    assert (exercise.students, exercise.passed) == (3, 2)
    assert exercise.checks[0].students == 3


def test_who_has_not_begun_has_no_points_and_no_checks():
    idle = ExerciseResult("topic/first", Outcome.NOT_STARTED, 0.0, WORTH)
    entries = [entry(student(f"s{n}"), result("topic/first", *passing(True))) for n in range(3)]
    (exercise,) = analyse([*entries, entry(student("x"), idle)], ONE).exercises
    assert (exercise.students, exercise.passed, exercise.checks[0].students) == (4, 3, 3)


def test_checks_that_never_or_always_fail_are_named():
    found = analyse(cohort(40), EXERCISES)
    for exercise in found.exercises:
        assert [c.name for c in exercise.checks if c.never_fails] == ["test_always"]
        assert [c.name for c in exercise.checks if c.always_fails] == ["test_never"]


def test_mistakes_are_counted_once_a_student():
    twice = result("topic/first", *passing(False), diagnosis=("a", "a"))
    once = result("topic/first", *passing(False), diagnosis=("b",))
    found = analyse([entry(student("1"), twice), entry(student("2"), once), entry(student("3"), once)], ONE)
    assert [(m.why, m.students) for m in found.mistakes] == [("b", 2), ("a", 1)]


def test_wrong_results_are_grouped_apart_from_numbers_and_without_those_explained():
    def wrong(key, message, **more):
        checks = [*passing(True), check("test_x[2]", Outcome.FAILED, message), check("test_y", Outcome.FAILED, "later")]
        return entry(student(key), result("topic/first", *checks, **more))

    entries = [
        wrong("1", "f(int64[3])\ncame back: -1.5e-07, off by 3"),
        wrong("2", "f(int64[12])\ncame back: 0.25, off by 12"),
        wrong("3", "f(int32[3])\ncame back: 1, off by 3"),
        wrong("4", "f(int64[3])\ncame back: 1, off by 3", diagnosis=("known",)),
    ]
    found = analyse(entries, ONE).wrong_results
    assert [(w.check, len(w.students)) for w in found] == [("test_x", 2), ("test_x", 1)]
    assert found[0].pattern == "f(int64[#])\ncame back: #, off by #"
    assert found[0].example == "f(int64[3])\ncame back: -1.5e-07, off by 3"


@pytest.mark.parametrize(
    ("message", "pattern"),
    [("1_000 and -2.", "# and #"), ("float32 x2", "float32 x2"), ("(1+2j)", "(##)"), (".5e+3,1", "#,#")],
)
def test_numbers_are_replaced(message, pattern):
    assert normalised(message) == pattern


def test_long_messages_are_cut():
    assert len(normalised("x " * 10**6)) == 2000


def test_outcomes_that_need_a_look_are_listed_with_the_gravest_first():
    crashed = result("topic/first", *passing(True), check("test_x", Outcome.CRASHED), check("test_y", Outcome.CRASHED))
    banned = ExerciseResult("topic/first", Outcome.BANNED, 0.0, WORTH)
    forged = result("topic/first", *passing(True), check("test_x", Outcome.FORGED))
    fine = result("topic/first", *passing(True, False))
    entries = [entry(student(str(n)), r) for n, r in enumerate([banned, crashed, fine, forged])]
    found = analyse(entries, ONE).looks
    assert [(look.outcome, look.student.key, look.checks) for look in found] == [
        (Outcome.FORGED, "3", 1),
        (Outcome.CRASHED, "1", 2),
        (Outcome.BANNED, "0", 0),
    ]


def test_nobody_at_all():
    found = analyse([], EXERCISES)
    assert (found.students, found.absent, found.alpha.value) == (0, 0, None)
    assert [e.share.value for e in found.exercises] == [None] * 3
