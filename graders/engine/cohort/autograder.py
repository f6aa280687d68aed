"""Builds the zip that makes Gradescope grade an assignment: this repository's engine, and what starts it there.

    setup.sh, run_autograder        what Gradescope itself runs
    requirements.txt, torch.txt     what setup.sh installs
    assignment.toml, isolation      what to grade, and how far code is kept apart
    repository/                     exercises, graders and solutions

In Gradescope's containers it lies in /autograder/source.
"""

from __future__ import annotations

import io
import os
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path

from graders.engine.catalog import Catalog, CatalogError
from graders.engine.cohort.assignment import read_assignment
from graders.engine.entries import read_toml

_TEMPLATES = Path(__file__).with_name("autograder")
_FOLDERS = ("exercises", "graders", "solutions")
_FILES = ("pyproject.toml", "LICENSE")
_GROUP = "learner"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same zip


def build(root: Path, assignment_path: Path, out: Path, isolation: str) -> None:
    """Write the zip to `out`, at once: what was there before is replaced only by a whole one.

    Args:
        root: of the repository.
        isolation: the level at which submissions are run there, and below which nothing is graded.

    Raises:
        CatalogError: the assignment or the repository breaks rules.
        OSError: a file cannot be read or written.
    """
    read_assignment(assignment_path, Catalog.load(root))
    torch, others = _requirements(root)
    files = {
        "setup.sh": _TEMPLATES.joinpath("setup.sh").read_bytes(),
        "run_autograder": _TEMPLATES.joinpath("run_autograder").read_bytes(),
        "requirements.txt": _lines(others),
        "torch.txt": _lines(torch),
        "assignment.toml": assignment_path.read_bytes(),
        "isolation": _lines([isolation]),
    }
    files |= {f"repository/{path.relative_to(root).as_posix()}": path.read_bytes() for path in _repository(root)}
    _replace(out, _zipped(files))


def _requirements(root: Path) -> tuple[list[str], list[str]]:
    """Return what grading needs: torch, and all else."""
    group = read_toml(root, root / "pyproject.toml").get("dependency-groups", {}).get(_GROUP, [])
    if not group or not all(isinstance(requirement, str) for requirement in group):
        raise CatalogError([f"pyproject.toml: the dependency group {_GROUP} has to be a list of requirements"])
    torch = [requirement for requirement in group if requirement.startswith("torch==")]
    return torch, [requirement for requirement in group if requirement not in torch]


def _repository(root: Path) -> Iterator[Path]:
    """Yield the files that grading needs, and nothing hidden, linked or compiled."""
    yield from (root / name for name in _FILES if (root / name).is_file())
    for folder in _FOLDERS:
        for place, folders, names in os.walk(root / folder):
            folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
            for path in (Path(place, name) for name in sorted(names) if not name.startswith(".")):
                if path.is_file() and not path.is_symlink():
                    yield path


def _zipped(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, which has the bits of the mode
            info.external_attr = (0o100755 if data.startswith(b"#!") else 0o100644) << 16
            archive.writestr(info, data)
    return written.getvalue()


def _replace(out: Path, data: bytes) -> None:
    draft = out.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        draft.write_bytes(data)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
