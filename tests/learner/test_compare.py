"""A learner's code beside the reference, in memory."""

from graders.engine.learner.compare import difference, next_questions
from tests.support.grading import CATALOG, EXERCISES

HEAD = '"""Double.\n\nSource: a book.\n\nAn interviewer goes on: why?\nRead on: another.\n"""\n'
CODE = "\n\ndef double(x):\n    return x + x\n"


def lines(yours, solution):
    return [line.plain for line in difference(yours, solution)]


def test_each_line_says_whose_it_is_and_where():
    yours = '"""Double.\n"""\n\n\ndef double(x):\n    # mine\n    return 2 * x\n'
    assert lines(yours, HEAD + CODE) == [
        "Lines with - are yours alone, lines with + are the reference's alone.",
        "From line 3 of yours:",
        "  ",
        "  ",
        "  def double(x):",
        "-     # mine",
        "-     return 2 * x",
        "+     return x + x",
    ]


def test_heads_and_trailing_spaces_make_no_difference():
    same = ["Your code is the reference's, line by line."]
    assert lines(CODE.replace("x\n", "x  \n"), HEAD + CODE) == same
    assert lines('"""Another head."""\n' + CODE, HEAD + CODE) == same


def test_text_that_could_steer_a_terminal_is_escaped():
    assert r"-     return x + x  # \x1b[2J" in lines(CODE.replace("+ x", "+ x  # \x1b[2J"), HEAD + CODE)


def test_what_an_interviewer_asks_next_is_taken_from_the_head():
    assert next_questions(HEAD + CODE) == "An interviewer goes on: why?\nRead on: another."


def test_every_solution_says_what_an_interviewer_asks_next():
    assert [e.id for e in EXERCISES if "?" not in next_questions(CATALOG.solution(e))] == []
