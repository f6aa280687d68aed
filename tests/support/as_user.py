"""Runs a command as a user without privileges, though the interpreter may lie where such a user cannot go.

    command_as_user([sys.executable, "-m", "tests.attacks.series", "full"])

root may keep the interpreter or the checkout below a folder that nobody else can enter, such as its home. This process
then takes a mount namespace of its own, lays an empty file system over such a folder, shows just what is needed below
it, and becomes the user. Outside nothing changes.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # this file is a program too, started with no package around it

from graders.engine.sandbox import linux  # noqa: E402

UID = 65432  # no account of the system


def command_as_user(command: Iterable[str]) -> list[str]:
    """Return the command that runs `command` without privileges: as it is for a user, as user UID for root."""
    return [*command] if os.getuid() else [sys.executable, __file__, *command]


def _needed() -> list[Path]:
    """Return the folders without which Python does not start or does not find what is installed and what is ours."""
    places = [ROOT, sys.prefix, sys.base_prefix, Path(sys.executable).parent, *sys.path]
    found = {Path(os.path.realpath(place)) for place in places if place and os.path.isdir(place)}
    # A link on the way, such as an environment's own python, is followed by name: its folder is needed as it is called.
    found |= {Path(os.path.abspath(place)) for place in (sys.prefix, Path(sys.executable).parent)}
    return sorted(place for place in found if not any(other in place.parents for other in found))


def _locked(place: Path) -> Path | None:
    """Return the outermost folder on the way to `place` that others cannot enter."""
    return next((above for above in reversed([place, *place.parents]) if not above.stat().st_mode & 0o001), None)


def _open_a_way(places: list[Path]) -> None:
    """Make each of `places` reachable for everybody, in a mount namespace of this process's own."""
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    hidden = [(place, _locked(place)) for place in places]
    shown = {place: os.open(place, os.O_PATH | os.O_DIRECTORY) for place, locked in hidden if locked is not None}
    for locked in {locked for _, locked in hidden if locked is not None}:
        linux.mount("tmpfs", str(locked), "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=1m,mode=755")
    for place, descriptor in shown.items():
        place.mkdir(parents=True, exist_ok=True)
        linux.mount(f"/proc/self/fd/{descriptor}", str(place), None, linux.MS_BIND | linux.MS_REC)
        os.close(descriptor)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def main(command: list[str]) -> None:
    """Execute `command` as UID; does not return."""
    os.umask(0o022)
    _open_a_way(_needed())
    _become(UID)
    os.environ |= {"HOME": "/nonexistent", "USER": "learner", "LOGNAME": "learner", "PYTHONDONTWRITEBYTECODE": "1"}
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
