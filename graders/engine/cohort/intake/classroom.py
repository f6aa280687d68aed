"""GitHub Classroom: one folder with a clone of each student's repository, `<assignment>-<login>`.

A clone's files and its `.git` are the student's. Git is never run in it: its configuration could name programs to run.
The last commit is read by a git of our own that is only shown the clone's objects.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from graders.engine.cohort.archives import Refused, read_small, shown
from graders.engine.cohort.intake.bundles import Handed, IntakeError, Listing
from graders.engine.cohort.records import Person, Remark, RemarkKind

_SECONDS = 30  # for one look into a repository; it takes milliseconds
_MAX_REFS = 4 << 20  # bytes of a file that names commits
_REF = re.compile(r"ref: (refs/[A-Za-z0-9._/-]{1,200})")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_WHEN = re.compile(rb"^committer [^\n]*> (\d{1,12}) ([+-])(\d\d)(\d\d)$", re.MULTILINE)


def share(listing: Listing) -> float:
    """Return which part of the folders at the top are clones."""
    if listing.root is None:
        return 0.0
    return len(_clones(listing)) / max(1, len(listing.tops))


def read(listing: Listing, exercises: Sequence[str]) -> tuple[list[Handed], list[Remark]]:
    """Return one Handed a clone; its time is that of the last commit, as the student's machine had it.

    Raises:
        IntakeError: this is no folder of clones.
    """
    clones = _clones(listing)
    if listing.root is None or not clones:
        raise IntakeError("there are no clones in it: name the folder that holds one clone for each student")
    start, remarks = _assignment(listing.root.resolve().name, clones)
    handed = {}
    for name in clones:
        login = name[len(start) :]
        handed[name] = Handed(shown(name), (Person(login=login),), when=partial(_when, listing.root / name))
    others: dict[str, int] = defaultdict(int)
    for member in listing.members:
        top, _, below = member.path.partition("/")
        if top in handed and below:
            handed[top].members.append(replace(member, path=below))
        else:
            others[top] += 1
    text = "is no clone: there is no .git in it"
    remarks += [Remark(RemarkKind.IGNORED, shown(top), text) for top in sorted(others)]
    return list(handed.values()), remarks


def _clones(listing: Listing) -> list[str]:
    folders = (top for top, is_folder in listing.tops.items() if is_folder)
    gits = ((top, listing.root / top / ".git") for top in folders if listing.root)
    return [top for top, git in gits if git.is_dir() and not git.is_symlink()]


def _assignment(folder: str, clones: list[str]) -> tuple[str, list[Remark]]:
    """Return what all clones' names begin with, and what is not certain of it.

    GitHub's own command makes a folder `<assignment>-submissions`, and then there is no doubt.
    """
    told = f"{folder.removesuffix('-submissions')}-"
    if folder.endswith("-submissions") and all(name.startswith(told) for name in clones):
        return told, []
    start = os.path.commonprefix(clones).rpartition("-")[0]  # noqa: RUF071  characters are meant, not folders
    if len(clones) > 1:
        return f"{start}-" if start else "", []
    start = clones[0].rpartition("-")[0]
    text = "one clone alone does not tell where the assignment's name ends: the login is taken to be the last word"
    return f"{start}-" if start else "", [Remark(RemarkKind.AMBIGUOUS, shown(clones[0]), text)]


def _when(clone: Path) -> tuple[datetime | None, list[Remark]]:
    try:
        return _committed(clone / ".git"), []
    except Refused as refusal:
        text = f"the time of its last commit is not known: {refusal}"
        return None, [Remark(RemarkKind.REFUSED, shown(clone.name), text)]


def _committed(git: Path) -> datetime:
    found = _WHEN.search(_commit(git / "objects", _head(git)).partition(b"\n\n")[0])
    if found is None:
        raise Refused("the commit has no date")
    seconds, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == b"-" else 1)
    try:
        return datetime.fromtimestamp(int(seconds), timezone(offset))
    except (ValueError, OverflowError, OSError) as error:
        raise Refused("the commit's date is none") from error


def _head(git: Path) -> str:
    """Return the hash of the commit that is checked out."""
    head = _text(git, "HEAD").strip()
    if _COMMIT.fullmatch(head):
        return head
    ref = _REF.fullmatch(head)
    if ref is None:
        raise Refused("HEAD names no branch")
    name = ref[1]
    if os.path.lexists(git / name):
        found = _text(git, name).strip()
    else:
        lines = (line.partition(" ") for line in _text(git, "packed-refs").splitlines())
        found = next((commit for commit, _, ref_name in lines if ref_name == name), "")
    if not _COMMIT.fullmatch(found):
        raise Refused("there is no commit")
    return found


def _text(git: Path, name: str) -> str:
    """Return a file of the repository's, "" where there is none."""
    path = git / name
    if not os.path.lexists(path):
        return ""
    if not path.resolve().is_relative_to(git.resolve()):
        raise Refused("there is a link in its .git")
    return read_small(path, _MAX_REFS).decode("utf-8", "replace")


def _commit(objects: Path, name: str) -> bytes:
    """Return a commit out of `objects`; configuration, hooks and remotes of the clone are not seen."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder)
        for needed in ("objects", "refs"):
            (own / needed).mkdir()
        (own / "HEAD").write_text("ref: refs/heads/none\n")
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "GIT_DIR": str(own),
            "GIT_OBJECT_DIRECTORY": str(objects.resolve()),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALLOW_PROTOCOL": "",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }
        try:
            done = subprocess.run(
                ["git", "cat-file", "commit", name],
                env=environment,
                cwd=own,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=True,
            )
        except FileNotFoundError as error:
            raise Refused("git is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise Refused(f"git took more than {_SECONDS} seconds") from error
        except subprocess.CalledProcessError as error:
            raise Refused("git cannot read it") from error
    return done.stdout
