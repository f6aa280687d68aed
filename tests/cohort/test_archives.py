"""Archives and folders from students: what is opened, what is refused, and that nothing is written or hangs."""

import io
import os
import struct
import tarfile
import unicodedata
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.engine.cohort import archives
from graders.engine.cohort.archives import Budget, DiskFolder, Refused, ZipFolder, open_nested, safe_path
from graders.engine.sources import MAX_BYTES


def zipped(files, *, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(infos, mode="w"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for info, data in infos:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def opened(data, name="work.zip", budget=None):
    return {m.path: m for m in open_nested(name, data, budget or Budget())}


def zip_info(name, mode=0):
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def test_a_zip_is_read_lazily():
    members = opened(zipped({"attention/masks.py": b"x = 1\n", "attention/": b""}))
    assert list(members) == ["attention/masks.py"]
    assert members["attention/masks.py"].read() == b"x = 1\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../masks.py", "leaves the folder"),
        ("a/../../masks.py", "leaves the folder"),
        ("/etc/masks.py", "absolute"),
        ("C:/masks.py", "absolute"),
        ("a\\masks.py", "backslash"),
        ("a/ma\x1bsks.py", "control characters"),
        ("a/masks.py\x00.txt", "control characters"),
        ("\ud800.py", "control characters"),
        ("x" * 1001, "1,001 characters"),
    ],
)
def test_a_path_that_no_submission_needs_is_refused(name, reason):
    with pytest.raises(Refused, match=reason):
        safe_path(name)


def test_a_name_that_leaves_the_folder_is_a_problem_of_that_member_alone():
    members = opened(zipped([(zip_info("../../etc/masks.py"), b"bad"), ("masks.py", b"good")]))
    assert "leaves the folder" in members["../../etc/masks.py"].problem
    assert members["masks.py"].read() == b"good"


def test_a_name_is_taken_to_its_end_not_to_its_first_nul():
    data = zipped({"masks.pyX.txt": b"x"}).replace(b"masks.pyX.txt", b"masks.py\0.txt")
    (member,) = opened(data).values()
    assert "control characters" in member.problem


@pytest.mark.parametrize(
    ("mode", "reason"),
    [(0o120777, "is a link"), (0o010644, "not a regular file"), (0o020644, "not a regular file")],
)
def test_a_link_or_device_in_a_zip_is_not_read(mode, reason):
    members = opened(zipped([(zip_info("masks.py", mode), b"/etc/passwd"), (zip_info("softmax.py", 0o100644), b"s")]))
    with pytest.raises(Refused, match=reason):
        members["masks.py"].read()
    assert members["softmax.py"].read() == b"s"


def test_an_encrypted_member_is_refused():
    data = bytearray(zipped({"masks.py": b"x" * 50}, method=zipfile.ZIP_STORED))
    data[6] |= 1  # the flags of the local header, and of the table of contents
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Refused, match="encrypted"):
        opened(bytes(data))["masks.py"].read()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_a_block_at_once_is_refused(method):
    with pytest.raises(Refused, match="unusual"):
        opened(zipped({"masks.py": b"x"}, method=method))["masks.py"].read()


def test_a_file_above_the_limit_is_refused_unread():
    members = opened(zipped({"big.py": os.urandom(MAX_BYTES + 1), "most.py": os.urandom(MAX_BYTES)}))
    with pytest.raises(Refused, match="262,144 bytes"):
        members["big.py"].read()
    assert len(members["most.py"].read()) == MAX_BYTES


def test_a_file_above_the_limit_is_refused_before_its_damage_is_noticed():
    data = bytearray(zipped({"big.py": bytes(MAX_BYTES + 1)}, method=zipfile.ZIP_STORED))
    data[1000] = 1
    with pytest.raises(Refused, match="262,144 bytes"):
        opened(bytes(data))["big.py"].read()


def test_a_declared_size_that_lies_is_no_way_round_the_limit():
    data = zipped({"masks.py": os.urandom(1000) * 900})
    size = struct.pack("<I", 900_000)
    assert data.count(size) == 2
    with pytest.raises(Refused):
        opened(data.replace(size, struct.pack("<I", 1000)))["masks.py"].read()


def test_a_bomb_by_ratio_is_refused_whole():
    with pytest.raises(Refused, match="200 times its size"):
        opened(zipped({"masks.py": bytes(20 << 20)}))


def test_a_small_file_of_blanks_is_no_bomb():
    assert opened(zipped({"masks.py": b" " * 200_000}))["masks.py"].read() == b" " * 200_000


def test_a_bomb_by_declared_size_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_DECLARED", 1000)
    with pytest.raises(Refused, match="unpacks to 1,001 bytes"):
        opened(zipped({"a.py": os.urandom(1001)}))


def test_a_bomb_by_number_is_refused_before_its_table_is_built(monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    assert len(opened(zipped({f"{i}.py": b"" for i in range(3)}))) == 3
    with pytest.raises(Refused, match="4 files"):
        opened(zipped({f"{i}.py": b"" for i in range(4)}))
    with pytest.raises(Refused, match="more than 3 files"):
        opened(zipped({f"{i}.py": b"" for i in range(31)}))


def test_real_bytes_count_for_all_files_together():
    members = opened(zipped({f"{i}.py": os.urandom(400) for i in range(3)}), budget=Budget(1000))
    members["0.py"].read()
    members["1.py"].read()
    with pytest.raises(Refused, match="more than 1,000 bytes"):
        members["2.py"].read()


def test_utf8_without_its_flag_and_cp437_are_both_read():
    flagged = zipped({"Zoë.py": b"1"})
    unflagged = flagged.replace(b"\x00\x08", b"\x00\x00")
    assert list(opened(flagged)) == list(opened(unflagged)) == ["Zoë.py"]
    old = zipped({"Zo@.py": b"1"}).replace(b"Zo@.py", b"Zo\x89.py")
    assert list(opened(old)) == ["Zoë.py"]


def test_a_decomposed_name_is_composed_and_one_with_the_composed_is_a_duplicate():
    decomposed = unicodedata.normalize("NFD", "Zoë/masks.py")
    assert list(opened(zipped({decomposed: b"1"}))) == ["Zoë/masks.py"]
    members = open_nested("a.zip", zipped({decomposed: b"1", "Zoë/masks.py": b"2"}), Budget())
    for member in members:
        with pytest.raises(Refused, match="2 files have this path"):
            member.read()


def test_what_systems_leave_behind_is_not_mentioned():
    names = ["__MACOSX/a.py", "a/.DS_Store", ".git/config", "a/__pycache__/b.pyc", "a/._masks.py", "a/masks.py"]
    assert list(opened(zipped(dict.fromkeys(names, b"")))) == ["a/masks.py"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
@pytest.mark.parametrize("data", [b"", b"nonsense" * 100, b"PK\x03\x04" + bytes(50), b"\x1f\x8b\x08" + bytes(40)])
def test_a_damaged_archive_is_refused(name, data):
    if name == "a.tar" and data == b"":
        data = b"x"
    with pytest.raises(Refused, match="damaged"):
        open_nested(name, data, Budget())


def test_damage_in_one_member_leaves_the_others():
    data = zipped({"a.py": b"aaaa", "b.py": b"bbbb"}, method=zipfile.ZIP_STORED).replace(b"aaaa", b"aaxa", 1)
    members = opened(data)
    with pytest.raises(Refused, match="damaged"):
        members["a.py"].read()
    assert members["b.py"].read() == b"bbbb"


@pytest.mark.parametrize(("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz")])
def test_a_tar_is_read_like_a_zip(name, mode):
    link, hard, pipe = tarfile.TarInfo("masks.py"), tarfile.TarInfo("hard.py"), tarfile.TarInfo("pipe.py")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hard.type, hard.linkname = tarfile.LNKTYPE, "ok.py"
    pipe.type = tarfile.FIFOTYPE
    infos = [(tarfile.TarInfo(n), d) for n, d in [("ok.py", b"fine"), ("../out.py", b"x"), ("b.py", bytes(300_000))]]
    members = opened(tarred([*infos, (link, b""), (hard, b""), (pipe, b"")], mode), name)
    assert members["ok.py"].read() == b"fine"
    assert "leaves the folder" in members["../out.py"].problem
    for path, reason in [("masks.py", "link"), ("hard.py", "link"), ("pipe.py", "regular"), ("b.py", "262,144")]:
        with pytest.raises(Refused, match=reason):
            members[path].read()


def test_a_tar_bomb_is_not_unpacked_to_its_end():
    data = tarred([(tarfile.TarInfo("a.py"), bytes(80 << 20))], "w:gz")
    with pytest.raises(Refused, match="unpacks to more than"):
        open_nested("a.tgz", data, Budget())


def test_a_tar_that_sends_its_reader_backwards_comes_to_an_end():
    info = tarfile.TarInfo("a.py")
    header = bytearray(info.tobuf(format=tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + struct.pack(">H", 0x10000 - 512)  # a size of -512
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header[:512]):06o}\0 ".encode()
    with pytest.raises(Refused, match="damaged"):
        open_nested("a.tar", bytes(header[:512]) + bytes(1024), Budget())


def test_a_tar_with_too_many_files_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    with pytest.raises(Refused, match="more than 3 files"):
        open_nested("a.tar", tarred([(tarfile.TarInfo(str(i)), b"") for i in range(4)]), Budget())


@given(st.binary(max_size=600), st.integers(0, 400), st.sampled_from(["zip", "tar", "tgz"]))
def test_no_bytes_do_more_than_be_refused(noise, at, kind):
    good = {"zip": zipped({"a.py": b"x" * 30}), "tar": tarred([(tarfile.TarInfo("a.py"), b"x" * 30)])}
    good["tgz"] = tarred([(tarfile.TarInfo("a.py"), b"x" * 30)], "w:gz")
    data = good[kind][:at] + noise + good[kind][at + len(noise) :]
    try:
        for member in open_nested(f"a.{kind}", data, Budget()):
            assert len(member.read()) <= MAX_BYTES
    except Refused:
        pass


def test_a_folder_is_walked_without_following_or_opening_what_is_no_file(tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "masks.py").write_text("secret")
    root = tmp_path / "hand-in"
    (root / "jane" / "attention").mkdir(parents=True)
    (root / "jane" / "attention" / "masks.py").write_text("x = 1\n")
    (root / "jane" / "link.py").symlink_to(secret / "masks.py")
    (root / "jane" / "linked").symlink_to(secret)
    (root / "bob").symlink_to(secret)
    os.mkfifo(root / "jane" / "pipe.py")
    members = {m.path: m for m in DiskFolder(root).members}
    assert set(members) == {"bob", "jane/attention/masks.py", "jane/link.py", "jane/linked", "jane/pipe.py"}
    assert members["jane/attention/masks.py"].read() == b"x = 1\n"
    for path, reason in [("bob", "link"), ("jane/link.py", "link"), ("jane/pipe.py", "regular")]:
        with pytest.raises(Refused, match=reason):
            members[path].read()


def test_one_folder_with_too_many_files_leaves_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    for student, count in [("jane", 4), ("bob", 3)]:
        (tmp_path / student).mkdir()
        for number in range(count):
            (tmp_path / student / f"{number}.py").write_text("")
    folder = DiskFolder(tmp_path)
    assert sum(m.path.startswith("bob/") for m in folder.members) == 3
    assert [where for where, _ in folder.problems] == ["jane"]


def test_a_name_on_disk_that_is_in_no_encoding_is_refused(tmp_path):
    (tmp_path / "jane").mkdir()
    with open(os.fsencode(tmp_path / "jane") + b"/ma\xffks.py", "w"):
        pass
    (member,) = DiskFolder(tmp_path).members
    assert "no known encoding" in member.problem
    member.path.encode()


def test_an_export_is_not_bounded_as_one_student_is(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    monkeypatch.setattr(archives, "MAX_DECLARED", 100)
    (tmp_path / "all.zip").write_bytes(zipped({f"{i}.py": os.urandom(100) for i in range(20)}))
    archive = ZipFolder(tmp_path / "all.zip")
    assert [len(m.read()) for m in archive.members] == [100] * 20
    archive.close()
