"""The page: whole by itself, escaped, and a map whose boxes and lines keep out of each other's way."""

import random
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from graders.engine.catalog import Catalog
from graders.engine.learner.layers import Sizes, depths, lay_out
from graders.engine.learner.page import to_html
from graders.engine.learner.progress import measure
from graders.engine.results import Outcome, Report
from tests.support.progress import (
    CONTROL,
    run,
    verdicts,
    with_questions,
)

SIZES = Sizes(width=50, height=20, column_gap=20, row_gap=6, heading=20, lane_gap=20)


@pytest.fixture
def repository(repository):
    return with_questions(repository)


@pytest.fixture(scope="module")
def catalog(make_repository):
    return Catalog.load(make_repository().root)


# The page.


class Parsed(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self._open = [], "", []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def of(self, kind, tag):
        return [a for t, a in self.tags if t == tag and kind in a.get("class", "").split()]


def page(repository):
    target = repository.root / "page.html"
    ended = run(repository, "--html", target)
    assert ended.returncode == 0, ended.stderr
    return target.read_text()


def test_the_page_has_the_map_the_topics_and_the_questions(repository):
    repository.write("double", "return x + x")
    repository.write("square", "return x")
    text = page(repository)
    parsed = Parsed(text)
    assert [len(parsed.of(state, "g")) for state in ("solved", "begun", "open")] == [2, 2, 2]
    assert len(parsed.of("line", "path")) == 2  # a map for wide windows, one for narrow ones
    for shown in ("Arithmetic", "Twice as much", "How do you double?", "5 / 15", "easy"):
        assert shown in parsed.text
    assert {use["href"] for tag, use in parsed.tags if tag == "use"} == {"#solved", "#begun", "#open"}


def test_the_page_needs_nothing_else(repository):
    text = page(repository)
    parsed = Parsed(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in parsed.tags}
    links = [value for _, a in parsed.tags for name, value in a.items() if name in ("href", "src", "xlink:href")]
    assert all(link.startswith("#") for link in links)
    ids = {a["id"] for _, a in parsed.tags if "id" in a}
    assert {link[1:] for link in links} <= ids
    assert "http" not in text.replace("http-equiv", "")
    assert "url(" not in text.replace("url(#stripes)", "")
    assert "default-src 'none'" in text


def test_the_page_escapes_everything(repository):
    topic = repository.root / "exercises/arithmetic/topic.toml"
    hostile = '<script>alert("1")</script> & \\u202e\\u001b[2J'
    text = topic.read_text().replace("Arithmetic", hostile.replace('"', '\\"'))
    topic.write_text(text.replace("Twice as much", hostile.replace('"', "'")))
    text = page(repository)
    parsed = Parsed(text)
    assert "script" not in {tag for tag, _ in parsed.tags}
    assert "How do you halve <b>&amp;</b> square?" in parsed.text
    assert '<script>alert("1")</script> & \\u202e\\x1b[2J' in parsed.text
    assert not CONTROL.search(text)


def test_the_page_is_the_same_for_the_same_progress(catalog):
    made = [to_html(measure(catalog, {}, verdicts(catalog), [], date(2026, 3, 10))) for _ in range(2)]
    assert made[0] == made[1]


def test_the_page_takes_all_outcomes_and_no_exercise_at_all(catalog):
    for outcome in Outcome:
        Parsed(to_html(measure(catalog, {}, verdicts(catalog, outcome), [], date(2026, 3, 10))))
    empty = Catalog(catalog.root, [])
    Parsed(to_html(measure(empty, {}, Report(0, "full", ()), [], date(2026, 3, 10))))


# The map.


def drawn_graphs(seed):
    draw = random.Random(seed)
    names = [f"n{i}" for i in range(draw.randint(1, 40))]
    after = {n: draw.sample(names[:i], min(i, draw.choice([0, 0, 1, 1, 2, 3]))) for i, n in enumerate(names)}
    lanes = {}
    for name in names:
        lanes.setdefault(f"lane{draw.randint(0, 3)}", []).append(name)
    return lanes, after


@pytest.mark.parametrize("seed", range(60))
def test_boxes_are_apart_in_their_lanes_and_right_of_their_prerequisites(seed):
    lanes, after = drawn_graphs(seed)
    picture = lay_out(lanes, after, SIZES)
    boxes = picture.boxes
    assert set(boxes) == set(after)
    for a in boxes:
        assert 0 <= boxes[a][0] <= picture.width - SIZES.width
        for b in boxes:
            near = abs(boxes[a][0] - boxes[b][0]) < SIZES.width and abs(boxes[a][1] - boxes[b][1]) < SIZES.height
            assert a == b or not near
    for lane in picture.lanes:
        for name in lanes[lane.name]:
            assert lane.y + SIZES.heading <= boxes[name][1] + 1e-9
            assert boxes[name][1] + SIZES.height < lane.y + lane.height <= picture.height + 1e-9
    assert all(boxes[s][0] < boxes[t][0] for t in after for s in after[t])
    assert {(line.source, line.target) for line in picture.lines} == {(s, t) for t in after for s in after[t]}


@pytest.mark.parametrize("seed", range(60))
def test_no_line_runs_behind_a_box(seed):
    lanes, after = drawn_graphs(seed)
    picture = lay_out(lanes, after, SIZES)
    passing = [map(float, m) for line in picture.lines for m in re.findall(r" (\S+) ([\d.]+)H([\d.]+)", line.path)]
    for start, y, end in passing:
        for left, top in picture.boxes.values():
            assert not (left < end and start < left + SIZES.width and top <= y <= top + SIZES.height)


def test_a_line_that_passes_a_column_has_a_place_in_it():
    after = {"a": [], "b": ["a"], "c": ["a", "b"]}
    (direct,) = (
        line.path
        for line in lay_out({"lane": list(after)}, after, SIZES).lines
        if (line.source, line.target) == ("a", "c")
    )
    assert direct.count("H") == 1


def test_a_chain_that_bites_its_tail_is_drawn_all_the_same():
    after = {"a": ["c"], "b": ["a"], "c": ["b"], "d": ["d", "unknown"]}
    assert set(lay_out({"lane": list(after)}, after, SIZES).boxes) == set(after)
    assert depths(after)["d"] == 0
