"""Where the interpreter, its libraries and our code lie: as they are, and as a jail shows them."""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from graders.engine.sandbox.jail import CODE, SCRATCH
from graders.engine.sandbox.lockdown import Isolation

_NUMPY_SITE = ["numpy", "numpy.libs", "msgspec"]
_TORCH_SITE = (
    "torch torch.libs torchgen functorch nvidia triton "  # the last two only with a CUDA build
    "typing_extensions.py sympy mpmath networkx jinja2 markupsafe filelock fsspec"
).split()
_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_OURS = ("graders/engine/protocol.py", "graders/engine/sandbox")


class Unsupported(Exception):
    """This interpreter or machine is laid out in a way that cannot be shown in a jail."""


@dataclass(frozen=True)
class Layout:
    """What a zygote needs to start.

    Attributes:
        python: the interpreter, as the zygote sees it.
        code: our own place in its sys.path.
        readable: what a child may read, as it sees it.
        binds: [path outside, path inside], at level FULL.
        masks: folders inside that are shown empty, at level FULL.
    """

    python: str
    code: str
    readable: list[str]
    binds: list[list[str]]
    masks: list[str]
    environment: dict[str, str]


def plan(level: Isolation, with_torch: bool) -> Layout:
    """Return the layout for a zygote.

    Raises:
        Unsupported: something that it needs cannot be found.
    """
    site = _site_entries([*_NUMPY_SITE, *(_TORCH_SITE if with_torch else [])])
    return _in_jail(site) if level is Isolation.FULL else _in_place(site)


def _in_jail(site: list[str]) -> Layout:
    stdlib_inside = f"/py/{sys.platlibdir}/{_VERSION}"
    executable = os.path.realpath(sys.executable)
    binds = [[executable, "/py/bin/python"], [sysconfig.get_path("stdlib"), stdlib_inside]]
    binds += [[str(path), f"/py/lib/{path.name}"] for path in _shared_libpython()]
    binds += [[path, f"/site/{os.path.basename(path)}"] for path in site]
    binds += [[str(CODE / name), f"/code/{name}"] for name in _OURS]
    system = _system_libraries()
    return Layout(
        python="/py/bin/python",
        code="/code",
        readable=["/py", "/site", *system, "/proc/cpuinfo", "/sys/devices/system/cpu"],
        binds=binds + [[path, path] for path in system],
        masks=[f"{stdlib_inside}/{name}" for name in ("site-packages", "dist-packages")],
        environment={
            **_environment(["/code", "/site"]),
            "PYTHONHOME": "/py",
            "LD_LIBRARY_PATH": "/py/lib",
            "HOME": SCRATCH,
            "TMPDIR": SCRATCH,
        },
    )


def _in_place(site: list[str]) -> Layout:
    folders = list(dict.fromkeys(os.path.dirname(path) for path in site))
    stdlib = sysconfig.get_path("stdlib")
    return Layout(
        python=sys.executable,
        code=str(CODE),
        readable=[stdlib, *site, *map(str, _shared_libpython()), *_system_libraries(), "/proc/cpuinfo"],
        binds=[],
        masks=[],
        environment=_environment([str(CODE), *folders]),
    )


def _environment(path: list[str]) -> dict[str, str]:
    return {
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONHASHSEED": "0",  # the order of a set has to be the same in every run
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",  # the zygote has to have one thread
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "LANG": "C.UTF-8",
        "USER": "learner",
        "LOGNAME": "learner",
        "TORCHINDUCTOR_CACHE_DIR": f"{SCRATCH}/inductor",
    }


def _site_entries(names: list[str]) -> list[str]:
    found = []
    for name in names:
        place = next((p for p in sys.path if p and os.path.exists(os.path.join(p, name))), None)
        if place is not None:
            found.append(os.path.join(place, name))
        elif name in ("numpy", "msgspec", "torch"):
            raise Unsupported(f"{name} is not installed for {sys.executable}: run the session through nox")
    return found


def _shared_libpython() -> list[Path]:
    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return []
    names = {sysconfig.get_config_var("INSTSONAME"), sysconfig.get_config_var("LDLIBRARY")} - {None}
    folders = (sysconfig.get_config_var("LIBDIR") or "", os.path.join(sys.base_prefix, "lib"))
    paths = {Path(folder, name) for folder in folders for name in names}
    return sorted(path for path in paths if path.is_file() and not str(path).startswith("/usr/lib"))


def _system_libraries() -> list[str]:
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    candidates = [f"/usr/lib/{multiarch}", "/usr/lib64", "/lib64"]
    return [path for path in candidates if os.path.isdir(path) and not os.path.islink(path) and path != "/usr/lib/"]
