"""What a learner reads of one exercise, and at the end."""

import io
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from graders.engine.learner.report import Reporter
from graders.engine.results import CheckResult, ExampleResult, ExerciseResult, Outcome, Report
from graders.engine.terminal.visible import visible

CALL = "softmax(float32[3, 5], axis=0)"
MISMATCH = f"{CALL}\nwanted: each row adds up to 1\ncame back: float32[3, 5], wrong in 15 of 15 elements"
RAISED = f"{CALL} raised KeyError: 'x'\n  exercises/a/b.py:7 in helper: return table['x']"


def check(name="test_it", outcome=Outcome.FAILED, message=MISMATCH, **fields):
    return CheckResult(name, outcome, 1.0, message=message, **fields)


def reporter(width=100):
    return Reporter(Console(file=io.StringIO(), width=width))


def read(*checks, outcome=Outcome.FAILED, points=0.0, width=100, **fields):
    """Return what the learner reads of an exercise."""
    result = ExerciseResult("a/b", outcome, points, 5.0, checks=checks, **fields)
    return "\n".join(line.plain for line in reporter(width).exercise(result, "Softmax", "exercises/a/b.py"))


def ending(*exercises):
    results = [ExerciseResult(i, o, None if o is Outcome.GRADER_ERROR else p, 5.0) for i, o, p in exercises]
    titles = {i: i.upper() for i, _, _ in exercises}
    lines = reporter().ending(Report(0, "full", tuple(results)), titles, "solutions/a/b.py")
    return [line.plain for line in lines]


# The head.


def test_the_head_has_title_id_outcome_points_and_passed_checks():
    passed = check(outcome=Outcome.PASSED, message="", core=True)
    text = read(passed, passed, check(), outcome=Outcome.PARTIAL, points=10 / 3)
    assert text.splitlines()[0] == "Softmax (a/b): partly passed, 3.33 of 5 points, 2 of 3 checks passed"


def test_passed_checks_are_a_count_and_nothing_else():
    passed = check(outcome=Outcome.PASSED, message="", core=True, printed="noise\n")
    text = read(passed, passed, outcome=Outcome.PASSED, points=5.0)
    assert text == "Softmax (a/b): passed, 5 of 5 points, all 2 checks passed"


def test_it_is_said_why_passed_checks_give_no_points():
    assert "counts once a check of the definition itself passes" in read(check(outcome=Outcome.PASSED), check())
    assert "counts once" not in read(check(outcome=Outcome.PASSED, core=True), check(), points=2.5)
    assert "counts once" not in read(check(), check())
    forged = check(outcome=Outcome.FORGED)
    assert "counts once" not in read(check(outcome=Outcome.PASSED, core=True), forged, outcome=Outcome.FORGED)


# A check that fell short.


def test_a_failed_check_shows_sentence_call_what_was_wanted_and_what_came_back():
    assert read(check(sentence="rows add up")).splitlines()[1:] == [
        "  [failed] rows add up",
        "    softmax(float32[3, 5], axis=0)",
        "    wanted: each row adds up to 1",
        "    came back: float32[3, 5], wrong in 15 of 15 elements",
    ]


def test_an_error_shows_the_lines_of_the_learner():
    assert read(check(outcome=Outcome.ERROR, message=RAISED)).splitlines()[1:] == [
        "  [raised an error] test_it",
        "    softmax(float32[3, 5], axis=0) raised KeyError: 'x'",
        "      exercises/a/b.py:7 in helper: return table['x']",
    ]


def test_what_was_printed_follows():
    assert read(check(printed="one\n\ntwo\n")).splitlines()[-4:] == [
        "    it printed:",
        "    | one",
        "    | ",
        "    | two",
    ]


def test_of_much_that_was_printed_the_last_lines_are_shown():
    text = read(check(printed="".join(f"line {i}\n" for i in range(2500))))
    assert "it printed (the last 20 of 2,500 lines):\n    | line 2480\n" in text
    assert text.count("| line") == 20
    assert text.endswith("| line 2499")


def test_a_long_line_is_cut_and_says_so():
    text = read(check(printed="x" * 60_000))
    assert len(text) < 2_000
    assert "59,500 more characters" in text.replace("\n    | ", " ")


def test_a_long_message_is_cut_in_the_middle_and_says_so():
    text = read(check(message="\n".join(f"row {i}" for i in range(1000))))
    assert "    row 0\n" in text
    assert "... 970 more lines ..." in text
    assert text.endswith("row 999")


def test_a_known_mistake_is_named():
    assert "A known mistake gives exactly this: no maximum is subtracted" in read(
        check(), diagnosis=("no maximum is subtracted",)
    )


# Examples.


def example(source="f(1)", wanted="2", got="2", outcome=Outcome.PASSED):
    return ExampleResult(source, wanted, got, outcome)


def test_an_example_that_fell_short_comes_first_with_its_values_and_what_prepares_it():
    prepared = example("x = [\n    1]", "", "")
    asked = example("f(x)", "2", "3", Outcome.FAILED)
    text = read(check(sentence="rows add up"), examples=(example("x = 9", "9", "9"), prepared, asked))
    assert text.splitlines()[1:8] == [
        "  [example] from the docstrings",
        "    >>> x = [",
        "    ...     1]",
        "    >>> f(x)",
        "    wanted: 2",
        "    came back: 3",
        "  [failed] rows add up",
    ]


def test_an_example_that_raised_or_ran_out_of_time_says_so():
    raised = example("f()", "", "KeyError: 'x'", Outcome.ERROR)
    assert read(check(), examples=(raised,)).splitlines()[3:5] == [
        "    wanted: no output",
        "    raised an error: KeyError: 'x'",
    ]
    stopped = example("f()", "2", "it used up its CPU time", Outcome.TIMED_OUT)
    assert "ran out of time: it used up its CPU time" in read(check(), examples=(stopped,))


def test_examples_that_hold_are_shown_with_their_values():
    text = read(check(), examples=(example("x = 1", "", ""), example("f(x)"), example("f(2)", "4\n5", "4\n5")))
    assert text.splitlines()[1:7] == [
        "  All 2 examples hold:",
        "    >>> f(x)",
        "    2",
        "    >>> f(2)",
        "    4",
        "    5",
    ]


def test_of_many_examples_that_fell_short_three_are_shown():
    text = read(check(), examples=tuple(example(f"f({i})", "2", "3", Outcome.FAILED) for i in range(5)))
    assert text.count(">>>") == 3
    assert "2 more examples fall short." in text


def test_whoever_has_passed_reads_of_examples_only_where_one_falls_short():
    passed = check(outcome=Outcome.PASSED, message="", core=True)
    assert ">>>" not in read(passed, outcome=Outcome.PASSED, points=5.0, examples=(example(),))
    short = example("f(1)", "5", "2", Outcome.FAILED)
    assert "came back: 2" in read(passed, outcome=Outcome.PASSED, points=5.0, examples=(short,))


def test_what_an_example_shows_cannot_steer_the_terminal():
    text = read(check(), examples=(example("f('\x1b')", "\x1b[2J", "\x1b[2J", Outcome.FAILED),))
    assert "\x1b" not in text


# Many checks that fell short.


def test_three_are_shown_in_full_and_the_others_in_one_line_each():
    text = read(*(check(f"test_{i}", sentence=f"rule {i}", message=f"f({i})\nreason {i}") for i in "abcde"))
    assert all(f"f({i})\n    reason {i}" in text for i in "abc")
    assert text.splitlines()[-3:] == ["  These fell short too:", "    [failed] rule d", "    [failed] rule e"]


def test_cases_that_differ_in_numbers_only_are_shown_once():
    messages = [f"f(float32[{n}])\nwrong in {n} of {n * 7} elements, first at [{n}] with -{n}.5e-07" for n in (2, 3)]
    text = read(*(check(f"test_f[{m[10]}]", sentence=f"case {m[10]}", message=m) for m in messages))
    assert "wrong in 2 of 14" in text
    assert text.endswith("These fell short too:\n    [failed] case 3 (as above)")


def test_different_rules_broken_in_the_same_words_are_both_shown():
    text = read(*(check(f"test_{n}", message=f"f()\nwrong in {n} elements") for n in (2, 3)))
    assert "wrong in 2 elements" in text
    assert "wrong in 3 elements" in text


def test_the_same_error_in_every_check_is_shown_once():
    text = read(*(check(f"test_{i}", Outcome.ERROR, RAISED.replace("3", str(i))) for i in range(10)))
    assert text.count("raised KeyError") == 1
    assert text.count("(as above)") == 9


def test_the_same_printed_text_is_shown_once():
    text = read(*(check(f"test_{i}", message=f"f()\nreason {i}", printed="hello\n") for i in "ab"))
    assert text.count("| hello") == 1
    assert "it printed the same as above" in text


def test_checks_that_did_not_run_are_listed_without_repeating_why():
    message = "not run: 2 checks before it ran out of time"
    late = [check(f"test_{i}", Outcome.TIMED_OUT, message, sentence=f"rule {i}") for i in "ab"]
    text = read(check("test_slow", Outcome.TIMED_OUT, f"{CALL}: it used up its CPU time"), *late)
    assert text.endswith("  2 checks did not run, as those before ran out of time:\n    rule a\n    rule b")


# Exercises without checks.


def test_a_syntax_error_has_its_caret_below_the_place():
    message = "a/b.py, line 3: invalid syntax\n    名 = f(x y)\n          ^"
    assert read(outcome=Outcome.INVALID, message=message).splitlines()[-2:] == ["      名 = f(x y)", "             ^"]


def test_the_caret_is_right_in_a_line_with_tabs():
    message = "a/b.py, line 3: invalid syntax\n    f(\tx y)\n        ^"
    assert read(outcome=Outcome.INVALID, message=message).splitlines()[-2:] == ["      f(  x y)", "           ^"]


def test_the_caret_stays_below_its_place_in_a_line_that_does_not_fit():
    code = "    " + "a" * 50 + "!" + "b" * 50
    message = f"a/b.py, line 3: invalid syntax\n{code}\n{' ' * 54}^"
    *_, line, caret = read(outcome=Outcome.INVALID, message=message, width=40).splitlines()
    assert line[len(caret) - 1] == "!"
    assert len(line) <= 40


def test_what_was_printed_before_loading_failed_is_bounded_too():
    message = "loading it raised KeyError: 1\nit had printed:\n" + "line\n" * 300
    text = read(outcome=Outcome.INVALID, message=message)
    assert "it printed (the last 20 of 300 lines):" in text
    assert text.count("| line") == 20


def test_our_fault_is_said_to_be_ours_and_shows_the_traceback():
    trace = '  File "graders/a/b.py", line 3, in test_it\n    1 / 0\nZeroDivisionError: division by zero\n'
    text = read(check(outcome=Outcome.GRADER_ERROR, message=trace), outcome=Outcome.GRADER_ERROR, points=None)
    assert text.startswith("Softmax (a/b): our fault, no points given or taken")
    assert "This is our fault, not yours" in text
    assert "ZeroDivisionError: division by zero" in text


# Text that nobody trusts.


@pytest.mark.parametrize("field", ["name", "sentence", "message", "printed"])
def test_control_characters_of_a_learner_are_escaped(field):
    text = read(check(**{field: "a\x1b[2J\x07\x9b31m\r\u202eb\ud800"}))
    assert r"a\x1b[2J\x07\x9b31m\r\u202eb\ud800" in text


@pytest.mark.parametrize("field", ["name", "sentence", "message", "printed"])
def test_markup_of_a_learner_is_shown_as_it_is(field):
    assert "[bold]x[/] [/red] :smile:" in read(check(**{field: "[bold]x[/] [/red] :smile:"}))


@given(st.text())
def test_nothing_that_steers_or_hides_is_ever_visible(text):
    shown = visible(text).replace("\n", "")
    assert shown.isprintable()
    assert not {category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(st.characters(exclude_characters="\t", categories=["L", "N", "P", "S"])))
def test_ordinary_text_of_any_language_stays_as_it_is(text):
    assert visible(text) in (text, text.encode("unicode_escape").decode())  # the latter for letters newer than Python


# The width.

WORST = {
    "message": "f(float32[3, 5], 'x' * 3) raised ValueError: "
    + "long " * 40
    + "w" * 90
    + "\n  exercises/a/b.py:7 in f: x",
    "printed": "名" * 90 + "\n" + "word " * 60,
    "sentence": "each row adds up to 1, whatever the scale of its largest entry is: a case with a long name",
}


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width):
    text = read(
        check(**WORST), check("test_b"), check("test_c[1]", message="g()\nz"), width=width, diagnosis=("y " * 90,)
    )
    assert max(map(cell_len, text.splitlines())) <= width


# The end.


def test_the_sum_counts_points_and_outcomes_with_what_is_not_begun_last():
    text = ending(("a/b", Outcome.NOT_STARTED, 0.0), ("a/c", Outcome.PASSED, 5.0), ("a/d", Outcome.ERROR, 0.0))[0]
    assert text == "5 of 15 points: 1 passed, 1 raised an error, 1 not started."


def test_our_fault_counts_neither_for_nor_against():
    text = ending(("a/b", Outcome.PASSED, 5.0), ("a/c", Outcome.GRADER_ERROR, None))
    assert text[0] == "5 of 5 points: 1 passed, 1 our fault."
    assert " ".join(text[1:]).endswith("or else report the fault above, please.")


def test_what_is_next_is_the_first_that_fell_short():
    text = ending(("a/b", Outcome.NOT_STARTED, 0.0), ("a/c", Outcome.PASSED, 5.0), ("a/d", Outcome.ERROR, 0.0))
    assert text[-1] == "Next: mend a/d, the first that fell short."


def test_what_is_next_is_else_the_first_that_is_not_begun():
    text = ending(("a/b", Outcome.PASSED, 5.0), ("a/c", Outcome.NOT_STARTED, 0.0))
    assert text[-1] == "Next in order of study: a/c (A/C)."


def test_who_has_passed_one_is_sent_to_its_solution():
    assert "compare with solutions/a/b.py" in ending(("a/b", Outcome.PASSED, 5.0))[-1]


def test_who_has_passed_all_is_told_so():
    assert ending(("a/b", Outcome.PASSED, 5.0), ("a/c", Outcome.PASSED, 5.0))[-1] == "All of it has passed."
