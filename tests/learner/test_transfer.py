"""Progress from machine to machine: the better of both, nothing believed, nothing lost, and nothing hostile let in."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time

import pytest

from graders.engine.catalog import Catalog
from graders.engine.learner.transfer import MAX_FILE_BYTES, Snapshot, TransferError, choose, from_bytes
from graders.engine.results import ExerciseResult, Outcome, Report
from graders.engine.sources import Folder, Texts
from tests.support.progress import (
    CONTROL,
    attempt,
    everything,
    note,
    record,
    refused,
    run,
    seals,
    stub,
    with_questions,
)


@pytest.fixture
def repository(repository):
    return with_questions(repository)


@pytest.fixture(scope="module")
def catalog(make_repository):
    return Catalog.load(make_repository().root)


# From machine to machine.


def export(repository, name="progress.json"):
    ended = run(repository, "--export", repository.root / name)
    assert ended.returncode == 0, ended.stderr
    return repository.root / name


@pytest.fixture
def other(repository, make_repository):
    """Another machine."""
    made = make_repository()
    for path in ("exercises/questions.toml", "exercises/arithmetic/topic.toml"):
        made.edit(path, (repository.root / path).read_text())
    return made


def test_an_export_has_what_has_been_begun_and_the_journal(repository):
    repository.write("double", "return x + x")
    repository.write("halve", "return x")
    run(repository, command="grade")
    found = json.loads(export(repository).read_text())
    assert (found["kind"], found["version"]) == ("llm-katas progress", 1)
    assert {name: f["points"] for name, f in found["files"].items()} == {"arithmetic/double": 5, "arithmetic/halve": 0}
    assert found["files"]["arithmetic/double"]["text"] == stub(repository, "double").read_text()
    assert [e["exercise"] for e in found["journal"]] == ["arithmetic/double", "arithmetic/halve"]


def test_an_import_takes_what_is_better_and_keeps_what_was_there(repository, other):
    repository.write("double", "return x + x")
    repository.write("halve", "return x")
    other.write("double", "return x * x")
    other.write("halve", "return x / 2")
    was = {name: stub(other, name).read_text() for name in ("double", "halve")}
    note(repository, attempt())
    ended = run(other, "--import", export(repository))
    assert ended.returncode == 0
    assert ended.stdout.startswith("Imported: 1 new entry in the journal, 1 of 2 files better than yours.\n")
    assert stub(other, "double").read_text() == stub(repository, "double").read_text()
    assert stub(other, "halve").read_text() == was["halve"]
    (kept,) = (other.root / ".grades/kept/arithmetic").iterdir()
    assert kept.read_text() == was["double"]
    assert str(kept.relative_to(other.root)) in ended.stdout
    found = record(other)
    assert (found["solved"], found["attempts"]) == (2, 1)


def test_the_same_import_again_changes_nothing(repository, other):
    repository.write("double", "return x + x")
    note(repository, attempt(), attempt("arithmetic/square", "2026-03-02T12:00:00.000+00:00", "failed"))
    file = export(repository)
    run(other, "--import", file)
    before = everything(other)
    assert record(other, "--import", file)["imported"] == {"entries": 0, "texts": 1, "files": [], "notes": []}
    assert everything(other) == before


def test_one_s_own_export_changes_nothing(repository):
    repository.write("double", "return x + x")
    repository.write("halve", "return x")
    run(repository, command="grade")
    file = export(repository)
    before = everything(repository)
    run(repository, "--import", file)
    assert everything(repository) == before


def test_two_machines_end_with_the_better_of_each(repository, other):
    repository.write("double", "return x + x")
    other.write("halve", "return x / 2")
    note(repository, attempt())
    note(other, attempt("arithmetic/halve"))
    first, second = export(repository), export(other)
    run(repository, "--import", second)
    run(other, "--import", first)
    assert record(repository)["solved"] == record(other)["solved"] == 2
    assert record(repository)["attempts"] == record(other)["attempts"] == 2


def altered(file, change):
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))
    return file


def test_points_that_a_file_claims_are_not_believed(repository, other):
    repository.write("halve", "return x")
    file = altered(export(repository), lambda c: c["files"]["arithmetic/halve"].update(points=5.0))
    other.write("double", "return x + x")
    before = stub(other, "halve").read_bytes()
    found = record(other, "--import", file)
    assert found["imported"]["files"] == []
    assert found["solved"] == 1
    assert stub(other, "halve").read_bytes() == before


def test_an_import_invents_no_attempts(repository, other):
    repository.write("double", "return x + x")
    found = record(other, "--import", export(repository))
    assert (found["solved"], found["attempts"]) == (1, 0)


def test_equal_points_change_nothing(repository, other):
    repository.write("double", "return x + x")
    other.write("double", "return 2 * x")
    run(other, "--import", export(repository))
    assert "2 * x" in stub(other, "double").read_text()


def test_a_file_of_the_learner_s_that_is_no_text_is_replaced_and_kept(repository, other):
    repository.write("double", "return x + x")
    stub(other, "double").write_bytes(b"\xff\xfe")
    run(other, "--import", export(repository))
    (kept,) = (other.root / ".grades/kept/arithmetic").iterdir()
    assert kept.read_bytes() == b"\xff\xfe"
    assert "x + x" in stub(other, "double").read_text()


def test_a_deleted_stub_comes_back(repository, other):
    repository.write("double", "return x + x")
    stub(other, "double").unlink()
    ended = run(other, "--import", export(repository))
    assert "arithmetic/double: 5 points\n" in ended.stdout
    assert record(other)["solved"] == 1


def test_nothing_is_written_through_a_link_that_leaves_the_exercises(repository, other, tmp_path):
    repository.write("double", "return x + x")
    outside = tmp_path / "outside.py"
    outside.write_text("precious\n")
    stub(other, "double").unlink()
    stub(other, "double").symlink_to(outside)
    ended = run(other, "--import", export(repository))
    assert ended.returncode == 0
    assert "is a link that leaves exercises/" in ended.stdout
    assert outside.read_text() == "precious\n"


USES_DOUBLE = "from exercises.arithmetic.double import double, helper"


def test_an_exercise_that_hangs_on_another_is_judged_beside_what_is_there(repository, other):
    """halve needs a helper of the other machine's double, which earns no more than the double that is here."""
    repository.edit(
        "exercises/arithmetic/double.py", "def helper(x):\n    return x / 2\n\n\ndef double(x):\n    return x + x\n"
    )
    repository.edit("exercises/arithmetic/halve.py", f"{USES_DOUBLE}\n\n\ndef halve(x):\n    return helper(x)\n")
    other.write("double", "return 2 * x")
    before = stub(other, "halve").read_bytes()
    ended = run(other, "--import", export(repository))
    assert "arithmetic/halve earns more in the import, but not beside your other files" in ended.stdout
    assert stub(other, "halve").read_bytes() == before
    assert record(other)["solved"] == 1


def test_an_import_makes_nothing_worse_that_hangs_on_what_it_replaces(repository, other):
    repository.write("double", "return x + x")
    other.edit("exercises/arithmetic/double.py", "def helper(x):\n    return x / 2\n\n\ndef double(x):\n    return x\n")
    other.edit("exercises/arithmetic/halve.py", f"{USES_DOUBLE}\n\n\ndef halve(x):\n    return helper(x)\n")
    assert record(other)["solved"] == 1
    found = record(other, "--import", export(repository))
    assert found["imported"]["files"] == []
    assert [e["state"] for e in found["exercises"]] == ["begun", "solved", "open"]


@pytest.mark.parametrize("seed", range(200))
def test_whatever_hangs_on_what_no_choice_loses_points(catalog, seed):
    """Points that are drawn for each combination of files: the choice never earns less anywhere, more where it took."""
    draw = random.Random(seed)
    ids = list(catalog.exercises)
    worth = {}

    def grade(names, sources):
        state = tuple(sources.read(name) for name in ids)
        results = []
        for name in names:
            points = worth.setdefault((name, state), draw.choice([None, 0.0, 2.0, 5.0]))
            outcome = Outcome.GRADER_ERROR if points is None else Outcome.PARTIAL
            files = tuple(draw.sample(ids, draw.randint(0, 3)))
            results.append(ExerciseResult(name, outcome, points, 5.0, files=files))
        return Report(0, "full", tuple(results))

    present = Snapshot(Texts({name: "old" for name in ids}), ids)
    choice = choose(catalog, present, {name: "new" for name in ids}, grade)
    for name in ids:
        had, has = choice.points(name)
        assert has == had or (has is not None and had is not None and has > had)
        assert name not in choice.ids or has > had


def test_a_file_that_changes_meanwhile_stays(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.py").write_text("old")
    snapshot = Snapshot(Folder(tmp_path), ["a/b", "a/c"])
    assert snapshot.is_as_before("a/b")
    (tmp_path / "a" / "b.py").write_text("new")
    assert snapshot.read("a/b") == "old"
    assert not snapshot.is_as_before("a/b")
    assert snapshot.is_as_before("a/c")


def test_a_file_that_is_changed_while_the_import_is_graded_stays(repository, other):
    repository.write("double", "return x + x")
    repository.write("halve", "while True:\n    pass")
    topic = other.root / "exercises/arithmetic/topic.toml"
    topic.write_text(
        topic.read_text().replace('title = "Half as much"', 'title = "Half"\nlimits = { cpu_seconds = 3 }')
    )
    line = [sys.executable, "-m", "graders", "progress", "--import", export(repository)]
    process = subprocess.Popen(line, cwd=other.root, env=other.environment(), stdout=subprocess.PIPE, text=True)
    until = time.monotonic() + 100
    while not (other.root / ".grades" / "results.sqlite").exists() or not verdicts_kept(other):
        assert time.monotonic() < until
        time.sleep(0.05)
    other.write("double", "return 'precious'")  # double has been graded, and halve takes 3 s
    said, _ = process.communicate(timeout=180)
    assert process.returncode == 0
    assert "arithmetic/double was changed while the import was graded, so yours stays: import again." in said
    assert "precious" in stub(other, "double").read_text()


def verdicts_kept(repository):
    try:
        return seals(repository)
    except sqlite3.OperationalError:  # the table is about to be made
        return []


# What is refused.

SOUND = {
    "kind": "llm-katas progress",
    "version": 1,
    "journal": [attempt()],
    "files": {"arithmetic/double": {"points": 5.0, "max_points": 5.0, "text": "x = 1\n"}},
}


def with_file(name="arithmetic/double", **changes):
    return {**SOUND, "files": {name: {"points": 5.0, "max_points": 5.0, "text": "x = 1\n", **changes}}}


def with_entry(**changes):
    return {**SOUND, "journal": [{**attempt(), **changes}]}


def with_details(**changes):
    return with_entry(details={**attempt()["details"], **changes})


UNSOUND = {
    "a list": [],
    "nothing": None,
    "foreign": {"version": 1},
    "kind of another type": {**SOUND, "kind": ["llm-katas progress"]},
    "later": {**SOUND, "version": 2},
    "version true": {**SOUND, "version": True},
    "no journal": {k: v for k, v in SOUND.items() if k != "journal"},
    "journal of another type": {**SOUND, "journal": {}},
    "files of another type": {**SOUND, "files": [["arithmetic/double", "x"]]},
    "unknown": with_file("arithmetic/treble"),
    "unknown topic": with_file("astronomy/double"),
    "leaves the folder": with_file("../../evil"),
    "leaves by a known name": with_file("arithmetic/../arithmetic/double"),
    "absolute": with_file("/etc/passwd"),
    "null in the name": with_file("arithmetic/double\0"),
    "ends with a newline": with_file("arithmetic/double\n"),
    "letters that look alike": with_file("arithmetic/dοuble"),  # noqa: RUF001
    "no text": with_file(text=None),
    "text of another type": with_file(text=["x"]),
    "half a character": with_file(text="\ud800"),
    "long text": with_file(text="x" * (256 << 10) + "x"),
    "points of another type": with_file(points="5"),
    "points true": with_file(points=True),
    "points beyond all numbers": with_file(points=10**400),
    "more fields": with_file(path="../x"),
    "file of another type": {**SOUND, "files": {"arithmetic/double": "x = 1"}},
    "entry of another type": {**SOUND, "journal": ["x"]},
    "entry with more": with_entry(more=1),
    "entry with less": {**SOUND, "journal": [{"time": attempt()["time"]}]},
    "time of another type": with_entry(time=5),
    "time without zone": with_entry(time="2026-03-01T12:00:00"),
    "time in another zone": with_entry(time="2026-03-01T12:00:00+01:00"),
    "time before all clocks": with_entry(time="0001-01-01T00:00:00+00:00"),
    "time after all clocks": with_entry(time="9999-12-31T23:59:59+00:00"),
    "no time": with_entry(time="yesterday"),
    "entry unknown": with_entry(exercise="arithmetic/treble"),
    "entry leaves the folder": with_entry(exercise="../../x"),
    "entry of none": with_entry(exercise=""),
    "exercise of another type": with_entry(exercise=["arithmetic/double"]),
    "kind of entry": with_entry(kind="\x1b[2J"),
    "details of another type": with_entry(details=[]),
    "outcome unknown": with_details(outcome="brilliant"),
    "outcome of another type": with_details(outcome=[]),
    "digest of another type": with_details(text="\x1b[2J"),
    "more details": with_details(more=1),
    "hint of another type": with_entry(kind="hint", details={"number": "1"}),
    "hint unheard of": with_entry(kind="hint", details={"number": 100}),
    "many details": with_entry(kind="later", details={"a": "x" * 30_000}),
    "details of half a character": with_entry(kind="later", details={"a": "\udfff"}),
}


def test_what_the_unsound_are_made_from_is_sound(catalog):
    found = from_bytes(catalog, json.dumps(SOUND).encode())
    assert found.texts == {"arithmetic/double": "x = 1\n"}
    assert found.entries[0].exercise == "arithmetic/double"
    later = with_entry(kind="interview", exercise="", details={"score": [1, {"a": None}]})
    assert from_bytes(catalog, json.dumps(later).encode()).entries[0].kind == "interview"


@pytest.mark.parametrize("name", UNSOUND)
def test_what_is_no_export_is_refused(catalog, name):
    with pytest.raises(TransferError):
        from_bytes(catalog, json.dumps(UNSOUND[name]).encode())


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\xff\xfe\x00", b"{", b"[" * 100_000, b'{"kind": ' * 50_000, b"1" * 10_000, b"NaN", b"PK\x03\x04"),
        json.dumps(SOUND).encode()[:-20],
        json.dumps(SOUND).replace("5.0", "NaN").encode(),
        json.dumps(SOUND).replace("5.0", "1e999").encode(),
    ],
)
def test_what_is_damaged_is_refused(catalog, data):
    with pytest.raises(TransferError):
        from_bytes(catalog, data)


@pytest.mark.parametrize("seed", range(300))
def test_no_flipped_bytes_end_in_an_error_of_ours(catalog, seed):
    draw = random.Random(seed)
    data = bytearray(json.dumps(SOUND).encode())
    for _ in range(draw.randint(1, 6)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    try:
        found = from_bytes(catalog, bytes(data))
    except TransferError:
        return
    assert set(found.texts) <= set(catalog.exercises)


@pytest.mark.parametrize("name", ["leaves the folder", "unknown", "kind of entry", "foreign", "long text"])
def test_a_refused_import_changes_nothing_and_says_why(repository, name):
    repository.write("double", "return x")
    record(repository)
    before = everything(repository)
    file = repository.root / "hostile.json"
    file.write_text(json.dumps(UNSOUND[name]))
    said = refused(run(repository, "--import", file))
    assert said.startswith("Nothing was taken from ")
    assert ("which is no exercise's name" in said) == (name == "leaves the folder")
    assert len(said.splitlines()) == 1
    assert not CONTROL.search(said.rstrip("\n"))
    assert everything(repository) == before


def test_a_file_of_a_gigabyte_is_refused_at_once(repository):
    file = repository.root / "huge.json"
    with file.open("wb") as written:
        written.truncate(1 << 30)
    assert f"more than {MAX_FILE_BYTES >> 20} MB" in refused(run(repository, "--import", file))


def test_what_is_no_file_is_refused(repository, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "no regular file" in refused(run(repository, "--import", pipe))
    assert "cannot be read" in refused(run(repository, "--import", tmp_path / "missing"))
    assert "Nothing was taken" in refused(run(repository, "--import", tmp_path))
    assert "no regular file" in refused(run(repository, "--import", "/dev/zero"))
