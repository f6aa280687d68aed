"""What was put into the store comes back as long as everything that decided it is as it was."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.engine.results import CheckResult, ExerciseResult, Outcome
from graders.engine.store import Store, StoreError, content_key

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    CheckResult("test_rows", Outcome.FAILED, 2.5, True, "rows sum to 1", "row 3 sums to 0.5", "trace\n"),
    CheckResult("test_dtype", Outcome.PASSED, 7.5),
)
RESULT = ExerciseResult(
    "attention/masks", Outcome.PARTIAL, 7.5, 10.0, "größer", ("a slip",), 0.25, CHECKS, ("attention/masks", "a/b")
)
OTHER = ExerciseResult("attention/masks", Outcome.FAILED, 0.0, 10.0)
HELPER = {"attention/helper": "x = 1\n"}


def nothing(name: str) -> str | None:
    raise AssertionError(f"{name} was asked for, and nothing depends on it")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.sqlite"


@pytest.fixture
def store(path: Path):
    with Store(path) as store:
        yield store


def put_one(path: Path) -> None:
    with Store(path) as store:
        store.put("key", HELPER, RESULT)


def test_a_result_comes_back_as_it_was(store):
    store.put("key", {}, RESULT)
    got = store.get("key", nothing)
    assert (got, got.files) == (RESULT, RESULT.files)


def test_another_key_finds_nothing(store):
    store.put("key", {}, RESULT)
    assert store.get("other key", nothing) is None


def test_an_empty_store_finds_nothing(store):
    assert store.get("key", nothing) is None


def test_the_later_result_takes_the_place_of_the_earlier(store):
    store.put("key", HELPER, RESULT)
    store.put("key", HELPER, OTHER)
    assert store.get("key", HELPER.get) == OTHER


def test_a_result_stays_when_the_files_it_depends_on_do(store):
    store.put("key", HELPER, RESULT)
    assert store.get("key", HELPER.get) == RESULT


def test_a_result_is_not_found_once_a_file_it_depends_on_has_changed(store):
    store.put("key", HELPER, RESULT)
    assert store.get("key", {"attention/helper": "x = 2\n"}.get) is None


def test_a_result_is_not_found_once_a_file_it_depends_on_is_gone(store):
    store.put("key", HELPER, RESULT)
    assert store.get("key", {}.get) is None


def test_one_changed_file_among_several_is_enough(store):
    files = {"a/one": "1", "a/two": "2", "a/three": "3"}
    store.put("key", files, RESULT)
    assert store.get("key", (files | {"a/two": "4"}).get) is None


def test_two_files_that_have_swapped_their_texts_have_changed(store):
    store.put("key", {"a/one": "1", "a/two": "2"}, RESULT)
    assert store.get("key", {"a/one": "2", "a/two": "1"}.get) is None


def test_the_order_of_the_files_makes_no_difference(store):
    store.put("key", {"a/one": "1", "a/two": "2"}, RESULT)
    store.put("key", {"a/two": "2", "a/one": "1"}, OTHER)
    assert store.get("key", {"a/one": "1", "a/two": "2"}.get) == OTHER


def test_a_missing_file_is_not_an_empty_one(store):
    store.put("key", {"attention/helper": ""}, RESULT)
    assert store.get("key", {}.get) is None


def test_a_result_may_depend_on_a_file_that_was_missing(store):
    store.put("key", {"attention/helper": None}, RESULT)
    assert store.get("key", {}.get) == RESULT
    assert store.get("key", HELPER.get) is None


def test_each_state_of_the_other_files_keeps_its_own_result(store):
    store.put("key", HELPER, RESULT)
    store.put("key", {"attention/helper": "x = 2\n"}, OTHER)
    assert store.get("key", HELPER.get) == RESULT
    assert store.get("key", {"attention/helper": "x = 2\n"}.get) == OTHER


def test_results_with_different_files_lie_side_by_side(store):
    store.put("key", HELPER, RESULT)
    store.put("key", {"a/one": "1"}, OTHER)
    assert store.get("key", HELPER.get) == RESULT
    assert store.get("key", {"a/one": "1"}.get) == OTHER


def test_our_own_errors_are_never_kept(store):
    ours = ExerciseResult("attention/masks", Outcome.GRADER_ERROR, None, 10.0)
    with pytest.raises(ValueError, match="attention/masks: our own errors"):
        store.put("key", {}, ours)
    assert store.get("key", nothing) is None


def test_the_folder_is_made(tmp_path):
    path = tmp_path / "deep" / ".grades" / "results.sqlite"
    put_one(path)
    assert path.is_file()


def test_results_outlive_the_store(path):
    put_one(path)
    with Store(path) as store:
        assert store.get("key", HELPER.get) == RESULT


def test_closing_leaves_one_file_behind(path):
    put_one(path)
    assert os.listdir(path.parent) == [path.name]


WRITE = """
import os, sys
from pathlib import Path
from graders.engine.results import ExerciseResult, Outcome
from graders.engine.store import Store
store = Store(Path(sys.argv[1]))
for number in range(100):
    store.put(f"{sys.argv[2]} {number}", {}, ExerciseResult(str(number), Outcome.FAILED, 0.0, 10.0))
os._exit(0)
"""


def write_and_die(path: Path, name: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", WRITE, path, name], cwd=ROOT)


def test_what_a_killed_process_has_put_is_there(path):
    assert write_and_die(path, "a").wait() == 0
    with Store(path) as store:
        assert all(store.get(f"a {number}", nothing).id == str(number) for number in range(100))


def test_processes_that_start_at_once_and_write_at_once_lose_nothing(path):
    writers = [write_and_die(path, name) for name in "abcd"]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    with Store(path) as store:
        assert all(store.get(f"{name} {number}", nothing) for name in "abcd" for number in range(100))


@pytest.mark.parametrize("attempt", range(10))
def test_of_many_that_open_a_new_file_at_once_each_succeeds(path, attempt):
    start = Barrier(8)

    def open_and_put(number: int) -> None:
        start.wait()
        with Store(path) as store:
            store.put(f"key {number}", {}, RESULT)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(open_and_put, range(8)))
    with Store(path) as store:
        assert all(store.get(f"key {number}", nothing) for number in range(8))


def test_two_open_stores_see_what_the_other_puts(path):
    with Store(path) as one, Store(path) as other:
        one.put("key", {}, RESULT)
        assert other.get("key", nothing) == RESULT
        other.put("key", {}, OTHER)
        assert one.get("key", nothing) == OTHER


def change(path: Path, statement: str) -> None:
    database = sqlite3.connect(path)
    with database:
        database.execute(statement)
    database.close()


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(path):
    path.write_text("name,points\nada,10\n" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=rf"{path} is damaged .*: delete it"):
        Store(path)
    assert path.read_bytes() == before


def test_a_file_that_was_cut_off_is_named(path):
    put_one(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 - 100])
    with pytest.raises(StoreError, match=rf"{path} is damaged .*: delete it"), Store(path) as store:
        store.get("key", HELPER.get)


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE marks (name TEXT)", "PRAGMA user_version = 1", "PRAGMA application_id = 99"]
)
def test_a_database_of_another_program_is_named_and_left_as_it_is(path, statement):
    change(path, statement)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=rf"{path} is some other program's database: move it away, or delete it"):
        Store(path)
    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_and_left_as_it_is(path):
    put_one(path)
    change(path, "PRAGMA user_version = 2")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=rf"{path} was written by another version .*schema 2, not 1.* delete the file"):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE results SET result = replace(result, '7.5', '9.5')",
        "UPDATE results SET result = NULL",
        "UPDATE results SET seal = ''",
        "UPDATE results SET names = 'no json'",
        "UPDATE results SET names = NULL",
        "UPDATE results SET names = CAST(x'ff' AS TEXT)",
        "ALTER TABLE results RENAME TO outcomes",
    ],
)
def test_a_changed_row_is_damage(path, statement):
    put_one(path)
    change(path, statement)
    with pytest.raises(StoreError, match=rf"{path} is damaged .*: delete it"), Store(path) as store:
        store.get("key", HELPER.get)


def test_no_flipped_byte_anywhere_changes_a_result(path, tmp_path):
    put_one(path)
    sound = path.read_bytes()
    used = [i for i, byte in enumerate(sound) if byte]
    for place in [*used[::2], *range(0, len(sound), 997)]:
        flipped = tmp_path / "flipped.sqlite"
        flipped.write_bytes(sound[:place] + bytes([sound[place] ^ 0x80]) + sound[place + 1 :])
        try:
            with Store(flipped) as store:
                assert store.get("key", HELPER.get) in (RESULT, None)
        except StoreError as error:
            assert str(flipped) in str(error)  # noqa: PT017 (either is right)


def test_a_folder_in_place_of_the_file_is_named(path):
    path.mkdir()
    with pytest.raises(StoreError, match=rf"{path} cannot be used"):
        Store(path)


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "grades").write_text("not a folder\n")
    with pytest.raises(StoreError, match=rf"{tmp_path / 'grades'} cannot be made"):
        Store(tmp_path / "grades" / "results.sqlite")


def test_a_full_disk_is_not_called_damage(store):
    store._rows("PRAGMA max_page_count = 4")
    large = replace(RESULT, message="m" * 100_000)
    with pytest.raises(StoreError, match=r"cannot be used \(database or disk is full\)"):
        store.put("key", {}, large)


def test_another_program_that_holds_the_file_is_not_called_damage(path, store):
    store._rows("PRAGMA busy_timeout = 0")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"cannot be used \(database is locked\)"):
        store.put("key", {}, RESULT)
    holder.close()


def test_after_an_error_the_store_goes_on(path, store):
    store._rows("PRAGMA busy_timeout = 0")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError):
        store.put("key", {}, RESULT)
    holder.close()
    store.put("key", {}, RESULT)
    assert store.get("key", nothing) == RESULT


def test_an_error_of_the_caller_passes_through(store):
    store.put("key", HELPER, RESULT)
    with pytest.raises(ZeroDivisionError):
        store.get("key", lambda name: 1 / 0)


def test_after_deletion_the_store_begins_anew(path):
    path.write_text("rubbish " * 1000)
    with pytest.raises(StoreError):
        Store(path)
    path.unlink()
    put_one(path)
    assert path.is_file()


def test_a_file_deleted_without_its_write_ahead_log_begins_anew(path, tmp_path):
    with Store(path) as store:
        store.put("key", {}, RESULT)
        for file in tmp_path.glob("results.sqlite-*"):
            shutil.copy(file, tmp_path / f"left{file.name.removeprefix('results.sqlite')}")
    with Store(tmp_path / "left") as store:
        assert store.get("key", nothing) is None


parts = st.lists(st.text(max_size=4) | st.binary(max_size=4), max_size=4)


def as_bytes(part: str | bytes) -> bytes:
    return part.encode() if isinstance(part, str) else part


def test_a_key_tells_where_one_part_ends_and_the_next_begins():
    assert content_key("a", "bc") != content_key("ab", "c")


def test_an_empty_part_counts():
    assert len({content_key(), content_key(""), content_key("", "")}) == 3


def test_a_key_takes_any_text():
    assert content_key("\ud800") != content_key("?")


def test_a_key_is_the_same_in_every_process():
    prefixed = bytes([0, 0, 0, 0, 0, 0, 0, 1]) + b"a" + bytes([0, 0, 0, 0, 0, 0, 0, 2]) + b"bc"
    assert content_key("a", b"bc") == hashlib.sha256(prefixed).hexdigest()


@given(parts, parts)
def test_keys_are_equal_exactly_when_the_parts_are(one, other):
    assert (content_key(*one) == content_key(*other)) == ([*map(as_bytes, one)] == [*map(as_bytes, other)])


@given(st.lists(st.text(max_size=3), min_size=1, max_size=4), st.integers(0, 100))
def test_the_same_text_cut_elsewhere_has_another_key(one, place):
    whole = "".join(one)
    cut = [whole[: place % (len(whole) + 1)], whole[place % (len(whole) + 1) :]]
    assert (content_key(*cut) == content_key(*one)) == (cut == one)
