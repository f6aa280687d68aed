"""Gradescope: a folder for each submission, and one file of metadata that says whose they are and when they came."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from graders.engine.cohort.archives import Member, Refused, shown
from graders.engine.cohort.intake.bundles import Handed, IntakeError, Listing
from graders.engine.cohort.records import Person, Remark, RemarkKind
from graders.engine.cohort.texts import nfc

METADATA = "submission_metadata.yml"
MAX_METADATA = 1 << 30
_SKIPPED = {":results", ":answers", ":autograder_results", ":rubric", ":comments"}  # long, and of no use here
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ]+(\d{2}:\d{2}:\d{2})(?:\.(\d{1,6})\d*)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?", re.ASCII
)


def share(listing: Listing) -> float:
    """Return 1 where there is a file of metadata, else 0."""
    return float(METADATA in listing.tops)


def read(listing: Listing, exercises: Sequence[str]) -> tuple[list[Handed], list[Remark]]:
    """Return one Handed a submission, and one for each earlier attempt whose files were exported too.

    Raises:
        IntakeError: the metadata cannot be read.
    """
    folders: dict[str, list[Member]] = defaultdict(list)
    metadata = None
    for member in sorted(listing.members, key=lambda member: member.path):
        top, _, below = member.path.partition("/")
        if below:
            folders[top].append(replace(member, path=below))
        elif top == METADATA:
            metadata = member
    if metadata is None:
        raise IntakeError(f"there is no {METADATA}: name the folder or zip that Gradescope exported")
    handed: list[Handed] = []
    remarks: list[Remark] = []
    for key, entry in _metadata(metadata):
        new, said = _submission(key, entry, folders)
        handed += new
        remarks += said
    known = {h.source for h in handed} | {remark.source for remark in remarks}
    text = f"is not in {METADATA}, so that nobody knows whose it is"
    remarks += [Remark(RemarkKind.UNKNOWN, shown(top), text) for top in folders if shown(top) not in known]
    return handed, remarks


def _submission(key: str, entry: Any, folders: Mapping[str, list[Member]]) -> tuple[list[Handed], list[Remark]]:
    submitters = _table(entry).get(":submitters")
    people = tuple(filter(None, map(_person, submitters if isinstance(submitters, list) else [])))
    if not people:
        return [], [Remark(RemarkKind.UNKNOWN, shown(key), f"has no submitters in {METADATA}; it is not graded")]
    history = _table(entry).get(":history")
    earlier = sorted(map(_table, history if isinstance(history, list) else []), key=_order)
    handed = []
    for number, old in enumerate(earlier, 1):
        name = f"submission_{old.get(':id')}"
        if name in folders and name != key:
            handed.append(_handed(name, people, number, old, folders))
    return [*handed, _handed(key, people, len(earlier) + 1, _table(entry), folders)], []


def _handed(
    key: str, people: tuple[Person, ...], number: int, entry: Mapping, folders: Mapping[str, list[Member]]
) -> Handed:
    handed = Handed(shown(key), people, number=number, submitted=_time(entry.get(":created_at")))
    handed.members = list(folders.get(key, []))
    if not handed.members:
        handed.remarks.append(Remark(RemarkKind.MISSING, shown(key), f"is in {METADATA}, but has no files"))
    if handed.submitted is None:
        text = f"its time in {METADATA} cannot be read, so that its lateness is not known"
        handed.remarks.append(Remark(RemarkKind.REFUSED, shown(key), text))
    return handed


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _person(value: Any) -> Person | None:
    texts = [_table(value).get(key) for key in (":sid", ":name", ":email")]
    sid, name, email = (nfc(text) if isinstance(text, str) else "" for text in texts)
    return Person(id=sid, name=name, email=email) if sid or name or email else None


def _order(entry: Mapping) -> datetime:
    return _time(entry.get(":created_at")) or datetime.min.replace(tzinfo=UTC)


def _time(value: Any) -> datetime | None:
    """Return the time; Ruby may write it as an object that has it in UTC. Without a zone it is UTC."""
    if isinstance(value, dict):
        value = value.get("utc") or value.get("time")
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    zone = "+00:00" if zone in {None, "Z", "UTC"} else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0'):0<6}{zone}")
    except ValueError:
        return None


# --- YAML


def _metadata(member: Member) -> Iterator[tuple[str, Any]]:
    """Yield key and entry of each submission.

    The file is read as events, not as objects: every scalar stays the text that it is (a SID of 0123 too), Ruby's tags
    mean nothing, and what is of no use takes no memory.
    """
    try:
        import yaml
    except ImportError as error:
        raise IntakeError("a Gradescope export needs PyYAML: run this through nox, or pip install pyyaml") from error
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        events = yaml.parse(member.read(MAX_METADATA), Loader=loader)
        for event in events:
            if isinstance(event, yaml.MappingStartEvent):
                yield from _entries(yaml, events)
                return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise IntakeError(f"{METADATA}{line}: is not valid YAML: export it anew") from error
    except (Refused, RecursionError) as error:
        raise IntakeError(f"{METADATA} cannot be read: {error}") from error
    raise IntakeError(f"{METADATA} has no submissions: export it anew")


def _entries(yaml: Any, events: Iterator[Any]) -> Iterator[tuple[str, Any]]:
    anchors: dict[str, Any] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            return
        key = _build(yaml, event, events, anchors)
        value = _build(yaml, next(events), events, anchors)
        if isinstance(key, str):
            yield key, value


def _build(yaml: Any, event: Any, events: Iterator[Any], anchors: dict[str, Any]) -> Any:
    if isinstance(event, yaml.AliasEvent):
        return anchors.get(event.anchor)
    value: Any = getattr(event, "value", None)
    if isinstance(event, yaml.SequenceStartEvent):
        value = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            value.append(_build(yaml, inner, events, anchors))
    elif isinstance(event, yaml.MappingStartEvent):
        value = {}
        while not isinstance(inner := next(events), yaml.MappingEndEvent):
            key = _build(yaml, inner, events, anchors)
            if isinstance(key, str) and key in _SKIPPED:
                _skip(next(events), events)
            else:
                value[str(key)] = _build(yaml, next(events), events, anchors)
    elif value in {"", "~", "null"} and event.style is None:
        value = None
    if event.anchor:
        anchors[event.anchor] = value
    return value


def _skip(event: Any, events: Iterator[Any]) -> None:
    depth = 0
    while True:
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth == 0:
            return
        event = next(events)
