"""Started once a zygote, with `python -I -S`: builds its jail, then starts a fresh interpreter inside.

A fresh interpreter, so that nothing of this one's memory is inherited. The cases:

    full, as root     unshare mounts, build the root, become an unprivileged user, unshare the rest
    full, as a user   unshare everything, map that user to itself inside as 0 (else exec drops the capabilities)
    confined          nothing to build; root becomes an unprivileged user, who has to be able to reach the interpreter
    process           nothing at all

The request is one JSON argument; its fields are the parameters of `main`.
"""

import json
import os
import signal
import sys
from pathlib import Path

CODE = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(CODE))

from graders.engine.sandbox import linux  # noqa: E402

SCRATCH = "/tmp"
_NAMESPACES = linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
_SEALED = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_FACTS = ("/proc/cpuinfo", "/sys/devices/system/cpu")  # what numpy and torch ask of the processor; no other /proc


def main(level: str, uid: int, binds: list, masks: list, command: list, environment: dict) -> None:
    """Enter the jail and execute `command` in it.

    Args:
        level: full, confined or process.
        uid: whom root becomes, user and group alike.
        binds: [path outside, path inside] of what is shown read-only.
        masks: folders inside that are shown empty.
        command, environment: of the zygote.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        # A terminal sends them to us as well; the judge has them, and waits until all of us are gone.
        signal.signal(number, signal.SIG_IGN)
    is_root = os.getuid() == 0
    if level == "full":
        if is_root:
            linux.unshare(linux.CLONE_NEWNS)
            proc = _build_root(binds, masks)
            _become(uid)
            linux.prctl(linux.PR_SET_DUMPABLE, 1)  # else its own uid_map belongs to root
            linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS | _NAMESPACES)
            _map_user(proc, uid, uid)
        else:
            proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
            uid, gid = os.getuid(), os.getgid()
            linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS | _NAMESPACES)
            _map_user(proc, uid, gid)
            os.close(_build_root(binds, masks))
        os.close(proc)
        _wait_for_first_process()
        flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
        # The zygote's own: importing torch._dynamo asks for a temporary folder. Each child mounts another over it.
        linux.mount("tmpfs", SCRATCH, "tmpfs", flags, "size=4m,mode=700")
    elif level == "confined" and is_root:
        _become(uid)
    if level == "full":
        linux.prctl(linux.PR_SET_PDEATHSIG, 9)  # elsewhere the zygote ends by itself, and clears up before it does
    if level != "process":
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    os.closerange(3, 4096)  # 0 is the zygote's socket to the judge
    os.execve(command[0], command, environment)


def _build_root(binds: list, masks: list) -> int:
    """Make / a read-only tree that holds just `binds`; return a descriptor of the old /proc, for the user maps."""
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    new, old = "/new", "/old"
    linux.mount("tmpfs", "/tmp", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=8m,mode=755")
    os.mkdir(f"/tmp{new}")
    os.mkdir(f"/tmp{old}")
    os.chdir("/tmp")
    linux.pivot_root(".", f".{old}")
    os.chdir("/")
    linux.mount("tmpfs", new, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=8m,mode=755")
    for outside, inside in [*binds, *([path, path] for path in _FACTS)]:
        if os.path.exists(old + outside):
            _show(old + outside, new + inside, _SEALED)
    for path in masks:
        if os.path.isdir(new + path):
            linux.mount("tmpfs", new + path, "tmpfs", _SEALED, "size=4k,mode=755")
    for device in _DEVICES:
        _show(old + device, new + device, linux.MS_RDONLY | linux.MS_NOSUID)
    for name in ("lib", "lib64"):
        if os.path.islink(f"{old}/{name}"):
            os.symlink(os.readlink(f"{old}/{name}"), f"{new}/{name}")
    os.mkdir(new + SCRATCH, 0o1777)
    proc = os.open(f"{old}/proc", os.O_PATH | os.O_DIRECTORY)
    os.chdir(new)
    linux.pivot_root(".", ".")
    linux.unmount(".", linux.MNT_DETACH)
    os.chdir("/")
    linux.mount("none", "/", None, linux.MS_REMOUNT | linux.MS_BIND | _SEALED)
    return proc


def _show(outside: str, inside: str, attributes: int) -> None:
    if os.path.isdir(outside):
        os.makedirs(inside, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(inside), exist_ok=True)
        with open(inside, "a"):
            pass
    linux.mount(outside, inside, None, linux.MS_BIND | linux.MS_REC)
    linux.set_mount_attributes(inside, attributes)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _map_user(proc: int, uid: int, gid: int) -> None:
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        descriptor = os.open(f"self/{name}", os.O_WRONLY, dir_fd=proc)
        os.write(descriptor, text.encode())
        os.close(descriptor)


def _wait_for_first_process() -> None:
    """Return in process 1 of the new pid namespace; this process waits for it, and it dies with this one."""
    linux.prctl(linux.PR_SET_PDEATHSIG, 9)
    pid = os.fork()
    if pid == 0:
        linux.prctl(linux.PR_SET_PDEATHSIG, 9)
        return
    _, status = os.waitpid(pid, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
