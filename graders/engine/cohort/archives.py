"""Opens what students handed in, a zip, a tar or a folder, without ever writing any of it to disk.

Nothing is trusted: not a name, not a declared size, not a kind of file. A member is read only when somebody asks for
it, and never more of it than a submission may have.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graders.engine.sources import MAX_BYTES
from graders.engine.terminal.visible import visible

MAX_MEMBERS = 5_000  # of one student
MAX_TOTAL = 64 << 20  # uncompressed bytes of one student that are read
MAX_DECLARED = 1 << 30  # uncompressed bytes that one student's archive says it has
MAX_RATIO = 200  # uncompressed bytes for each compressed one; text is seldom above 20
MAX_ARCHIVE = 32 << 20  # bytes of one student's own archive, which is held in memory
MAX_PATH = 1_000  # characters
SMALL = 1 << 20  # below, a high ratio does no harm: a file of blanks is no bomb

ARCHIVE_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")

_JUNK = {"__MACOSX", ".git", "__pycache__", ".DS_Store"}
_ZIP_ENTRY = b"PK\x01\x02"
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    OSError,
)
_BROKEN_TAR = (tarfile.TarError, zlib.error, struct.error, EOFError, OverflowError, RecursionError, ValueError, OSError)


class Refused(Exception):
    """This file or archive is not opened; the message is one sentence that says why and what to do."""


@dataclass(frozen=True)
class Member:
    """One file.

    Attributes:
        path: relative, with "/", in NFC; when there is a `problem`, its visible text, for people only.
        read: returns its bytes, at most MAX_BYTES unless told otherwise, or raises Refused.
        problem: why not even the name is usable; "" when it is.
    """

    path: str
    read: Callable[..., bytes]
    problem: str = ""


class Budget:
    """The uncompressed bytes that may still be read for one student."""

    def __init__(self, limit: int = MAX_TOTAL):
        self.limit = limit
        self.left = limit

    def take(self, count: int) -> None:
        """Count `count` bytes that were read.

        Raises:
            Refused: they are more than were left.
        """
        self.left -= count
        if self.left < 0:
            raise Refused(f"more than {self.limit:,} bytes would be read for one student: hand in the exercises alone")


def is_archive(path: str) -> bool:
    """Return whether the name is that of an archive that can be opened."""
    return path.lower().endswith(ARCHIVE_ENDINGS)


def shown(name: str) -> str:
    """Return an untrusted name as a remark may hold it: visible, on one line, not endless."""
    text = visible(name).replace("\n", "\\n")
    return text if len(text) <= 200 else f"{text[:199]}…"


def safe_path(name: str) -> str:
    """Return `name` as a relative path in NFC without empty parts.

    Raises:
        Refused: it leaves the folder, or no system of ours would write it.
    """
    if len(name) > MAX_PATH:
        raise Refused(f"its path has {len(name):,} characters, more than {MAX_PATH:,}: use shorter names")
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in name):
        raise Refused("its name has control characters, or is in no known encoding: rename it")
    if "\\" in name:
        raise Refused("its path has a backslash: make the archive with / between folders")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise Refused("its path is absolute: make the archive from inside the folder")
    parts = [part for part in unicodedata.normalize("NFC", name).split("/") if part not in {"", "."}]
    if ".." in parts:
        raise Refused("its path leaves the folder with ..: make the archive from inside the folder")
    return "/".join(parts)


def is_junk(path: str) -> bool:
    """Return whether a system left this behind, so that nobody wants to hear of it."""
    parts = path.split("/")
    return not _JUNK.isdisjoint(parts) or parts[-1].startswith("._")


class ZipFolder:
    """A zip, from a file that may be big or from bytes; one student's zip is bounded, an export's is not.

    Attributes:
        members: its files, in the archive's order.
    """

    def __init__(self, file: Path | io.BytesIO, *, budget: Budget | None = None):
        """Read the table of contents; a `budget` makes it one student's.

        Raises:
            Refused: it is no zip, it is damaged, or its table of contents is that of a bomb.
        """
        self._budget = budget
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN_ZIP as error:
            raise Refused("it is damaged or not a zip: make it anew") from error
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if budget is not None:
            _check_declared(infos)
        self.members = tuple(unique(self._members(infos)))

    def close(self) -> None:
        self._zip.close()

    def _members(self, infos: Iterable[zipfile.ZipInfo]) -> Iterator[Member]:
        for info in infos:
            yield from _member(_zip_name(info), self._reader(info))

    def _reader(self, info: zipfile.ZipInfo) -> Callable[..., bytes]:
        def read(limit: int = MAX_BYTES) -> bytes:
            _check_entry(info)
            _check_size(info.file_size, limit)
            _check_ratio(info.file_size, info.compress_size)
            try:
                with self._zip.open(info) as stream:
                    data = stream.read(limit + 1)
            except _BROKEN_ZIP as error:
                raise Refused("it is damaged: make the archive anew") from error
            _check_size(len(data), limit)
            if self._budget is not None:
                self._budget.take(len(data))
            return data

        return read


class DiskFolder:
    """A folder on disk; links in it are not followed, and what is no regular file is not opened.

    Attributes:
        members: its files, sorted by path; an entry of the root is listed up to MAX_MEMBERS files.
        problems: why some are not listed, as (entry of the root, sentence).
    """

    def __init__(self, root: Path):
        """List the files.

        Raises:
            Refused: `root` itself cannot be read.
        """
        self.problems: list[tuple[str, str]] = []
        self.members = tuple(unique(self._members(root)))

    def close(self) -> None:
        """Nothing is held open."""

    def _members(self, root: Path) -> Iterator[Member]:
        for entry in _entries(root):
            try:
                for path in _files(entry):
                    yield from _member(path.relative_to(root).as_posix(), _disk_reader(path))
            except Refused as refusal:
                self.problems.append((shown(entry.name), f"{refusal}; the rest of it is left"))


def open_nested(name: str, data: bytes, budget: Budget) -> tuple[Member, ...]:
    """Return the files of a student's own archive, whose name says of which kind it is.

    Raises:
        Refused: it is damaged or a bomb.
    """
    if name.lower().endswith(".zip"):
        # Each entry of the table of contents becomes an object of half a kilobyte: count before that is done. An entry
        # may be found twice where a zip lies in the zip, hence the factor.
        if data.count(_ZIP_ENTRY) > 10 * MAX_MEMBERS:
            raise Refused(f"it has more than {MAX_MEMBERS:,} files: hand in the exercises alone")
        return ZipFolder(io.BytesIO(data), budget=budget).members
    return tuple(unique(_tar_members(data, budget)))


def read_small(path: Path, limit: int) -> bytes:
    """Return a regular file's bytes.

    Raises:
        Refused: it has more than `limit`, is a link or no regular file, or cannot be read.
    """
    try:
        # O_NONBLOCK: a named pipe would keep us waiting for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        kind = "it is a link" if path.is_symlink() else f"it cannot be read ({error.strerror})"
        raise Refused(f"{kind}: hand in the file itself") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Refused("it is not a regular file: hand in a text file")
        _check_size(status.st_size, limit)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(descriptor)
    _check_size(len(data), limit)
    return data


def unique(members: Iterable[Member]) -> list[Member]:
    """Return `members`, those that share a path with another one refused: nobody knows which was meant."""
    found = list(members)
    counts = Counter(member.path for member in found if not member.problem)
    return [_refuse_twice(m, counts[m.path]) if not m.problem and counts[m.path] > 1 else m for m in found]


def _refuse_twice(member: Member, count: int) -> Member:
    def read(limit: int = MAX_BYTES) -> bytes:
        raise Refused(f"{count} files have this path: hand in one of them")

    return Member(member.path, read)


def _member(name: str, read: Callable[..., bytes]) -> Iterator[Member]:
    try:
        path = safe_path(name)
    except Refused as refusal:
        yield Member(shown(name), read, str(refusal))
        return
    if path and not is_junk(path):
        yield Member(path, read)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise Refused(f"it has more than {limit:,} bytes: an exercise needs a few thousand")


def _check_ratio(size: int, compressed: int) -> None:
    if size > SMALL and size > MAX_RATIO * max(compressed, 1):
        raise Refused(f"it unpacks to more than {MAX_RATIO} times its size: hand in the files themselves")


# --- zip


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return the name as its maker wrote it: `filename` ends at a NUL, and many write UTF-8 without saying so."""
    name = info.orig_filename
    if info.flag_bits & _UTF8_FLAG:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _check_declared(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_MEMBERS:
        raise Refused(f"it has {len(infos):,} files, more than {MAX_MEMBERS:,}: hand in the exercises alone")
    size, compressed = (sum(getattr(i, field) for i in infos) for field in ("file_size", "compress_size"))
    if size > MAX_DECLARED:
        raise Refused(f"it unpacks to {size:,} bytes, more than {MAX_DECLARED:,}: hand in the exercises alone")
    _check_ratio(size, compressed)


def _check_entry(info: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise Refused("it is a link: hand in the file itself")
    if kind not in {0, stat.S_IFREG}:
        raise Refused("it is not a regular file: hand in a text file")
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise Refused("it is encrypted: hand it in without a password")
    # The others unpack a block at once, however much comes out of it.
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused("it is compressed in an unusual way: make an ordinary zip")


# --- tar


def _tar_members(data: bytes, budget: Budget) -> Iterator[Member]:
    plain = _gunzip(data, budget) if data.startswith(b"\x1f\x8b") else data
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
            infos = list(_tar_infos(tar))
    except _BROKEN_TAR as error:
        raise Refused("it is damaged or not a tar: make it anew") from error
    for info in infos:
        yield from _member(info.name, _tar_reader(info, plain, budget))


def _tar_infos(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield all that are no folders; a header can send the reader backwards, so that the end never comes."""
    position = -1
    for number, info in enumerate(tar):
        if number == MAX_MEMBERS:
            raise Refused(f"it has more than {MAX_MEMBERS:,} files: hand in the exercises alone")
        if info.offset <= position or info.size < 0:
            raise tarfile.ReadError("headers out of order")
        position = info.offset
        if not info.isdir():
            yield info


def _tar_reader(info: tarfile.TarInfo, plain: bytes, budget: Budget) -> Callable[..., bytes]:
    def read(limit: int = MAX_BYTES) -> bytes:
        if info.issym() or info.islnk():
            raise Refused("it is a link: hand in the file itself")
        if not info.isreg() or info.issparse():
            raise Refused("it is not a regular file: hand in a text file")
        _check_size(info.size, limit)
        data = plain[info.offset_data : info.offset_data + info.size]
        if len(data) < info.size:
            raise Refused("it is damaged: make the archive anew")
        budget.take(len(data))
        return data

    return read


def _gunzip(data: bytes, budget: Budget) -> bytes:
    """Return the unpacked bytes; a tar has to be unpacked to its end to find its members, so all of it counts."""
    allowed = min(budget.left, max(SMALL, MAX_RATIO * len(data)))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            plain = stream.read(allowed + 1)
    except (zlib.error, struct.error, EOFError, OSError) as error:
        raise Refused("it is damaged: make it anew") from error
    budget.take(len(plain))
    if len(plain) > allowed:
        raise Refused(f"it unpacks to more than {allowed:,} bytes: hand in the exercises alone")
    return plain


# --- disk


def _entries(folder: Path | os.DirEntry) -> list[os.DirEntry]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise Refused(f"{shown(str(Path(folder).name))} cannot be read: {error.strerror}") from error


def _files(folder: os.DirEntry) -> Iterator[Path]:
    """Yield what is below `folder` and no folder itself, sorted; what systems leave behind is not walked."""
    waiting = [folder]
    number = 0
    while waiting:
        entry = waiting.pop()
        if entry.is_dir(follow_symlinks=False):
            waiting += reversed([] if entry.name in _JUNK else _entries(entry))
            continue
        number += 1
        if number > MAX_MEMBERS:
            raise Refused(f"it has more than {MAX_MEMBERS:,} files")
        yield Path(entry.path)


def _disk_reader(path: Path) -> Callable[..., bytes]:
    def read(limit: int = MAX_BYTES) -> bytes:
        return read_small(path, limit)

    return read
