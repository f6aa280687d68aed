"""What instructors do by mistake, and students on purpose, with the command `cohort`: nothing is lost or swapped."""

import io
import shutil
import stat
import subprocess
import time
import zipfile

import pytest

from graders.engine.cohort.naming import place
from graders.engine.cohort.records import RemarkKind
from tests.support.course import files, kept, solved


def test_a_folder_with_files_of_the_instructors_is_not_written_to(course):
    course.hand_in({"Right, Rita": solved()})
    theirs = course.out / "submissions" / "Rita Right" / "double.py"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("the only copy")
    said = course.grade(status=2)
    assert said.startswith(f"{course.out} has files in it that no run of this command has left")
    assert [path for path in course.out.rglob("*") if path.is_file()] == [theirs]
    shutil.rmtree(course.out / "submissions")
    course.grade()


@pytest.mark.parametrize("place", [".", "graded", "Rita Right", ".."])
def test_input_and_output_do_not_lie_one_in_the_other(course, place):
    course.hand_in({"Right, Rita": solved()})
    course.export = course.folder / "class" / "all"
    theirs = course.export / "Rita Right" / "double.py"
    theirs.parent.mkdir(parents=True)
    theirs.write_text(solved()["double"])
    said = course.grade(status=2, out=course.export / place)
    assert "neither may lie in the other" in said
    assert [path for path in (course.folder / "class").rglob("*") if path.is_file()] == [theirs]


def test_the_results_hold_the_seed_and_are_their_owners_alone(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    assert stat.S_IMODE(course.out.stat().st_mode) == 0o700


def test_files_of_the_instructors_in_the_way_are_told_and_stay(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    note = course.out / "submissions" / "notes.txt"
    note.write_text("mine")
    course.grade()
    assert note.read_text() == "mine"
    shutil.rmtree(course.out / "feedback")
    (course.out / "feedback").write_text("mine")
    assert "feedback' cannot be written: File exists" in course.grade(status=2)


def test_a_disk_that_is_full_before_anything_is_graded_is_told(course):
    course.hand_in({"Right, Rita": {**solved(), "double": solved()["double"] + "#" * 4096}})
    limited = ["sh", "-c", 'ulimit -f 1; trap "" XFSZ; exec "$@"', "sh", *course.command()]
    ended = subprocess.run(
        limited, cwd=course.repository.root, env=course.repository.environment(), capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert ended.stderr == f"'{course.out}/submissions' cannot be written: File too large\n"


def test_what_an_earlier_run_wrote_for_another_system_goes(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    assert (course.out / "canvas.csv").exists()
    for name, text in solved().items():
        path = course.folder / "class" / "Rita Right" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    course.export = course.folder / "class"
    (course.folder / "roster.csv").write_text("id,name\n101,Rita Right\n")
    course.grade()
    assert not (course.out / "canvas.csv").exists()


def test_a_remark_says_whose_file_it_is_about(course):
    course.hand_in({"Right, Rita": solved(), "Wrong, Will": {**solved(), "double (1)": "", "notes": "x"}})
    course.grade()
    assert [row["where"] for row in course.rows("remarks.csv")] == [
        "wrongwill_102: double (1).py",
        "wrongwill_102: notes.py",
    ]


def test_results_of_another_assignment_are_not_written_over(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    before = files(course.out)
    course.hand_in({"Right, Rita": solved(double="x")})
    (course.folder / "assignment.toml").write_text('title = "Algebra"\nexercises = ["arithmetic"]\n')
    said = course.grade(status=2)
    assert said.startswith(f"{course.out} holds results of the assignment Arithmetic, not Algebra; ")
    assert files(course.out) == before
    (course.out / "results.json").rename(course.folder / "old.json")
    course.grade()
    assert course.finals() == {"Right, Rita": "10"}


def test_results_of_another_class_are_not_written_over(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    before = files(course.out)
    course.hand_in({"Stranger, One": solved()})
    (course.folder / "roster.csv").write_text("id,name\n200,One Stranger\n")
    with zipfile.ZipFile(course.export, "w") as zipped:
        zipped.writestr("strangerone_200_7_double.py", solved()["double"])
    said = course.grade(status=2)
    assert said.startswith(f"{course.out} holds results of other people: nobody of the 1 in them")
    assert files(course.out) == before


def test_the_roster_of_another_course_is_refused(course):
    course.hand_in({"Right, Rita": solved()})
    (course.folder / "roster.csv").write_text("id,name\n200,One Stranger\n")
    said = course.grade(status=2)
    assert "roster.csv has nobody of those who handed in" in said
    assert "for instance, rightrita_101 is not in it" in said
    assert not (course.out / "grades.csv").exists()


def test_a_name_that_reads_as_another_students_file_gets_nothing_into_that_students_work(course):
    course.hand_in({"Right, Rita": solved()})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as inner:
        inner.writestr("exercises/arithmetic/double.py", "broken on purpose")
    with zipfile.ZipFile(course.export, "a") as zipped:
        zipped.writestr("rightrita_101_1019_102_1021_hw.zip", packed.getvalue())  # of user 102, rightrita_101_1019
    course.grade()
    assert course.finals() == {"Right, Rita": "15"}
    assert [row["kind"] for row in course.rows("remarks.csv")] == ["ambiguous"]


def test_the_results_list_what_was_found(course):
    course.hand_in({"Right, Rita": {"double": solved()["double"]}})
    course.grade()
    assert course.results().students[0].attempt.exercises == ["arithmetic/double"]


def test_an_extension_of_somebody_who_handed_in_nothing_needs_the_roster(course):
    course.hand_in({"Right, Rita": solved(), "Absent, Abe": {}})
    course.assign("[extensions]\n102 = 2026-03-01T12:00:00Z\n[due]\ntime = 2026-03-01T12:00:00Z\n")
    course.grade()
    arguments = course.command()
    place = arguments.index("--roster")
    command = [*arguments[:place], *arguments[place + 2 :]]
    ended = subprocess.run(
        command, cwd=course.repository.root, env=course.repository.environment(), capture_output=True, text=True
    )
    assert ended.returncode == 2
    path = course.folder / "assignment.toml"
    assert ended.stderr.startswith(f"{path}: [extensions] '102' is no student's")
    assert "Without --roster only those who handed in are known" in ended.stderr


def test_the_judges_of_a_killed_run_end_without_a_word(course):
    course.hand_in({f"Student, Number {n}": solved(halve=f"x * {n}") for n in range(40)})
    running = subprocess.Popen(
        course.command(), cwd=course.repository.root, env=course.repository.environment(), stderr=subprocess.PIPE
    )
    while not kept(course.out / ".cohort" / "results.sqlite"):
        assert running.poll() is None
        time.sleep(0.02)
    running.kill()
    assert running.communicate(timeout=60) == (None, b"")  # which waits for all that could still write there


def test_the_draft_of_a_killed_run_goes(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    before = files(course.out)
    for folder in ("", "feedback", ".cohort"):
        (course.out / folder / ".0123456789abcdef.tmp").write_text("half")
    course.grade()
    assert files(course.out).keys() == before.keys()
    assert not list((course.out / ".cohort").glob(".*.tmp"))


@pytest.mark.parametrize("copy", ["-1" * 490, " (1)" * 240, " " * 990])
def test_thousands_of_endless_names_take_no_longer_than_others(copy):
    names = [f"{number}{copy}.py" for number in range(1000)]
    began = time.process_time()
    texts, remarks = place({name: bytes for name in names}, ["arithmetic/double"])
    assert (texts, remarks[0].kind) == ({}, RemarkKind.IGNORED)
    assert time.process_time() - began < 1


def test_who_takes_the_name_of_a_group_hands_in_nothing_for_it(course):
    course.hand_in({"Right, Rita": solved(), "Team7": solved(double="broken")})
    (course.folder / "roster.csv").write_text("id,name,group\n101,Rita Right,Team7\n102,Eve,\n103,Rob Right,Team7\n")
    course.grade()
    assert course.finals() == {"Rita Right": "15", "Eve": "0", "Rob Right": "0"}
    assert {"kind": "ambiguous", "where": "team7_102"}.items() <= course.rows("remarks.csv")[0].items()


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5"])
def test_a_number_of_judges_that_is_none_is_told_in_words(course, number):
    course.hand_in({"Right, Rita": solved()})
    said = course.grade("--workers", number, status=2)
    assert said.endswith(f"argument --workers: invalid number '{number}': it has to be a whole number above 0\n")
