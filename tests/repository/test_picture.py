"""The picture in the README shows what is printed today, and asks nothing of the network."""

import html
import re

from tests.support.grading import ROOT
from tests.support.record import PICTURE, recorded


def words(picture: str) -> str:
    """Return what a reader of the picture reads."""
    return " ".join(html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture))).split())


def test_the_picture_shows_what_is_printed_today():
    assert words(PICTURE.read_text("utf-8")) == words(recorded()), "run python -m tests.support.record"


def test_the_picture_is_small_and_loads_nothing():
    text = PICTURE.read_text("utf-8")
    assert len(text) < 60_000
    assert set(re.findall(r"https?://[^\s\"')]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in text.replace("url(#", "")


def test_the_readme_shows_the_picture():
    assert "](docs/grade.svg)" in (ROOT / "README.md").read_text("utf-8")
