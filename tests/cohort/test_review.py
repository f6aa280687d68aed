"""What instructors do by mistake, and students on purpose, with the command `cohort`: nothing is lost or swapped."""

import shutil
import stat

import pytest

from tests.cohort.test_cohort import Course, solved


@pytest.fixture
def course(repository, tmp_path):
    return Course(repository, tmp_path)


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
