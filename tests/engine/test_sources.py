"""A submission is read as text, or refused with a reason, whatever lies in its folder."""

import os
import socket
from pathlib import Path

import pytest

from graders.engine.sources import MAX_BYTES, Folder, Texts, Unreadable

ID = "attention/masks"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with an empty topic, and a neighbour `outside.py` that is none of the submission's."""
    (tmp_path / "outside.py").write_text("SECRET = 1\n")
    (tmp_path / "submission" / "attention").mkdir(parents=True)
    return tmp_path / "submission"


def masks(root: Path) -> Path:
    return root / "attention" / "masks.py"


def test_texts_in_memory_are_read_by_id():
    assert Texts({ID: "x = 1\n"}).read(ID) == "x = 1\n"


def test_a_text_that_is_not_in_memory_is_missing():
    assert Texts({}).read(ID) is None


def test_texts_in_memory_are_those_of_the_beginning():
    texts = {ID: "x = 1\n"}
    submission = Texts(texts)
    texts[ID] = "x = 2\n"
    assert submission.read(ID) == "x = 1\n"


def test_a_file_is_read_by_its_id(root):
    masks(root).write_text("x = 'größer'\n", "utf-8")
    assert Folder(root).read(ID) == "x = 'größer'\n"


def test_an_empty_file_is_not_a_missing_one(root):
    masks(root).touch()
    assert Folder(root).read(ID) == ""


def test_a_missing_file_is_told_from_an_unreadable_one(root):
    assert Folder(root).read(ID) is None


def test_a_missing_topic_folder_is_a_missing_file(root):
    assert Folder(root).read("tokenization/wordpiece") is None


def test_a_file_in_place_of_the_topic_folder_is_a_missing_file(root):
    (root / "tokenization").write_text("not a folder\n")
    assert Folder(root).read("tokenization/wordpiece") is None


def test_an_exercises_folder_inside_is_looked_into(root):
    (root / "exercises" / "attention").mkdir(parents=True)
    (root / "exercises" / "attention" / "masks.py").write_text("inner = 1\n")
    masks(root).write_text("outer = 1\n")
    assert Folder(root).read(ID) == "inner = 1\n"


def test_an_exercises_file_inside_does_not_stand_in_the_way(root):
    (root / "exercises").write_text("not a folder\n")
    masks(root).write_text("x = 1\n")
    assert Folder(root).read(ID) == "x = 1\n"


def test_a_relative_folder_stays_the_same_when_the_working_folder_changes(root, monkeypatch):
    masks(root).write_text("x = 1\n")
    monkeypatch.chdir(root.parent)
    submission = Folder(Path("submission"))
    monkeypatch.chdir("/")
    assert submission.read(ID) == "x = 1\n"


def test_a_folder_that_is_a_link_is_a_submission(root):
    masks(root).write_text("x = 1\n")
    link = root.parent / "link"
    link.symlink_to(root)
    assert Folder(link).read(ID) == "x = 1\n"


def test_a_file_is_no_submission(root):
    with pytest.raises(Unreadable, match="is not a folder"):
        Folder(root.parent / "outside.py")


def test_a_missing_folder_is_no_submission(root):
    with pytest.raises(Unreadable, match="is not a folder"):
        Folder(root / "nowhere")


def test_a_byte_order_mark_is_no_part_of_the_text(root):
    masks(root).write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert Folder(root).read(ID) == "x = 1\n"


def test_what_is_not_utf_8_is_refused_with_the_place(root):
    masks(root).write_bytes("x = 'ä'\n".encode("latin-1"))
    with pytest.raises(Unreadable, match=r"attention/masks\.py is not UTF-8 \(byte 5\)"):
        Folder(root).read(ID)


def test_a_file_of_the_greatest_size_is_read(root):
    masks(root).write_bytes(b"#" * MAX_BYTES)
    assert len(Folder(root).read(ID)) == MAX_BYTES


def test_a_file_one_byte_larger_is_refused(root):
    masks(root).write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(Unreadable, match="more than 262,144 bytes"):
        Folder(root).read(ID)


def test_a_huge_file_is_refused_without_being_read_whole(root):
    with masks(root).open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(Unreadable, match="more than"):
        Folder(root).read(ID)


def test_a_folder_in_place_of_the_file_is_refused(root):
    masks(root).mkdir()
    with pytest.raises(Unreadable, match="not a regular file"):
        Folder(root).read(ID)


def test_a_named_pipe_is_refused_at_once(root):
    os.mkfifo(masks(root))
    with pytest.raises(Unreadable, match="not a regular file"):
        Folder(root).read(ID)


def test_a_socket_is_refused(root, monkeypatch):
    monkeypatch.chdir(root)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("attention/masks.py")
        with pytest.raises(Unreadable, match="cannot be read"):
            Folder(root).read(ID)


@pytest.mark.parametrize("target", ["../../outside.py", "/dev/zero", "/nowhere/at/all"])
def test_a_link_out_of_the_submission_is_refused(root, target):
    masks(root).symlink_to(target)
    with pytest.raises(Unreadable, match="a link that leaves the submission"):
        Folder(root).read(ID)


def test_a_topic_folder_that_is_a_link_out_of_the_submission_is_refused(root):
    other = root.parent / "solutions"
    other.mkdir()
    (other / "wordpiece.py").write_text("SECRET = 1\n")
    (root / "tokenization").symlink_to(other)
    with pytest.raises(Unreadable, match="a link that leaves the submission"):
        Folder(root).read("tokenization/wordpiece")


def test_an_exercises_folder_that_is_a_link_out_of_the_submission_is_refused(root):
    other = root.parent / "solutions" / "attention"
    other.mkdir(parents=True)
    (other / "masks.py").write_text("SECRET = 1\n")
    (root / "exercises").symlink_to(other.parent)
    with pytest.raises(Unreadable, match="a link that leaves the submission"):
        Folder(root)


def test_a_neighbour_whose_name_begins_alike_is_outside(root):
    other = root.parent / "submission-of-a-friend"
    other.mkdir()
    (other / "masks.py").write_text("SECRET = 1\n")
    masks(root).symlink_to(other / "masks.py")
    with pytest.raises(Unreadable, match="a link that leaves the submission"):
        Folder(root).read(ID)


def test_a_link_inside_the_submission_is_followed(root):
    (root / "drafts.py").write_text("x = 1\n")
    masks(root).symlink_to("../drafts.py")
    assert Folder(root).read(ID) == "x = 1\n"


def test_a_link_inside_the_submission_to_nothing_is_a_missing_file(root):
    masks(root).symlink_to("nowhere.py")
    assert Folder(root).read(ID) is None


def test_a_link_to_itself_is_refused(root):
    masks(root).symlink_to("masks.py")
    with pytest.raises(Unreadable, match="cannot be read"):
        Folder(root).read(ID)


def test_an_exercises_link_to_itself_does_not_stand_in_the_way(root):
    (root / "exercises").symlink_to("exercises")
    masks(root).write_text("x = 1\n")
    assert Folder(root).read(ID) == "x = 1\n"


def test_a_name_that_no_file_can_have_is_refused(root):
    with pytest.raises(Unreadable, match="cannot be read"):
        Folder(root).read("attention/" + "m" * 5000)


def test_a_path_upwards_never_leaves_the_submission(root):
    with pytest.raises(Unreadable, match="leaves the submission"):
        Folder(root).read("../outside")


def test_a_file_without_permission_is_refused(root):
    masks(root).write_text("x = 1\n")
    masks(root).chmod(0)
    if os.access(masks(root), os.R_OK):
        pytest.skip("this user reads files whatever their permissions")
    with pytest.raises(Unreadable, match=r"cannot be read: Permission denied"):
        Folder(root).read(ID)
