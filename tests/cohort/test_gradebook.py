"""The gradebook: points, sums, penalties, flags, and who moved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from graders.engine.cohort.assignment import Count, LatePolicy
from graders.engine.cohort.gradebook import Move, choose, figures, flags, make_entry, moved
from graders.engine.cohort.records import Person, Remark, RemarkKind
from graders.engine.results import Outcome
from tests.support.grades import DUE, attempt, entry, make_assignment, result, results, student

DAY = timedelta(days=1)
LATE = make_assignment(due=DUE, late=LatePolicy(percent_a_day=10.0, floor_percent=50.0, final_time=DUE + 9 * DAY))


def test_points_are_the_results_share_of_what_an_exercise_is_worth_here():
    found = entry(make_assignment(points={"sums/double": 3.0, "sums/halve": 20.0}), student(), 10 / 3, 5.0)
    assert found.points == (1.0, 10.0)
    assert found.max_points == (3.0, 20.0)
    assert (found.raw, found.penalty, found.final) == (11.0, 0.0, 11.0)


def test_sums_are_rounded_once_at_the_end():
    third = make_assignment(points={"sums/double": 0.01, "sums/halve": 0.01})
    assert entry(third, student(), 10 / 3, 10 / 3).raw == 0.01  # two thirds of a hundredth; each alone would be 0


def test_penalty_and_final_add_up_to_raw():
    found = entry(LATE, student(), 10 / 3, 10 / 3, DUE + 1.5 * DAY)
    assert found.late == 1.5 * DAY
    assert (found.raw, found.penalty, found.final) == (10.0, 2.0, 8.0)
    found = entry(LATE, student(), 3.33, 0.0, DUE + DAY)
    assert (found.raw, found.penalty, found.final) == (3.33, 0.33, 3.0)  # 2.997


def test_another_policy_needs_no_grading():
    before = entry(LATE, student(), 10.0, 10.0, DUE + DAY)
    after = make_entry(make_assignment(), before.student, before.attempt, before.results)
    assert (before.final, after.final) == (27.0, 30.0)


def test_an_extension_moves_the_due_time_of_one_student():
    extended = replace(LATE, extensions={"s1": DUE + DAY})
    assert entry(extended, student("s1"), 10.0, 10.0, DUE + DAY).final == 30.0
    assert entry(extended, student("s2"), 10.0, 10.0, DUE + DAY).final == 27.0


def test_after_the_final_time_the_raw_points_stay_and_the_final_is_zero():
    found = entry(LATE, student(), 10.0, 5.0, DUE + 10 * DAY)
    assert (found.raw, found.penalty, found.final) == (20.0, 20.0, 0.0)
    assert "handed in after the final time" in flags(LATE, found)


def test_a_fault_of_ours_leaves_no_grade():
    found = entry(LATE, student(), None, 10.0, DUE + DAY)
    assert found.points == (None, 20.0)
    assert (found.raw, found.penalty, found.final) == (None, 0.0, None)
    assert flags(LATE, found) == ("no grade: the grader failed, grade again",)


def test_nothing_handed_in_is_zero():
    found = entry(LATE, student(), is_in=False)
    assert (found.results, found.points, found.max_points) == ((), (0.0, 0.0), (10.0, 20.0))
    assert (found.raw, found.penalty, found.final) == (0.0, 0.0, 0.0)
    assert flags(LATE, found) == ("nothing handed in",)


@pytest.mark.parametrize("wrong", [(), results(1.0, 1.0)[:1], results(1.0, 1.0)[::-1]])
def test_results_of_another_assignment_are_no_grade(wrong):
    with pytest.raises(ValueError, match="one result for each exercise"):
        make_entry(LATE, student(), attempt(), wrong)


def test_a_mark_of_lateness_without_a_time_is_flagged_and_costs_nothing():
    marked = make_entry(LATE, student(), attempt(None, is_late=True), results(10.0, 10.0))
    assert (marked.final, marked.late) == (30.0, timedelta())
    assert flags(LATE, marked) == ("marked late where it was handed in, with no time to go by: no penalty",)
    unknown = make_entry(LATE, student(), attempt(None), results(10.0, 10.0))
    assert flags(LATE, unknown) == ("not known when it was handed in: no penalty",)
    assert flags(make_assignment(), make_entry(make_assignment(), student(), attempt(None), results(1.0, 1.0))) == ()


def test_flags_say_what_has_to_be_looked_at():
    spent = replace(LATE, late=LatePolicy(late_days=2), extensions={"s1": DUE})
    handed = attempt(
        DUE + DAY, people=(Person("s1"), Person("s2")), remarks=(Remark(RemarkKind.RENAMED, "a (1).py", "is a"),)
    )
    found = make_entry(spent, student(), handed, results(0.0, 0.0, outcome=Outcome.FORGED))
    assert flags(spent, found) == ("late days spent: 1", "has an extension", "group", "remarks on the intake", "forged")


def test_best_is_chosen_by_what_is_left_after_the_penalty():
    best = replace(LATE, count=Count.BEST)
    early, late = attempt(DUE, number=1), attempt(DUE + 3 * DAY, number=2)
    assert choose(best, [early, late], [results(8.0, 8.0), results(10.0, 10.0)]) == early  # 24 against 21
    assert choose(best, [early, late], [results(6.0, 6.0), results(10.0, 10.0)]) == late  # 18 against 21
    extended = replace(best, extensions={"s1": DUE + 3 * DAY})
    assert choose(extended, [early, late], [results(8.0, 8.0), results(10.0, 10.0)], "s1") == late


def test_best_waits_for_an_attempt_that_might_be_better():
    best = replace(LATE, count=Count.BEST)
    early, late = attempt(DUE, number=1), attempt(DUE + 3 * DAY, number=2)
    graded = [results(8.0, 8.0), results(None, 10.0)]  # 24 against 21 at the most
    assert choose(best, [early, late], graded) == early
    graded[0] = results(6.0, 6.0)
    assert choose(best, [early, late], graded) == late


def test_other_rules_need_no_results():
    early, late = attempt(DUE, number=1), attempt(DUE + DAY, number=2)
    assert choose(LATE, [early, late]) == late
    assert choose(replace(LATE, count=Count.LATEST_IN_TIME), [early, late]) == early
    assert choose(LATE, []) is None


def test_best_needs_the_results_of_each_attempt():
    with pytest.raises(ValueError, match="shorter"):
        choose(replace(LATE, count=Count.BEST), [attempt()])


def test_who_moved_from_what_to_what():
    plain = make_assignment()
    old = [entry(plain, student(key), 10.0, 5.0) for key in ("same", "moved", "ours", "gone")]
    new = [
        old[0],
        entry(plain, student("moved"), 5.0, 5.0),
        entry(plain, student("ours"), 10.0, None),
        entry(plain, student("new"), is_in=False),
    ]
    assert moved({e.student.key: figures(e) for e in old}, new) == [
        Move("moved", "sums/double", 10.0, 5.0),
        Move("moved", "total", 20.0, 15.0),
        Move("ours", "sums/halve", 10.0, None),
        Move("ours", "total", 20.0, None),
        Move("new", "total", None, 0.0),
        Move("gone", "sums/double", 10.0, None),
        Move("gone", "sums/halve", 10.0, None),
        Move("gone", "total", 20.0, None),
    ]


def test_exercises_that_came_or_went_are_moves_too():
    plain = make_assignment()
    shorter = replace(plain, exercises=plain.exercises[:1])
    old = entry(plain, student(), 10.0, 5.0)
    new = make_entry(shorter, student(), attempt(), (result("sums/double", 10.0),))
    assert moved({"s1": figures(old)}, [new]) == [
        Move("s1", "sums/halve", 10.0, None),
        Move("s1", "total", 20.0, 10.0),
    ]
