"""Verdicts add up as promised, and survive the trip through JSON."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.engine.results import (
    VERSION,
    CheckResult,
    ExampleResult,
    ExerciseResult,
    Outcome,
    Report,
    exercise_from_json,
    exercise_to_json,
    of_examples,
    score,
    to_json,
)

OF_CHECKS = sorted(set(Outcome) - {Outcome.PARTIAL, Outcome.NOT_STARTED, Outcome.UNCHECKED})
SHORT = [o for o in OF_CHECKS if o not in {Outcome.PASSED, Outcome.GRADER_ERROR}]

texts = st.text(max_size=20)
weights = st.floats(min_value=1e-6, max_value=1e6)
checks = st.builds(
    CheckResult,
    name=texts,
    outcome=st.sampled_from(OF_CHECKS),
    weight=weights,
    core=st.booleans(),
    sentence=texts,
    message=texts,
    printed=texts,
)
examples = st.builds(ExampleResult, texts, texts, texts, st.sampled_from(OF_CHECKS))
points = st.floats(min_value=1, max_value=100)
results = st.builds(
    ExerciseResult,
    id=texts,
    outcome=st.sampled_from(Outcome),
    points=st.none() | points,
    max_points=points,
    message=texts,
    diagnosis=st.lists(texts).map(tuple),
    seconds=points,
    checks=st.lists(checks, max_size=3).map(tuple),
    files=st.lists(texts, max_size=3).map(tuple),
    examples=st.lists(examples, max_size=3).map(tuple),
)


def one(outcome: Outcome, weight: float = 1.0, core: bool = True) -> CheckResult:
    return CheckResult("a check", outcome, weight, core)


def verdict(*checks: CheckResult, max_points: float = 10.0) -> ExerciseResult:
    return score("topic/name", max_points, checks, 0.5)


def result(outcome: Outcome, points: float | None = 0.0, max_points: float = 10.0) -> ExerciseResult:
    return ExerciseResult("topic/name", outcome, points, max_points)


def test_all_passed_is_worth_all_points():
    got = verdict(one(Outcome.PASSED, 1.1), one(Outcome.PASSED, 0.2, core=False), max_points=7.0)
    assert (got.outcome, got.points) == (Outcome.PASSED, 7.0)  # 7 * 1.3 / 1.3 is less, in floats


def test_points_are_the_passed_share_of_the_weights():
    got = verdict(one(Outcome.PASSED, 3), one(Outcome.FAILED, 1))
    assert (got.outcome, got.points) == (Outcome.PARTIAL, 7.5)


def test_without_a_passed_core_check_there_are_no_points():
    got = verdict(one(Outcome.FAILED, 1), one(Outcome.PASSED, 9, core=False))
    assert (got.outcome, got.points) == (Outcome.FAILED, 0.0)


def test_one_passed_core_check_is_enough():
    assert verdict(one(Outcome.PASSED, 1), one(Outcome.FAILED, 3)).points == 2.5


def test_a_forged_check_takes_all_points_and_speaks_whatever_it_weighs():
    got = verdict(one(Outcome.PASSED, 5), one(Outcome.FORGED, 0.001), one(Outcome.FAILED, 5))
    assert (got.outcome, got.points) == (Outcome.FORGED, 0.0)


@pytest.mark.parametrize("beside", [Outcome.PASSED, Outcome.FAILED, Outcome.FORGED])
def test_an_error_of_ours_gives_and_takes_nothing(beside):
    got = verdict(one(Outcome.GRADER_ERROR), one(beside))
    assert (got.outcome, got.points) == (Outcome.GRADER_ERROR, None)


def test_no_check_at_all_is_an_error_of_ours():
    assert verdict().outcome is Outcome.GRADER_ERROR


def test_checks_without_a_core_are_an_error_of_ours_when_all_pass():
    got = verdict(one(Outcome.PASSED, core=False))
    assert (got.outcome, got.points) == (Outcome.GRADER_ERROR, None)


def test_the_outcome_that_weighs_most_speaks_for_the_exercise():
    got = verdict(one(Outcome.CRASHED, 1), one(Outcome.ERROR, 2), one(Outcome.ERROR, 2), one(Outcome.FAILED, 3))
    assert got.outcome is Outcome.ERROR


def test_the_graver_outcome_speaks_among_equals():
    assert verdict(one(Outcome.FAILED), one(Outcome.TIMED_OUT)).outcome is Outcome.TIMED_OUT


@pytest.mark.parametrize("outcome", SHORT)
def test_one_kind_of_shortfall_speaks_for_itself(outcome):
    assert verdict(one(outcome), one(outcome)).outcome is outcome


def test_rounding_does_not_depend_on_the_order_of_the_checks():
    parts = [one(Outcome.PASSED, 0.1), one(Outcome.PASSED, 0.2), one(Outcome.PASSED, 0.3), one(Outcome.FAILED, 0.4)]
    assert verdict(*parts).points == verdict(*parts[::-1]).points


@given(st.lists(checks, max_size=6), points, st.randoms())
def test_the_order_of_the_checks_makes_no_difference(listed, max_points, random):
    shuffled = random.sample(listed, len(listed))
    ours, theirs = verdict(*listed, max_points=max_points), verdict(*shuffled, max_points=max_points)
    assert (ours.outcome, ours.points) == (theirs.outcome, theirs.points)


@given(st.lists(checks, max_size=6), points)
def test_points_lie_between_nothing_and_all(listed, max_points):
    got = verdict(*listed, max_points=max_points)
    assert got.points is None or 0 <= got.points <= max_points


@given(weights, weights, points)
def test_rounding_never_gives_more_than_all_points(passed, failed, max_points):
    got = verdict(one(Outcome.PASSED, passed), one(Outcome.FAILED, failed * 1e-20), max_points=max_points)
    assert got.points <= max_points


@given(st.lists(checks, min_size=1, max_size=6), points)
def test_an_exercise_passes_exactly_when_all_checks_do_and_one_is_core(listed, max_points):
    whole = all(c.outcome is Outcome.PASSED for c in listed) and any(c.core for c in listed)
    assert (verdict(*listed, max_points=max_points).outcome is Outcome.PASSED) == whole


@given(st.lists(checks, min_size=1, max_size=6), st.sampled_from(SHORT))
def test_falling_short_in_one_more_check_never_gains_points(listed, outcome):
    before = verdict(replace(listed[0], outcome=Outcome.PASSED), *listed[1:])
    after = verdict(replace(listed[0], outcome=outcome), *listed[1:])
    assert before.points is None or after.points <= before.points


def test_a_diagnosis_changes_nothing_else():
    plain = result(Outcome.FAILED)
    assert replace(plain.with_diagnosis(["heads are dealt out in turn"]), diagnosis=()) == plain


def test_which_files_were_loaded_is_no_part_of_a_verdict():
    assert result(Outcome.FAILED) == replace(result(Outcome.FAILED), files=("topic/other",))


def test_a_report_adds_up_what_counts():
    parts = (result(Outcome.PARTIAL, 2.5), result(Outcome.NOT_STARTED, 0.0), result(Outcome.GRADER_ERROR, None))
    report = Report(0, "full", parts)
    assert (report.points, report.max_points) == (2.5, 20.0)


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([], 0),
        ([Outcome.PASSED, Outcome.NOT_STARTED], 0),
        *(([Outcome.PASSED, outcome], 1) for outcome in [*SHORT, Outcome.PARTIAL]),
        ([Outcome.FAILED, Outcome.GRADER_ERROR], 2),
    ],
    ids=lambda value: "+".join(value) or "nothing" if isinstance(value, list) else "",
)
def test_the_exit_status_tells_the_worst(outcomes, status):
    assert Report(0, "full", tuple(map(result, outcomes))).exit_status == status


@given(results)
def test_a_result_comes_back_from_json_as_it_was(given_result):
    back = exercise_from_json(exercise_to_json(given_result))
    assert (back, back.files) == (given_result, given_result.files)


def test_examples_alone_never_pass_anyone():
    held = ExampleResult("f()", "1", "1", Outcome.PASSED)
    for examples in ([], [held]):
        found = of_examples("a/b", 5.0, examples, 0.1)
        assert (found.outcome, found.points) == (Outcome.UNCHECKED, None)
    short = [held, *(ExampleResult("f()", "1", "2", outcome) for outcome in (Outcome.FAILED, Outcome.TIMED_OUT))]
    assert of_examples("a/b", 5.0, short, 0.1).outcome is Outcome.TIMED_OUT


def test_a_result_of_before_there_were_examples_has_none():
    record = json.loads(exercise_to_json(verdict(one(Outcome.PASSED))))
    del record["examples"]
    assert exercise_from_json(json.dumps(record)) == verdict(one(Outcome.PASSED))


def test_what_comes_back_from_json_has_outcomes_not_texts():
    back = exercise_from_json(exercise_to_json(verdict(one(Outcome.FAILED))))
    assert back.outcome is back.checks[0].outcome is Outcome.FAILED


def _without(key: str) -> str:
    record = json.loads(exercise_to_json(verdict(one(Outcome.PASSED))))
    del record[key]
    return json.dumps(record)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "3",
        '"text"',
        "[]",
        "{}",
        _without("checks"),
        _without("points"),
        _without("files"),
        exercise_to_json(verdict(one(Outcome.PASSED))).replace('"passed"', '"splendid"'),
        exercise_to_json(verdict(one(Outcome.PASSED))).replace('"weight"', '"mass"'),
    ],
)
def test_what_is_no_result_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 (its own words, or those of the JSON parser)
        exercise_from_json(text)


def test_the_report_has_the_documented_fields():
    report = json.loads(to_json(Report(7, "full", (verdict(one(Outcome.FAILED)),))))
    assert (report["version"], report["seed"], report["isolation"]) == (VERSION, 7, "full")
    assert {"id", "outcome", "points", "max_points", "diagnosis", "seconds", "checks"} <= set(report["exercises"][0])
    assert {"name", "outcome", "weight", "message"} <= set(report["exercises"][0]["checks"][0])


def test_the_report_is_ascii_text_that_ends_its_last_line():
    report = Report(0, "full", (replace(result(Outcome.FAILED), message="größer als 10, 变大"),))
    text = to_json(report)
    assert text.isascii()
    assert text.endswith("}\n")
