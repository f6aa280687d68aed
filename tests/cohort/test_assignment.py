"""An assignment's file: what it may say, and how what is wrong with it is told."""

import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graders.engine.catalog import CatalogError
from graders.engine.cohort import assignment as module
from graders.engine.cohort.assignment import Count, Missing, Show, default_assignment, read_assignment
from tests.support.grades import CATALOG, make_assignment, student

ROOT = Path(__file__).resolve().parents[2]
LEAST = 'title = "Sums"\nexercises = ["sums"]\n'


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "assignment.toml"
        path.write_text(text, "utf-8")
        return read_assignment(path, CATALOG)

    return read


@pytest.fixture
def problems(read):
    def problems(text):
        with pytest.raises(CatalogError) as caught:
            read(text)
        return list(caught.value.problems)

    return problems


def test_title_and_exercises_are_enough(read):
    found = read(LEAST)
    assert found == default_like(found)
    assert [e.id for e in found.exercises] == ["sums/double", "sums/halve"]
    assert found.points == {"sums/double": 10.0, "sums/halve": 20.0}


def default_like(found):
    return replace(make_assignment(), exercises=found.exercises)


def test_without_a_file_all_is_graded_and_shown():
    found = default_assignment(CATALOG, "Everything")
    assert list(found.points) == ["sums/double", "sums/halve", "words/echo"]
    assert (found.due, found.late.final_time, found.feedback) == (None, None, frozenset(Show))


def test_everything_that_may_be_said(read):
    found = read("""
        title = "Sums"
        exercises = ["words/echo", "sums/double"]
        count = "best"
        [points]
        "sums/double" = 7
        [due]
        time = 2026-03-01T23:59:00
        zone = "Europe/Zurich"
        [late]
        grace_minutes = 1.5
        late_days = 2
        percent_a_day = 10
        floor_percent = 50
        final_time = 2026-04-01T00:00:00
        [extensions]
        "a@b.c" = 2026-03-02T00:00:00-05:00
        [feedback]
        show = ["points"]
        [exports]
        canvas = "Sums (12)"
        missing = "zero"
        moodle_comments = true
    """)
    assert found.points == {"sums/double": 7.0, "words/echo": 5.0}
    assert found.count is Count.BEST
    assert found.due == datetime(2026, 3, 1, 22, 59, tzinfo=UTC)
    assert found.late.grace == timedelta(seconds=90)
    assert (found.late.late_days, found.late.percent_a_day, found.late.floor_percent) == (2, 10, 50)
    assert found.late.final_time == datetime(2026, 3, 31, 22, tzinfo=UTC)  # summer time by then
    assert found.due_of("a@b.c") == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert found.due_of("else") == found.due
    assert found.feedback == {Show.POINTS}
    assert (found.exports.canvas, found.exports.missing) == ("Sums (12)", Missing.ZERO)
    assert found.exports.moodle_comments


def test_an_extension_beyond_the_final_time_holds():
    late = replace(make_assignment().late, final_time=datetime(2026, 3, 3, tzinfo=UTC), grace=timedelta(minutes=5))
    found = make_assignment(late=late, extensions={"s1": datetime(2026, 3, 9, tzinfo=UTC)})
    assert found.closes_for("s1") == datetime(2026, 3, 9, 0, 5, tzinfo=UTC)
    assert found.closes_for("s2") == datetime(2026, 3, 3, tzinfo=UTC)


def test_all_problems_are_listed_at_once_each_with_its_place(problems):
    assert problems("""
        titel = "Sums"
        exercises = ["sums/dubble", "words"]
        count = 3
        points = 4
        [due]
        time = 2026-03-01
        zone = "Europe/Zurch"
        [late]
        percent = 10
        floor_percent = 101
        late_days = true
        [extensions]
        x = "soon"
        [feedback]
        show = ["point"]
        [exports]
        missing = "none"
    """) == [
        "assignment.toml: unknown key 'titel'; did you mean 'title'?; the keys are title, exercises, count, points, "
        "due, late, extensions, feedback, exports",
        "assignment.toml: title is missing; it has to be a text of one line",
        "assignment.toml: count has to be latest or first or best or latest_in_time (Expected `str`, got `int`)",
        "assignment.toml: points has to be a table (Expected `object`, got `int`)",
        "assignment.toml: exercises: there is no exercise or topic 'sums/dubble'; did you mean sums/double or "
        "sums/halve?",
        "assignment.toml, [due]: time has to be a time such as 2026-03-01T23:59:00 (local, with a zone) or "
        "2026-03-01T23:59:00+01:00 (Expected `datetime`, got `date`)",
        "assignment.toml, [due]: there is no time zone 'Europe/Zurch'; did you mean 'Europe/Zurich'?",
        "assignment.toml, [late]: unknown key 'percent'; did you mean 'percent_a_day'?; the keys are grace_minutes, "
        "late_days, percent_a_day, floor_percent, final_time",
        "assignment.toml, [late]: late_days has to be a whole number of days from 0 to 365 (Expected `int`, got "
        "`bool`)",
        "assignment.toml, [late]: floor_percent has to be a number from 0 to 100 (Expected `float` <= 100.0)",
        "assignment.toml, [extensions] x: time has to be a time such as 2026-03-01T23:59:00 (local, with a zone) or "
        "2026-03-01T23:59:00+01:00 (Invalid RFC3339 encoded datetime)",
        "assignment.toml, [feedback]: show has to be a list of any of points, outcomes, messages, printed, mistakes "
        "(Invalid enum value 'point' - at `$[0]`)",
        "assignment.toml, [exports]: missing has to be empty or zero (Invalid enum value 'none')",
    ]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('[points]\n"words/echo" = 1', "[points]: 'words/echo' is no exercise of this assignment"),
        ('[points]\n"sums/doubl" = 1', "'sums/doubl' is no exercise of this assignment; did you mean 'sums/double'?"),
        ('[points]\n"sums/double" = 0', "[points] sums/double: points has to be a number above 0, up to 1000"),
        ('[points]\n"sums/double" = nan', "[points] sums/double: points has to be a number above 0, up to 1000"),
        ("[due]\ntime = 2026-03-01T12:00:00", "2026-03-01 12:00:00 has no offset, so [due] has to name a zone"),
        ("[due]\ntime = 0001-01-01T00:00:00Z", "the year 1 is not from 1971 to 2999"),
        ("[late]\npercent_a_day = 10", "[late] needs a due time: add [due] with time and zone"),
        ("[extensions]\nx = 2026-03-01T12:00:00Z", "[extensions] needs a due time"),
        (
            "[due]\ntime = 2026-03-29T02:30:00\nzone = 'Europe/Zurich'",
            "the clocks of Europe/Zurich never show 2026-03-29 02:30:00, as they are put forward over it",
        ),
        (
            "[due]\ntime = 2026-10-25T02:30:00\nzone = 'Europe/Zurich'",
            "the clocks of Europe/Zurich show 2026-10-25 02:30:00 twice, as they are put back: write "
            "2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00",
        ),
        (
            "[due]\ntime = 2026-03-01T12:00:00Z\n[late]\nfinal_time = 2026-03-01T11:00:00Z",
            "final_time 2026-03-01 11:00:00+00:00 is before the due time 2026-03-01 12:00:00+00:00",
        ),
        (
            "[due]\ntime = 2026-03-01T12:00:00Z\n[extensions]\nx = 2026-02-01T12:00:00Z",
            "[extensions] x: 2026-02-01 12:00:00+00:00 is before the due time",
        ),
        ("[due]\nzone = '../../etc/passwd'\ntime = 2026-03-01T12:00:00", "there is no time zone '../../etc/passwd'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(problems, more, problem):
    (found,) = problems(LEAST + more)
    assert problem in found
    assert found.startswith("assignment.toml")


def test_an_empty_list_of_exercises_is_no_way_to_say_all(problems):
    assert problems('title = "x"\nexercises = []') == [
        "assignment.toml: exercises has to be a list of ids and topics of exercises, not empty "
        "(Expected `array` of length >= 1)"
    ]


def test_no_file_and_no_toml(tmp_path, problems):
    assert problems("title = ")[0].startswith("assignment.toml: is not TOML: Invalid value")
    with pytest.raises(CatalogError, match=r"^none\.toml: there is no such file$"):
        read_assignment(tmp_path / "none.toml", CATALOG)


def test_extensions_find_their_students_by_any_name_of_theirs():
    due = datetime(2026, 3, 9, tzinfo=UTC)
    names = {"7": due, "jane@x.org": due, "bo": due, "same@x.org": due, "jane@x.orgg": due, "8": due}
    students = [
        student("7", email="jane@x.org"),
        student("8", login="bo"),
        student("9", email="same@x.org"),
        student("10", email="same@x.org"),
    ]
    found, problems = make_assignment(extensions=names).for_students(students)
    assert found.extensions == {"7": due, "8": due}
    assert problems == (
        "[extensions] 'jane@x.org' is a student who has another extension already",
        "[extensions] 'same@x.org' is the name of several students",
        "[extensions] 'jane@x.orgg' is no student's; did you mean 'jane@x.org'?",
        "[extensions] '8' is a student who has another extension already",
    )


@pytest.mark.parametrize("place", ["docstring", "docs/assignment.md"])
def test_the_documented_example_is_one(tmp_path, place):
    if place == "docstring":
        text = module.__doc__
        example = textwrap.dedent(text[text.index("    title") : text.index("Only `title`")])
    else:
        example = (ROOT / place).read_text("utf-8").split("```toml\n")[1].split("```")[0]
    path = tmp_path / "example.toml"
    path.write_text(example, "utf-8")
    found = read_assignment(path, module.Catalog.load(ROOT))
    assert found.points["attention/masks"] == 10
    assert len(found.extensions) == 1
