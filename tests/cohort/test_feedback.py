"""A student's page: what it shows, what it never shows, and that nothing in it can do anything."""

import html
import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from graders.engine.cohort.pages import SHOWABLE, feedback_html
from graders.engine.results import ExerciseResult, Outcome
from tests.cohort import browser
from tests.cohort.cohorts import EXERCISES, HOSTILE, SWITCHES, WORTH, check, entry, result, student

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
FAILED = check("test_b", Outcome.FAILED, "MESSAGE f(3)\ncame back: 4", "PRINTED\n", core=True)
PARTLY = result("topic/first", check("test_a", core=True), FAILED, diagnosis=("MISTAKE",))
LATE = entry(student("s1", "Jane Doe"), PARTLY, penalty=0.75, late=timedelta(days=1, hours=2, seconds=1))
TELLTALES = {
    "points": ["2.5", "of 5", "0.75", "1.75", "penalty", "late", "final"],
    "outcomes": ["partly passed", ">failed<", "1 of 2 checks", "sentence of test_a", "tag"],
    "messages": ["MESSAGE"],
    "printed": ["PRINTED"],
    "mistakes": ["MISTAKE", "known mistake"],
}


class Text(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def page(line=LATE, show=SHOWABLE, texts=None):
    return feedback_html("Homework", frozenset(show), line, EXERCISES, texts or {})


def body(text):
    return text.partition("<body>")[2]


@pytest.mark.parametrize("show", [set(s) for n in range(6) for s in itertools.combinations(sorted(SHOWABLE), n)])
def test_what_is_shown_is_there_and_what_is_not_is_nowhere(show):
    text = body(page(show=show)).lower()
    for kind, telltales in TELLTALES.items():
        for telltale in telltales:
            assert (telltale.lower() in text) == (kind in show), telltale
    assert ("sentence of test_b" in text) == bool(show & {"outcomes", "messages", "printed"})


def test_something_unknown_cannot_be_shown():
    with pytest.raises(ValueError, match="feedback cannot show expected: choose of messages, mistakes"):
        page(show={"points", "expected"})


def test_lateness_penalty_and_the_sums_are_in_words():
    text = Text(page()).text
    for shown in ("2.5 of 5", "1 day 2 hours 1 minute", "−0.75", "1.75", "First", "Feedback for Jane Doe"):  # noqa: RUF001
        assert shown in text


def test_the_time_and_the_number_of_the_attempt():
    attempt = replace(LATE.attempt, submitted=datetime(2026, 3, 9, 12, tzinfo=UTC), number=3)
    assert "2026-03-09 12:00:00+00:00, attempt 3" in page(replace(LATE, attempt=attempt))


def test_who_handed_in_nothing_is_told_so():
    assert "Nothing was handed in" in page(entry(student("s1")))


@pytest.mark.parametrize(
    "fault",
    [
        result("topic/first", check("test_a", Outcome.GRADER_ERROR, "SECRET", core=True)),
        ExerciseResult("topic/first", Outcome.GRADER_ERROR, None, WORTH, "SECRET"),
    ],
)
def test_a_fault_of_ours_is_owned_and_not_described(fault):
    text = page(entry(student("s1"), fault))
    assert "the fault is ours, not yours. The staff will look at it. Nothing that you handed in is lost" in text
    assert "The sum is open" in text
    assert "SECRET" not in text


def test_what_was_printed_while_loading_is_no_message():
    told = "raises ValueError\nit had printed:\nPRINTED"
    line = entry(student("s1"), ExerciseResult("topic/first", Outcome.INVALID, 0.0, WORTH, told))
    assert "raises ValueError" in page(line, {"messages"})
    assert "PRINTED" not in page(line, {"messages"})
    assert "PRINTED" in page(line, {"printed"})
    assert "raises" not in page(line, {"printed"})


def test_passed_checks_that_earn_nothing_are_explained():
    line = entry(student("s1"), result("topic/first", check("test_a"), check("test_b", Outcome.FAILED, core=True)))
    assert "without one of these it earns nothing" in page(line)
    assert "earns nothing" not in page()


def test_the_same_output_is_there_once():
    checks = [check(f"test_{n}", Outcome.FAILED, printed="AGAIN") for n in range(5)]
    assert page(entry(student("s1"), result("topic/first", *checks))).count("AGAIN") == 1


def test_long_texts_and_many_checks_are_bounded():
    checks = [check(f"test_{n}", Outcome.FAILED, f"{n}" + "m" * 10**6, f"{n}" + "\t\0" * 10**6) for n in range(200)]
    text = page(entry(student("s1"), result("topic/first", *checks)), texts={"topic/first": "c" * 10**6})
    assert len(text) < 2_000_000
    assert "960,000 characters are left out here" in text
    assert "996,001 characters are left out here" in text
    assert "170 more like these are not listed" in text


def hostile_line():
    checks = [check("test_a", core=True), check("test_b", Outcome.FAILED, HOSTILE, HOSTILE)]
    return entry(student(HOSTILE, HOSTILE), result("topic/first", *checks, diagnosis=(HOSTILE,)))


def hostile_page():
    return feedback_html(HOSTILE, SHOWABLE, hostile_line(), {"topic/first": HOSTILE}, {"topic/first": HOSTILE})


def test_everything_is_escaped_and_visible():
    text = hostile_page()
    assert {tag for tag, _ in Text(text).tags}.isdisjoint({"script", "img", "svg", "iframe", "link"})
    assert not any(name.startswith("on") for _, attributes in Text(text).tags for name in attributes)
    assert html.escape(f"<script>{SWITCHES}</script>") in text
    assert "\\u202egnp.\\u2066 \\x1b[2J \\x00 \\u200b" in text
    assert "{{ 7 * 7 }}" in text
    assert not CONTROL.search(text)


def test_the_file_needs_nothing_else():
    text = page()
    tags = Text(text).tags
    assert not [a for _, a in tags if {"src", "href"} & set(a)]
    assert "url(" not in text
    assert "@import" not in text
    policy = next(a["content"] for _, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'", policy
    )


def test_the_same_result_gives_the_same_page():
    assert page() == page()


@browser.needs_browser
def test_in_a_browser_nothing_runs_and_the_style_applies(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(hostile_page(), "utf-8")
    with browser.page(tmp_path / "profile") as tab:
        for width, scheme, medium in ((1200, "light", "screen"), (360, "dark", "screen"), (800, "light", "print")):
            tab.emulate(width, scheme, medium)
            tab.open(path)
            assert tab.evaluate("typeof window.hit") == "undefined"
            assert tab.evaluate("document.scripts.length + document.images.length") == 0
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert tab.evaluate("getComputedStyle(document.querySelector('pre')).whiteSpaceCollapse") == "preserve"
            dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"
            assert dark == (scheme == "dark")
        assert tab.complaints == []
