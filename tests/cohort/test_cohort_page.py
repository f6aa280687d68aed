"""The instructor's page: its numbers, that nothing in it can do anything, and how it behaves in a real browser."""

import re

import pytest

from graders.engine.cohort.charts import MOST_BANDS, heat_map, histogram, level
from graders.engine.cohort.items import analyse
from graders.engine.cohort.pages import Move, RunFacts, cohort_html
from graders.engine.cohort.records import Remark, RemarkKind
from graders.engine.results import Outcome
from tests.cohort import browser
from tests.cohort.cohorts import EXERCISES, HOSTILE, check, cohort, entry, result, student

RUN = RunFacts(seed=81234567, isolation="full")


def page(entries, remarks=(), moved=(), title="Homework", exercises=EXERCISES):
    return cohort_html(title, RUN, entries, analyse(entries, exercises), remarks, moved)


def hostile_page():
    checks = [
        check("test_a", core=True),
        check(HOSTILE, Outcome.FAILED, HOSTILE, HOSTILE),
        check("test_c", Outcome.FORGED),
    ]
    lines = [entry(student(HOSTILE + str(n), HOSTILE), result("topic/first", *checks)) for n in range(4)]
    named = result("topic/first", *checks[:2], diagnosis=(HOSTILE,))
    lines.append(entry(student("x"), named))
    remarks = [Remark(RemarkKind.REFUSED, HOSTILE, HOSTILE)]
    moved = [Move(student("k", HOSTILE), HOSTILE, None, 1.5)]
    return page(lines, remarks, moved, HOSTILE, {"topic/first": HOSTILE})


def test_the_facts_of_the_run_and_of_the_class():
    lines = [
        entry(student("a"), result("topic/first", check("test", core=True)), penalty=1.0),
        entry(student("b"), result("topic/first", check("test", Outcome.CRASHED, core=True))),
        entry(student("c")),
    ]
    text = page(
        lines,
        [Remark(RemarkKind.MISSING, "row 4", "nothing was handed in")],
        [Move(student("b"), "topic/first", 5.0, 0.0)],
        exercises={"topic/first": "First"},
    )
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text.partition("<body>")[2]))
    for shown in (
        "Students 3 1 handed in nothing",
        "Mean of final points 2 of 5",
        "Median 2",
        "Seed 81234567",
        "Isolation full",
        "crashed Student b topic/first 1",
        "missing row 4 nothing was handed in",
        "Student b topic/first 5 0",
        "Student a a 4 5 1 5",
        "fewer than 3 students",
    ):
        assert shown in plain, shown


def test_the_same_cohort_gives_the_same_page_without_any_time_of_day():
    lines = cohort(30)
    assert page(lines) == page(lines)


def test_no_students_at_all():
    text = page([])
    assert "Nobody has final points" in text
    assert 'title="no student&#39;s file was graded here"' in text


def test_a_fault_of_ours_is_a_dash_and_said():
    fault = result("topic/first", check("test", Outcome.GRADER_ERROR, core=True))
    text = page([entry(student("a"), fault)], exercises={"topic/first": "First"})
    assert '<td class="n le">–</td>' in text  # noqa: RUF001
    assert "1 student have no final points yet" not in text
    assert "1 student has no final points yet" in text


@pytest.mark.parametrize(
    ("share", "name"),
    [(None, "le"), (0, "l0"), (0.01, "l1"), (0.25, "l2"), (0.5, "l3"), (0.75, "l4"), (0.999, "l4"), (1, "l5")],
)
def test_levels(share, name):
    assert level(share) == name


def test_each_score_is_in_one_bar():
    found = histogram([0, 0.5, 5, 9.99, 10, 10], 10)
    assert sum(bar.count for bar in found.bars) == 6
    assert (found.bars[0].count, found.bars[1].count, found.bars[10].count, found.bars[-1].count) == (1, 1, 1, 3)
    assert max(bar.height for bar in found.bars) == found.height
    assert all(bar.y + bar.height == pytest.approx(found.height) for bar in found.bars)


def test_scores_above_the_most_or_below_zero_stay_in_the_picture():
    found = histogram([12, -1], 10)
    assert (found.bars[0].count, found.bars[-1].count, found.bars[-1].high) == (1, 1, 12)


@pytest.mark.parametrize("students", [0, 1, 199, 200, 201, 5000])
def test_the_map_has_each_student_once_and_keeps_to_its_size(students):
    found = heat_map([[1.0, 0.5]] * students, 2)
    column = [cell for cell in found.cells if cell.column == 0]
    assert len(column) <= MOST_BANDS
    assert sum(cell.last - cell.first + 1 for cell in column) == students
    assert found.height <= 3.2 * MOST_BANDS


def test_a_band_shows_the_mean_of_what_is_known():
    found = heat_map([[1.0], [0.5], [None], []] * MOST_BANDS, 1)
    assert {(cell.share, cell.level) for cell in found.cells} == {(0.75, "l4")}
    assert [cell.level for cell in heat_map([[], [None]], 1).cells] == ["lx", "le"]


def test_everything_is_escaped_and_visible():
    text = hostile_page()
    assert text.count("<script") == 1
    assert "<img" not in text
    assert "<svg onload" not in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", text)


def test_a_page_of_5000_students_has_a_few_megabytes():
    assert len(page(cohort(5000))) < 4_000_000


# In a browser.

COLUMN = "[...document.querySelectorAll('#students tbody tr')].map(row => row.cells[{}].textContent)"


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with browser.page(tmp_path_factory.mktemp("browser") / "profile") as opened:
        yield opened


def shown(tab, tmp_path, text):
    tab.complaints.clear()
    path = tmp_path / "page.html"
    path.write_text(text, "utf-8")
    tab.open(path)


def click(tab, table, column):
    tab.evaluate(f"document.querySelectorAll('#{table} thead th')[{column}].querySelector('button').click()")


@browser.needs_browser
@pytest.mark.parametrize("students", [200, 5000])
def test_a_click_sorts_and_what_is_undefined_stands_last(tab, tmp_path, students):
    lines = cohort(students)
    tab.emulate(1200)
    shown(tab, tmp_path, page(lines))
    finals = [entry.final for entry in lines if entry.final is not None]
    best_first = tab.evaluate(COLUMN.format(2))
    assert len(best_first) == students
    absent = ["–"] * (students - len(finals))  # noqa: RUF001
    rounded = [f"{final:.2f}".rstrip("0").rstrip(".") for final in sorted(finals)]
    assert best_first == rounded[::-1] + absent
    click(tab, "students", 2)
    assert tab.evaluate(COLUMN.format(2)) == rounded + absent
    assert tab.evaluate("document.querySelectorAll('#students thead th')[2].ariaSort") == "ascending"
    click(tab, "students", 2)
    assert tab.evaluate(COLUMN.format(2)) == rounded[::-1] + absent
    click(tab, "students", 0)
    assert tab.evaluate(COLUMN.format(0)) == sorted(f"Student s{n:05}" for n in range(students))
    assert tab.evaluate("document.querySelectorAll('#students [aria-sort]').length") == 1
    assert tab.complaints == []


@browser.needs_browser
def test_each_value_can_be_reached(tab, tmp_path):
    """Both by the pointer on the map and in the table, where a student's row has all of them."""
    lines = cohort(60)
    shown(tab, tmp_path, page(lines))
    titles = tab.evaluate("[...document.querySelectorAll('#map rect title')].map(title => title.textContent)")
    assert len(titles) == 60 * len(EXERCISES)
    rows = tab.evaluate(
        "[...document.querySelectorAll('#students tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    by_key = {row[1]: row for row in rows}
    for line in lines:
        expected = [f"{p:.2f}".rstrip("0").rstrip(".") for p in line.points] or ["–"] * 3  # noqa: RUF001
        assert by_key[line.student.key][5:] == expected


@browser.needs_browser
@pytest.mark.parametrize(
    ("width", "scheme", "medium"), [(1200, "light", "screen"), (360, "dark", "screen"), (800, "dark", "print")]
)
def test_the_page_fits_light_dark_narrow_and_on_paper(tab, tmp_path, width, scheme, medium):
    tab.emulate(width, scheme, medium)
    shown(tab, tmp_path, page(cohort(40)))
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    back = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == {"light": "rgb(251, 250, 248)", "dark": "rgb(20, 23, 28)"}[scheme] if medium == "screen" else True
    if medium == "print":
        assert back == "rgb(255, 255, 255)"
        assert tab.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowY") == "visible"
    assert tab.complaints == []


@browser.needs_browser
def test_what_students_wrote_does_nothing(tab, tmp_path):
    tab.emulate(1200)
    shown(tab, tmp_path, hostile_page())
    assert tab.evaluate("typeof window.hit") == "undefined"
    assert tab.evaluate("document.scripts.length + document.images.length") == 1
    for table, column in (("looks", 1), ("wrong", 2), ("moved", 0), ("remarks", 1), ("students", 0)):
        click(tab, table, column)
    assert tab.evaluate("typeof window.hit") == "undefined"
    assert tab.complaints == []


@browser.needs_browser
def test_the_policy_refuses_a_script_that_is_not_ours(tab, tmp_path):
    """Even where all escaping were lost: so the tests above would see it if something ran."""
    smuggled = hostile_page().replace("</main>", "<script>window.hit = 1</script><img src=x onerror='window.hit=1'>")
    shown(tab, tmp_path, smuggled)
    assert tab.evaluate("typeof window.hit") == "undefined"
    assert any("Content Security Policy" in complaint for complaint in tab.complaints)
