"""Progress as lines of text that fit a width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from graders.engine.learner import words
from graders.engine.learner.progress import Progress, TopicStanding
from graders.engine.terminal.meter import segments, shades
from graders.engine.terminal.visible import visible
from graders.engine.terminal.words import OUTCOMES

_CELLS = 24  # of a bar; fewer where a topic then fits one line
_FEWEST_CELLS = 10
_STYLES = ("green", "yellow", "dim")  # solved, begun, open


def lines(progress: Progress, console: Console) -> Iterator[Text]:
    """Yield what there is to see of `progress` on `console`."""
    for line in _lines(progress, console):
        for number, folded in enumerate(line.wrap(console, console.width - 4 if len(line) > console.width else 999)):
            folded.rstrip()
            yield Text("    " * (number > 0)) + folded


def _lines(progress: Progress, console: Console) -> Iterator[Text]:
    whole = progress.whole
    text = words.progress_sum(whole.counts[0], len(whole.exercises), whole.points, whole.max_points)
    yield Text(text, "bold")
    yield _key(console)
    yield Text()
    yield from _topics(progress.topics, console)
    yield Text()
    yield from _again(progress)
    yield from _next(progress)
    yield Text()
    yield Text(words.progress_past(progress.streak, progress.days, progress.attempts, progress.hints))
    yield Text(words.progress_questions(len(progress.answerable), progress.questions))
    for question in progress.nearest[:1]:
        yield Text(visible(words.progress_nearest(question.id, question.ask, question.missing)))


def _key(console: Console) -> Text:
    names = words.PROGRESS_KEY.split(", ")
    key = Text()
    for shade, style, name in zip(shades(console.encoding), _STYLES, names, strict=True):
        key.append(shade, style).append(f" {name}   ")
    return key


def _topics(topics: Sequence[TopicStanding], console: Console) -> Iterator[Text]:
    """Yield each topic in one line, or, where any would be too long, in three."""
    titles = [Text(visible(t.title), "bold") for t in topics]
    figures = [Text(f"{words.progress_counts(*t.counts)}; {words.points(t.points, t.max_points)}") for t in topics]
    longest = max(map(len, titles), default=0)
    room = console.width - longest - max(map(len, figures), default=0) - 4
    for topic, title, figure in zip(topics, titles, figures, strict=True):
        if room >= _FEWEST_CELLS:
            title.pad_right(longest - len(title))
            yield Text("  ").join([title, _bar(topic, min(room, _CELLS), console), figure])
        else:
            yield from [title, _bar(topic, min(_CELLS, console.width), console), figure]


def _bar(topic: TopicStanding, cells: int, console: Console) -> Text:
    parts = zip(shades(console.encoding), _STYLES, segments(topic.counts, cells), strict=True)
    return Text.assemble(*((shade * count, style) for shade, style, count in parts))


def _again(progress: Progress) -> Iterator[Text]:
    if not progress.again:
        return
    yield Text(words.PROGRESS_AGAIN, "bold yellow")
    for e in progress.again:
        now = words.progress_passed_before(OUTCOMES[e.outcome], e.points, e.max_points)
        yield Text.assemble("  ", (visible(e.title), "bold"), (f" ({e.id})", "dim"), f": {now}")
    yield Text()


def _next(progress: Progress) -> Iterator[Text]:
    if not progress.following:
        yield Text(words.PROGRESS_ALL_SOLVED, "bold green")
        return
    yield Text(words.PROGRESS_NEXT, "bold")
    for e in (progress.by_id[name] for name in progress.following):
        task = words.progress_task(e.level, e.minutes)
        yield Text.assemble("  ", (visible(e.title), "bold"), (f" ({e.id})", "dim"), f": {task}")
    yield from [Text(words.progress_start(progress.following[0])), Text(f"  nox -s grade -- {progress.following[0]}")]
