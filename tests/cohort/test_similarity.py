"""Likeness: stub and reference do not count, the class says what is usual, and no text is run."""

import html
import importlib.abc
import os
import random
import re
import subprocess
import sys

import pytest

from graders.engine.cohort import similarity
from graders.engine.cohort.pages import similarity_html
from graders.engine.cohort.similarity import LEAST_STUDENTS, MOST_CHARACTERS, MissingDependency, TooMany, compare
from tests.cohort import browser
from tests.cohort.cohorts import HOSTILE

STUB = '''"""Head."""


def total(values, weights):
    """Return the weighted sum."""
    raise NotImplementedError
'''
SOLUTION = STUB.replace(
    "raise NotImplementedError",
    "assert len(values) == len(weights)\n    return sum(v * w for v, w in zip(values, weights))",
)
LINES = [
    "if x > {n}:\n        y = x[{n}] + k",
    "for i in range({n}):\n        s += a[i] * {n}",
    "y = np.sort(x)[::-{n}]",
    "while len(q) > {n}:\n        q.pop({n})",
    "best = max(out, key=lambda p: p[0] + {n})",
    "assert k >= {n}, 'no'",
    "d = {{i: v for i, v in x if v != {n}}}",
    "x += b.T @ w[{n}:, :-{n}]",
    "with open({n}) as f:\n        z = f.read({n})",
    "return [p[{n}] for p in out if p[1] > {n}]",
]


def written(rng, lines=14):
    """Return a text that is a student's own."""
    return STUB + "".join(f"    {rng.choice(LINES).format(n=rng.randint(1, 99))}\n" for _ in range(lines))


def a_class(size, seed=0):
    rng = random.Random(seed)
    return {f"s{n:04}": written(rng) for n in range(size)}


def found(texts):
    return compare("topic/first", texts, STUB, SOLUTION)


def renamed(text):
    return re.sub(r"\bx\b", "values_of_mine", text).replace("\n    ", "\n\n    # mine\n    ").replace("'no'", "'never'")


def test_a_class_of_strangers_has_no_pairs():
    result = found(a_class(60))
    assert (result.students, result.compared, result.pairs, result.groups, result.more) == (60, 60, (), (), 0)
    assert 0 <= result.median < result.rate < 1


def test_names_comments_strings_and_layout_make_no_difference():
    texts = a_class(60)
    texts["copy"] = renamed(texts["s0007"])
    result = found(texts)
    assert [group.students for group in result.groups] == [("copy", "s0007")]
    assert (result.different, result.compared) == (60, 61)


def test_a_copy_with_additions_is_a_pair_with_its_parts_marked():
    texts = a_class(60)
    more = "    print(values, sep=weights, end=None)\n    del values[:], weights\n"
    texts["copy"] = renamed(texts["s0007"]) + more
    result = found(texts)
    (pair,) = result.pairs
    assert {pair.left.students, pair.right.students} == {("copy",), ("s0007",)}
    assert pair.share > 0.9
    assert pair.matched > 200
    for side, key in ((pair.left, pair.left.students[0]), (pair.right, pair.right.students[0])):
        text = "".join(part.text for part in side.parts)
        assert text.split() == texts[key].split()
        shared = "".join(part.text for part in side.parts if part.is_shared)
        assert len(shared) > 0.6 * (len(texts[key]) - len(STUB) - 500)
        assert "Head" not in shared
        assert "del values" not in shared


def test_stub_and_reference_do_not_count():
    texts = {f"s{n}": text for n, text in enumerate([STUB, SOLUTION, renamed(SOLUTION)] * 10)}
    result = found(texts)
    assert (result.students, result.compared, result.pairs, result.groups) == (30, 0, (), ())


def test_what_a_text_repeats_is_not_taken_for_stub_or_reference():
    """Copydetect's own subtraction would lose it."""
    line = "    x = [y for y in range(12) if y % 3 == 1 and y != 5]\n"
    texts = {"a": STUB + line * 6, "b": STUB + line.replace("y", "q") * 7}
    (pair,) = found(texts).pairs
    assert pair.share == 1


def test_where_the_class_is_alike_by_nature_nothing_is_listed():
    rng = random.Random(0)
    common = "".join(f"    {line.format(n=5)}\n" for line in LINES)
    texts = {}
    for n in range(60):
        own = [f"    {rng.choice(LINES).format(n=n)}\n" for _ in range(rng.randint(0, 12))]
        texts[f"s{n}"] = STUB + common + "".join(own)
    result = found(texts)
    assert result.median > 0.6
    assert result.rate >= 1
    assert (result.pairs, result.groups) == ((), ())


def test_a_few_who_copied_do_not_move_the_rate():
    texts = a_class(60)
    before = found(texts)
    texts |= {f"copy{n}": texts["s0007"] for n in range(5)}
    after = found(texts)
    assert after.rate == pytest.approx(before.rate, abs=0.02)
    assert len(after.groups[0].students) == 6


def test_of_few_students_the_usual_is_not_known():
    result = found(a_class(LEAST_STUDENTS - 1))
    assert (result.median, result.spread, result.rate) == (None, None, similarity.LEAST_SHARE_ALONE)
    assert "too few to tell" in similarity_html("Homework", [result], {})
    assert found(a_class(LEAST_STUDENTS)).median is not None


def test_students_count_in_the_rate_and_not_forms():
    texts = a_class(6)
    texts |= {f"same{n}": texts["s0003"] for n in range(24)}
    result = found(texts)
    assert result.different == 6
    assert (result.median, result.groups) == (1, ())


@pytest.mark.parametrize("texts", [{}, {"a": ""}, {"a": "\n \n"}, {"a": "def f(:\n\0\ud800'''", "b": "\x0c" * 99}])
def test_texts_that_are_none(texts):
    assert found(texts).compared == 0


def test_a_short_likeness_is_none():
    texts = a_class(30)
    texts["a"] = STUB + "    x = [y for y in range(12) if y]\n"
    texts["b"] = STUB + "    x = [y for y in range(12) if y]\n    y = 1\n"
    assert found(texts).pairs == ()


def test_a_large_share_of_little_is_no_likeness():
    texts = a_class(30)
    common = "    x = [y for y in range(12) if y not in (1, 2, 3, 4)]\n"
    texts["a"] = STUB + common + "    del values[:], weights[:], values\n"
    texts["b"] = STUB + common + "    print(values, weights, sep='')\n"
    result = found(texts)
    assert (result.compared, result.rate) == (32, 0.5)
    assert result.pairs == ()


def test_the_place_of_a_class_is_known():
    """Copydetect gives those of class names as if nothing had been taken away before."""
    text = "values_of_mine = 1\nclass SomeLongName:\n    pass\n"
    offsets = similarity._without(similarity._fingerprint(text), set()).offsets
    assert (offsets[1:, 1] >= offsets[:-1, 1]).all()


def test_too_long_a_text_is_named_and_the_rest_goes_on():
    texts = a_class(30)
    texts["long"] = written(random.Random(1), MOST_CHARACTERS // 20)
    result = found(texts)
    assert (result.too_long, result.compared) == (("long",), 30)
    assert "Too long to be compared, look at them yourself: <bdi>Jane</bdi>" in similarity_html(
        "Homework", [result], {"long": "Jane"}
    )


@pytest.mark.parametrize("gap", [" \n", "\n", "\t\r\n", "\x0c\n", "\x0b", "\u2028"])
def test_empty_lines_are_dropped_before_pygments_sees_them(gap):
    """It takes a quarter of an hour for as many as a file may have."""
    texts = {"a": "x = 1\n" + gap * (1 << 16) + "y = 2\n", "b": "x = 1\ny = 2\n"}
    assert found(texts).too_long == ()
    assert similarity._compact(texts["a"]) == texts["b"]


def test_more_texts_than_can_be_compared(monkeypatch):
    monkeypatch.setattr(similarity, "MOST_TEXTS", 20)
    with pytest.raises(TooMany, match="topic/first has 21 different texts, and at most 20 can be compared"):
        found(a_class(21))


def test_the_most_alike_are_shown_and_the_others_counted(monkeypatch):
    monkeypatch.setattr(similarity, "MOST_PAIRS", 2)
    texts = a_class(60)
    texts |= {f"copy{n}": texts["s0007"] + f"    print(x, {'x, ' * n})\n    del x\n" for n in range(3)}
    result = found(texts)
    assert (len(result.pairs), result.more) == (2, 4)
    assert result.pairs[0].share >= result.pairs[1].share
    monkeypatch.setattr(similarity, "MOST_PAIRS", 100)
    assert found(texts).pairs[:2] == result.pairs
    assert min(pair.share for pair in found(texts).pairs) < result.pairs[1].share


def test_no_text_is_run(tmp_path):
    flag = tmp_path / "flag"
    texts = a_class(20)
    texts["evil"] = f"open({str(flag)!r}, 'w')\n" + texts["s0001"]
    found(texts)
    assert not flag.exists()


PROGRAM = """
import sys
from graders.engine.cohort.pages import similarity_html
from tests.cohort.test_similarity import a_class, found
texts = a_class(40)
texts["copy"] = texts["s0007"] + "    print(x)"
texts["twin"] = texts["s0008"]
sys.stdout.write(similarity_html("Homework", [found(texts)], {}))
"""


def test_the_page_does_not_depend_on_the_hash_seed():
    pages = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert pages[0] == pages[1]
    assert b"<mark>" in pages[0]


class Hidden(importlib.abc.MetaPathFinder):
    """Makes copydetect as good as not installed."""

    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "copydetect":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_without_copydetect_the_error_names_the_group(monkeypatch):
    for name in [n for n in sys.modules if n.partition(".")[0] == "copydetect"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Hidden(), *sys.meta_path])
    with pytest.raises(MissingDependency, match=r"copydetect is not installed.*dependency group `similarity`"):
        found(a_class(2))


def test_importing_the_module_costs_no_copydetect():
    program = "import sys, graders.engine.cohort.pages; sys.exit('copydetect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def hostile_page():
    texts = a_class(20)
    text = f"'''{HOSTILE}'''\n# {HOSTILE}\n" + texts["s0001"]
    texts |= {"a" + HOSTILE: text, "b" + HOSTILE: text + "    print(x, y)\n    del x\n", "c": text}
    return similarity_html(HOSTILE, [found(texts)], {"c": HOSTILE})


def test_everything_is_escaped_and_visible():
    page = hostile_page()
    assert "<script" not in page
    assert "<img" not in page
    assert html.escape("<script>") in page
    assert "\\u202egnp" in page
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", page)


def test_the_page_says_what_it_does_not_mean():
    page = similarity_html("Homework", [found(a_class(20))], {})
    assert "nothing of it is in any grade" in page
    assert "No pair is above the rate" in page


def test_long_parts_that_are_not_shared_are_folded():
    texts = a_class(20)
    own = [f"mine_{n} = {n}\n" for n in range(40)]
    texts["copy"] = "".join(own) + texts["s0007"] + "    del x\n"
    page = similarity_html("Homework", [found(texts)], {})
    assert "mine_1 = 1\n" in page
    assert "mine_20" not in page
    assert "lines that are not shared …" in page


@browser.needs_browser
def test_in_a_browser_nothing_runs(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(hostile_page(), "utf-8")
    with browser.page(tmp_path / "profile") as tab:
        tab.emulate(360, "dark")
        tab.open(path)
        assert tab.evaluate("typeof window.hit") == "undefined"
        assert tab.evaluate("document.querySelectorAll('mark').length") > 0
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.complaints == []
