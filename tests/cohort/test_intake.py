"""Exports in each system's own layout, and the rules on names of files."""

import io
import os
import stat
import subprocess
import unicodedata
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.engine.cohort.intake import IntakeError, read_input
from graders.engine.cohort.naming import MAX_IGNORED, place
from graders.engine.cohort.records import RemarkKind

SOFTMAX, MASKS = "foundations/softmax", "attention/masks"
EXERCISES = (SOFTMAX, MASKS)


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def export(tmp_path):
    def make(files, name="export.zip"):
        (tmp_path / name).write_bytes(zipped(files))
        return tmp_path / name

    return make


def laid_out(root, files):
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return root


def taken(path, exercises=EXERCISES, **options):
    intake = read_input(path, exercises, **options)
    attempts = list(intake.attempts)
    assert len(attempts) == intake.count
    return intake, {a.source: a for a in attempts}


def kinds(remarks):
    return [remark.kind for remark in remarks]


# --- names of files


def placed(files, exercises=EXERCISES):
    return place({path: lambda data=data: data for path, data in files.items()}, exercises)


@pytest.mark.parametrize(
    "path", ["foundations/softmax.py", "a/b/foundations/softmax.py", "softmax.py", "hw.zip/softmax.py"]
)
def test_a_file_where_it_belongs_is_taken_without_a_word(path):
    assert placed({path: b"1"}) == ({SOFTMAX: b"1"}, ())


@pytest.mark.parametrize(
    "path",
    [
        "hw/softmax.py",
        "attention/softmax.py",
        "softmax (1).py",
        "softmax-2.py",
        "Softmax.PY",
        "softmax.py.txt",
        "softmax.py-1.txt",
        "Copy of softmax.py",
        "softmax (copy).py",
        "softmax - copy.py",
        "softmax (1)-1.py",
    ],
)
def test_a_file_elsewhere_or_called_a_little_otherwise_is_taken_and_told(path):
    texts, remarks = placed({path: b"1"})
    assert texts == {SOFTMAX: b"1"}
    assert [(r.kind, r.source) for r in remarks] == [(RemarkKind.RENAMED, path)]


@pytest.mark.parametrize("path", ["softmax_final.py", "softmax.pdf", "softmax.ipynb", "my softmax.py", "softmax", "x"])
def test_a_name_that_is_no_exercise_is_ignored(path):
    assert placed({path: b"1"})[0] == {}
    assert kinds(placed({path: b"1"})[1]) == [RemarkKind.IGNORED]


def test_spaces_and_hyphens_stand_for_underscores():
    for path in ("multi head.py", "multi-head.py", "Multi_Head.py"):
        assert placed({path: b"1"}, ["attention/multi_head"])[0] == {"attention/multi_head": b"1"}


def test_an_exercise_whose_name_ends_in_a_number_is_no_copy():
    texts, _ = placed({"top-2.py": b"2", "top-2-3.py": b"3", "top.py": b"0"}, ["generation/top_2", "generation/top"])
    assert texts == {"generation/top_2": b"3", "generation/top": b"0"}


def test_an_exercise_whose_name_ends_in_copy_is_no_copy():
    files = {"beam_copy.py": b"c", "beam.py": b"b"}
    assert placed(files, ["generation/beam", "generation/beam_copy"])[0] == {
        "generation/beam": b"b",
        "generation/beam_copy": b"c",
    }


def test_the_right_name_comes_before_one_in_another_case():
    assert placed({"a/softmax.py": b"right", "a/Softmax.py": b"other"})[0] == {SOFTMAX: b"right"}


def test_the_highest_number_is_the_newest():
    texts, (remark,) = placed({"softmax.py": b"0", "softmax-2.py": b"2", "softmax-10.py": b"10", "softmax-1.py": b"1"})
    assert texts == {SOFTMAX: b"10"}
    assert (remark.kind, remark.source) == (RemarkKind.RENAMED, "softmax-10.py")
    assert "softmax-2.py" in remark.text


def test_the_place_where_it_belongs_comes_before_any_number():
    assert placed({"foundations/softmax.py": b"0", "softmax-2.py": b"2"})[0] == {SOFTMAX: b"0"}
    assert placed({"exercises/foundations/softmax.py": b"0", "old/foundations/softmax.py": b"2"})[0] == {SOFTMAX: b"0"}


@pytest.mark.parametrize(
    "paths",
    [
        ("a/softmax.py", "b/softmax.py"),
        ("a/foundations/softmax.py", "b/foundations/softmax.py"),
        ("softmax.py", "Copy of softmax.py"),
        ("softmax (1).py", "softmax-1.py"),
    ],
)
def test_two_files_that_no_rule_orders_are_both_left_unless_they_are_equal(paths):
    texts, remarks = placed({paths[0]: b"1", paths[1]: b"2"})
    assert texts == {}
    assert kinds(remarks) == [RemarkKind.AMBIGUOUS]
    texts, remarks = placed(dict.fromkeys(paths, b"1"))
    assert texts == {SOFTMAX: b"1"}
    assert "the same bytes" in remarks[0].text


def test_a_name_in_two_topics_needs_its_folder():
    both = ["attention/masks", "generation/masks"]
    texts, remarks = placed({"masks.py": b"1"}, both)
    assert (texts, kinds(remarks)) == ({}, [RemarkKind.AMBIGUOUS])
    assert placed({"attention/masks.py": b"1", "generation/masks.py": b"2"}, both)[0] == {both[0]: b"1", both[1]: b"2"}


def test_remarks_on_what_is_ignored_are_bounded():
    _, remarks = placed({f"{i}.pdf": b"" for i in range(500)})
    assert len(remarks) == MAX_IGNORED + 1
    assert "480 more" in remarks[-1].text


names = st.sampled_from(["softmax", "Softmax", "masks", "copy of masks", "x", "softmax (1)", "masks-2", "softmax copy"])
folder_names = st.sampled_from(["", "foundations/", "attention/", "a/", "a/foundations/", "exercises/attention/"])
paths = st.builds(lambda folder, name, end: folder + name + end, folder_names, names, st.sampled_from([".py", ".pdf"]))


@given(st.dictionaries(paths | st.text(max_size=12), st.binary(max_size=2), max_size=8))
def test_only_what_was_handed_in_is_placed_and_order_does_not_matter(files):
    texts, remarks = placed(files)
    assert set(texts) <= set(EXERCISES)
    assert set(texts.values()) <= set(files.values())
    assert placed(dict(reversed(files.items()))) == (texts, remarks)
    for exercise in EXERCISES:
        exact = {d for p, d in files.items() if p == f"exercises/{exercise}.py"}
        assert not exact or texts.get(exercise) in exact


# --- Canvas


def test_canvas(export):
    intake, found = taken(
        export(
            {
                "doejane_100_20001_softmax.py": "old",
                "doejane_100_20002_softmax-1.py": "new",
                "doejane_100_20003_masks.py": "m",
                "roerichard_LATE_101_20004_softmax.py": "late",
                "el_niño_102_20005_softmax.py": "underscore",
                "textonly_103_text.html": "<p>",
                "linkonly_LATE_104_link.html": "<a>",
                "grades.csv": "mine",
            }
        )
    )
    assert intake.system == "canvas"
    assert kinds(intake.remarks) == [RemarkKind.IGNORED]
    jane = found["doejane_100"]
    assert (jane.people[0].id, jane.people[0].name, jane.is_late) == ("100", "doejane", False)
    assert jane.texts == {SOFTMAX: b"new", MASKS: b"m"}
    assert found["roerichard_101"].is_late
    assert found["el_niño_102"].people[0].id == "102"
    assert found["textonly_103"].texts == found["linkonly_104"].texts == {}
    assert found["linkonly_104"].is_late
    assert kinds(found["textonly_103"].remarks) == [RemarkKind.IGNORED]


def test_canvas_ids_are_not_mistaken_for_those_in_names_of_students_and_files(export):
    intake, found = taken(
        export(
            {
                "doejane_100_20001_softmax.py": "j",
                "student_1_101_20002_softmax.py": "ends in a number",
                "zed_102_20003_2024_10_softmax.py": "file begins with numbers",
                "doejane_100_20009_103_20004_masks.py": "j2",
                "mallory_100_20005_666_20006_softmax.py": "named like Jane's",
            }
        )
    )
    assert {a.people[0].id: a.people[0].name for a in found.values()} == {
        "100": "doejane",
        "101": "student_1",
        "102": "zed",
        "666": "mallory_100_20005",
    }
    assert found["doejane_100"].texts == {SOFTMAX: b"j"}
    (remark,) = intake.remarks  # it may be a student's who is called as Jane's files are
    assert (remark.kind, remark.source) == (RemarkKind.AMBIGUOUS, "doejane_100_20009_103_20004_masks.py")


def test_a_canvas_name_that_stays_unclear_is_nobodys(export):
    files = {"doejane_100_20001_softmax.py": "j", "eve_777_20005_666_20006_softmax.py": "whose?"}
    intake, found = taken(export(files))
    assert list(found) == ["doejane_100"]
    assert kinds(intake.remarks) == [RemarkKind.AMBIGUOUS]


def test_two_names_for_one_canvas_user_are_nobodys(export):
    intake, found = taken(export({"a_100_20001_softmax.py": "1", "b_100_20002_masks.py": "2", "c_1_20003_x.py": ""}))
    assert list(found) == ["c_1"]
    assert kinds(intake.remarks) == [RemarkKind.AMBIGUOUS] * 2


def test_canvas_anonymous(export):
    _, found = taken(export({"anon_x7Yz1_20001_softmax.py": "a", "LATE_anon_abcde_20002_masks.py": "b"}))
    assert {a.people[0].id: (a.people[0].name, a.is_late) for a in found.values()} == {
        "x7Yz1": ("", False),
        "abcde": ("", True),
    }
    _, found = taken(export({"anon_12345_20001_softmax.py": "a", "anon_23456_20002_masks.py": "b"}))
    assert {(a.people[0].id, a.people[0].name) for a in found.values()} == {("12345", ""), ("23456", "")}


def test_two_canvas_attachments_of_one_name_stay_two(export):
    _, found = taken(export({"doe_1_20001_softmax.py": "1", "doe_1_20002_softmax.py": "2", "doe_1_20003_masks.py": ""}))
    assert found["doe_1"].texts == {MASKS: b""}
    assert RemarkKind.AMBIGUOUS in kinds(found["doe_1"].remarks)


def test_a_students_archive_is_opened_and_one_in_it_is_not(export):
    inner = zipped({"foundations/softmax.py": "s", "deeper.zip": zipped({"attention/masks.py": "m"}), "../out.py": ""})
    _, found = taken(export({"doe_1_20001_work.zip": inner, "roe_2_20002_work.zip": b"PK no zip"}))
    assert found["doe_1"].texts == {SOFTMAX: b"s"}
    assert [r.source for r in found["doe_1"].remarks if r.kind == RemarkKind.REFUSED] == [
        "work.zip/deeper.zip",
        "work.zip/../out.py",
    ]
    assert "damaged" in found["roe_2"].remarks[0].text


def test_one_students_bomb_leaves_the_others(export):
    files = {"bomb_1_20001_work.zip": zipped({"softmax.py": bytes(30 << 20)}), "ok_2_20002_softmax.py": "fine"}
    _, found = taken(export(files))
    assert found["bomb_1"].texts == {}
    assert kinds(found["bomb_1"].remarks) == [RemarkKind.REFUSED]
    assert found["ok_2"].texts == {SOFTMAX: b"fine"}


def test_a_link_or_too_long_a_file_is_refused_and_told(export, tmp_path):
    link = zipfile.ZipInfo("doe_1_20001_softmax.py")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("doe_1_20002_masks.py", os.urandom(300_000))
    _, found = taken(tmp_path / "x.zip")
    assert found["doe_1"].texts == {}
    assert ["link" in r.text or "262,144" in r.text for r in found["doe_1"].remarks] == [True, True]


def test_a_canvas_export_of_five_thousand(export):
    files = {f"student{i:04d}_{10_000 + i}_{900_000 + i}_softmax.py": f"x = {i}" for i in range(5_000)}
    intake = read_input(export(files), EXERCISES)
    count = sum(attempt.texts == {SOFTMAX: f"x = {i}".encode()} for i, attempt in enumerate(intake.attempts))
    assert (intake.system, intake.count, count) == ("canvas", 5_000, 5_000)


# --- Moodle

MOODLE_FOLDERS = {
    "Jane Doe_657737_assignsubmission_file_/foundations/softmax.py": "s",
    "Jane Doe_657737_assignsubmission_file_/attention/masks.py": "m",
    "Jane Doe_657737_assignsubmission_onlinetext_/onlinetext.html": "<p>",
    "Zoë O'Neill_657738_assignsubmission_file_/softmax.py": "z",
}


def check_moodle(found):
    assert {a.people[0].id: a.people[0].name for a in found.values()} == {"657737": "Jane Doe", "657738": "Zoë O'Neill"}
    assert found["Jane Doe_657737"].texts == {SOFTMAX: b"s", MASKS: b"m"}
    assert ["only files are graded" in r.text for r in found["Jane Doe_657737"].remarks] == [True]
    assert found["Zoë O'Neill_657738"].texts == {SOFTMAX: b"z"}


def test_moodle_with_folders(export):
    intake, found = taken(export(MOODLE_FOLDERS))
    assert intake.system == "moodle"
    check_moodle(found)


def test_moodle_unpacked_and_in_one_more_folder(tmp_path):
    decomposed = {unicodedata.normalize("NFD", f"hw/{name}"): data for name, data in MOODLE_FOLDERS.items()}
    intake, found = taken(laid_out(tmp_path, decomposed))
    assert intake.system == "moodle"
    check_moodle(found)


def test_moodle_side_by_side(export):
    files = {
        "Jane Doe_657737_assignsubmission_file_softmax.py": "s",
        "Jane Doe_657737_assignsubmission_file_masks.py": "m",
        "Jane Doe_657737_assignsubmission_onlinetext_onlinetext.html": "<p>",
        "Zoë O'Neill_657738_assignsubmission_file_softmax.py": "z",
    }
    check_moodle(taken(export(files))[1])


def test_moodle_blind_in_any_language_and_groups(export):
    files = {f"Teilnehmer_{i}_assignsubmission_file_/softmax.py": "s" for i in (7, 8)}
    assert [(a.people[0].id, a.people[0].name) for a in taken(export(files))[1].values()] == [("7", ""), ("8", "")]
    files = {"Group 7_41_assignsubmission_file_/softmax.py": "s", "Default group_assignsubmission_file_/softmax.py": ""}
    people = [(a.people[0].id, a.people[0].name) for a in taken(export(files))[1].values()]
    assert people == [("", "Default group"), ("41", "Group 7")]


# --- Gradescope

METADATA = """---
submission_500:
  :submitters:
  - :name: Jane Doe
    :sid: 00123
    :email: jane@example.org
  - :name: 'Roe, "R"'
    :sid: '124'
    :email: roe@example.org
  :created_at: 2026-09-10 19:37:26.541034000 Z
  :score: 10.0
  :results:
    tests:
    - {name: one, output: "x: [1, {a: b}]"}
  :history:
  - :id: 400
    :created_at: !ruby/object:ActiveSupport::TimeWithZone
      utc: 2026-09-09 10:00:00.000000000 Z
      zone: &1 !ruby/object:ActiveSupport::TimeZone
        name: UTC
    :score: 1.0
    :results: {}
  - :id: 300
    :created_at: 2026-09-08 10:00:00 -07:00
submission_501:
  :submitters:
  - :name: Solo
    :sid:
    :email: solo@example.org
  :created_at: 2026-09-11T01:00:00+02:00
submission_502:
  :submitters: []
  :created_at: 2026-09-11 01:00:00 Z
"""
GRADESCOPE = {
    "assignment_9_export/submission_metadata.yml": METADATA,
    "assignment_9_export/submission_500/softmax.py": "now",
    "assignment_9_export/submission_400/softmax.py": "before",
    "assignment_9_export/submission_501/foundations/softmax.py": "solo",
    "assignment_9_export/submission_777/softmax.py": "whose?",
}


def test_gradescope(export):
    intake, found = taken(export(GRADESCOPE))
    assert intake.system == "gradescope"
    now, before, solo = (found[f"submission_{i}"] for i in (500, 400, 501))
    assert [(p.id, p.name, p.email) for p in now.people] == [
        ("00123", "Jane Doe", "jane@example.org"),
        ("124", 'Roe, "R"', "roe@example.org"),
    ]
    assert (now.number, before.number, solo.number) == (3, 2, 1)
    assert now.submitted == datetime(2026, 9, 10, 19, 37, 26, 541034, tzinfo=UTC)
    assert before.submitted == datetime(2026, 9, 9, 10, tzinfo=UTC)
    assert solo.submitted.utcoffset() == timedelta(hours=2)
    assert (now.texts, before.texts) == ({SOFTMAX: b"now"}, {SOFTMAX: b"before"})
    assert (solo.people[0].id, solo.people[0].email) == ("", "solo@example.org")
    assert [(r.kind, r.source) for r in intake.remarks] == [
        (RemarkKind.UNKNOWN, "submission_502"),
        (RemarkKind.UNKNOWN, "submission_777"),
    ]


def test_attempts_come_by_person_whatever_the_order_of_the_export(export):
    entry = "submission_{}:\n  :submitters:\n  - :name: {}\n  :created_at: 2026-09-11 01:00:00 Z\n"
    text = entry.format(1, "Zed") + entry.format(2, "Amy") + entry.format(3, "bob")
    _, found = taken(export({"submission_metadata.yml": text, "submission_1/softmax.py": ""}))
    assert list(found) == ["submission_2", "submission_3", "submission_1"]
    assert kinds(found["submission_2"].remarks) == [RemarkKind.MISSING]


def test_gradescope_unpacked(tmp_path):
    intake, found = taken(laid_out(tmp_path, GRADESCOPE) / "assignment_9_export")
    assert intake.system == "gradescope"
    assert found["submission_500"].texts == {SOFTMAX: b"now"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1", "not valid YAML"),
        ("", "no submissions"),
        ("a: *x", "nobody's work"),
        ("a: " + "[" * 50_000, "YAML|read"),
    ],
)
def test_gradescope_metadata_that_is_none(export, text, reason):
    with pytest.raises(IntakeError, match=reason):
        read_input(export({"submission_metadata.yml": text, "submission_1/softmax.py": ""}), EXERCISES)


# --- GitHub Classroom


def git(folder, *arguments, when="2026-10-01T12:00:00 +0200"):
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_COMMITTER_DATE": when,
        "GIT_AUTHOR_DATE": when,
    }
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
    )


def clone(folder, text="s", *, commit=True):
    laid_out(folder, {"exercises/foundations/softmax.py": text})
    git(folder, "init", "-b", "main")
    if commit:
        git(folder, "add", ".")
        git(folder, "commit", "-m", "x")
    return folder


def test_classroom(tmp_path):
    for login in ("jane-doe", "roe", "janus"):
        clone(tmp_path / f"hw-1-{login}", login)
    git(tmp_path / "hw-1-roe", "gc")
    git(tmp_path / "hw-1-roe", "pack-refs", "--all")
    git(tmp_path / "hw-1-janus", "checkout", "--detach")
    intake, found = taken(tmp_path)
    assert intake.system == "classroom"
    assert [a.people[0].login for a in found.values()] == ["jane-doe", "janus", "roe"]
    for attempt in found.values():
        assert attempt.submitted == datetime(2026, 10, 1, 12, tzinfo=timezone(timedelta(hours=2)))
        assert attempt.submitted.utcoffset() == timedelta(hours=2)
        assert attempt.texts == {SOFTMAX: attempt.people[0].login.encode()}
        assert not attempt.remarks


def test_classroom_folder_of_githubs_own_command_says_where_the_login_begins(tmp_path):
    root = tmp_path / "hw-1-submissions"
    for login in ("uni-jane", "uni-roe"):
        clone(root / f"hw-1-{login}")
    assert [a.people[0].login for a in taken(root)[1].values()] == ["uni-jane", "uni-roe"]


def test_a_clones_configuration_runs_nothing(tmp_path):
    mark = tmp_path / "ran"
    root = tmp_path / "clones"
    for login in ("jane", "roe"):
        folder = clone(root / f"hw-{login}")
        program = folder / ".git" / "evil"
        program.write_text(f"#!/bin/sh\ntouch {mark}\n")
        program.chmod(0o755)
        settings = {
            "core.fsmonitor": program,
            "core.pager": program,
            "core.sshCommand": program,
            "gpg.program": program,
            "log.showSignature": "true",
            "diff.external": program,
            "core.hooksPath": program.parent,
        }
        for name, value in settings.items():
            git(folder, "config", name, str(value))
        with (folder / ".git" / "config").open("a") as config:
            config.write("[core]\n\trepositoryformatversion = 99\n")  # git refuses to run in such a clone
    assert all(a.submitted for a in taken(root)[1].values())
    assert not mark.exists()


def test_a_clone_without_commits_or_with_links_in_its_git_has_no_time(tmp_path):
    root = tmp_path / "clones"
    clone(root / "hw-none", commit=False)
    linked = clone(root / "hw-linked")
    commit = (linked / ".git" / "refs" / "heads" / "main").read_text()
    (tmp_path / "elsewhere").write_text(commit)
    outside = laid_out(tmp_path / "outside", {"main": commit})
    heads = clone(root / "hw-heads") / ".git" / "refs" / "heads"
    (heads / "main").unlink()
    heads.rmdir()
    heads.symlink_to(outside)
    (linked / ".git" / "HEAD").unlink()
    (linked / ".git" / "HEAD").symlink_to(tmp_path / "elsewhere")
    leaving = clone(root / "hw-leaving")
    (leaving / ".git" / "HEAD").write_text("ref: refs/../../../elsewhere\n")
    _, found = taken(root)
    assert len(found) == 4
    for attempt in found.values():
        assert attempt.submitted is None
        assert RemarkKind.REFUSED in kinds(attempt.remarks)
        assert attempt.texts == {SOFTMAX: b"s"}


# --- folders


def test_folders_archives_and_unicode_forms_of_one_student(tmp_path):
    laid_out(
        tmp_path,
        {
            "jane/foundations/softmax.py": "s",
            "Roe, Richard/softmax.py": "r",
            "a@example.org.zip": zipped({"attention/masks.py": "m"}),
            unicodedata.normalize("NFC", "Zoë") + "/softmax.py": "1",
            unicodedata.normalize("NFD", "Zoë") + "/masks.py": "2",
            "notes.txt": "mine",
        },
    )
    intake, found = taken(tmp_path)
    assert intake.system == "folders"
    assert [(r.kind, r.source) for r in intake.remarks] == [(RemarkKind.IGNORED, "notes.txt")]
    assert found["Zoë"].texts == {SOFTMAX: b"1", MASKS: b"2"}
    assert (found["jane"].people[0].id, found["jane"].people[0].login) == ("jane", "jane")
    assert found["Roe, Richard"].people[0].name == "Roe, Richard"
    assert found["a@example.org"].people[0].email == "a@example.org"
    assert found["a@example.org"].texts == {MASKS: b"m"}


def test_one_file_a_student_where_there_is_one_exercise(tmp_path):
    laid_out(tmp_path, {"jane.py": "1", "roe.py": "2"})
    _, found = taken(tmp_path, (SOFTMAX,))
    assert {name: (a.texts, a.remarks) for name, a in found.items()} == {
        "jane": ({SOFTMAX: b"1"}, ()),
        "roe": ({SOFTMAX: b"2"}, ()),
    }
    with pytest.raises(IntakeError, match="only where there is one exercise, and there are 2"):
        read_input(tmp_path, EXERCISES)


def test_a_zip_of_a_folder_of_students_is_unwrapped(export):
    assert list(taken(export({"hw/jane/softmax.py": "", "hw/roe/foundations/softmax.py": ""}))[1]) == ["jane", "roe"]
    assert list(taken(export({"jane/foundations/softmax.py": "", "jane/attention/masks.py": ""}))[1]) == ["jane"]


def test_a_named_pipe_does_not_stop_the_run(tmp_path):
    (tmp_path / "jane").mkdir()
    os.mkfifo(tmp_path / "jane" / "softmax.py")
    laid_out(tmp_path, {"roe/softmax.py": "r"})
    _, found = taken(tmp_path)
    assert "regular" in found["jane"].remarks[0].text
    assert found["roe"].texts == {SOFTMAX: b"r"}


# --- what cannot be read


def test_inputs_that_are_none(tmp_path, export):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "work.tar.gz").write_text("no zip")
    for path, reason in [
        (tmp_path / "missing", "no such file"),
        (tmp_path / "empty", "no files in it"),
        (tmp_path / "text.zip", "neither a zip nor a folder"),
        (tmp_path / "work.tar.gz", "unpack it first"),
        (export({}, "none.zip"), "no files in it"),
        (export({"a.pdf": "%PDF", "b.pdf": "%PDF"}), "nobody's work"),
    ]:
        with pytest.raises(IntakeError, match=reason) as caught:
            read_input(path, EXERCISES)
        assert str(path) in str(caught.value)


def test_one_students_folder_is_not_taken_for_a_cohort(tmp_path):
    with pytest.raises(IntakeError, match="one student's folder"):
        read_input(laid_out(tmp_path, {"foundations/softmax.py": "", "attention/masks.py": ""}), EXERCISES)


def test_an_input_that_may_be_two_things_names_them(export):
    files = {"doe_1_20001_softmax.py": "", "a/softmax.py": "", "b/softmax.py": ""}
    with pytest.raises(IntakeError, match="canvas or of folders: say which with --from canvas or --from folders"):
        read_input(export(files), EXERCISES)
    assert list(taken(export(files), system="canvas")[1]) == ["doe_1"]
    assert list(taken(export(files), system="folders")[1]) == ["a", "b"]
    with pytest.raises(IntakeError, match="named as in an export of moodle"):
        read_input(export(files), EXERCISES, "moodle")
    with pytest.raises(IntakeError, match="no system 'webct'"):
        read_input(export(files), EXERCISES, "webct")
