"""gradescope: build the zip that makes Gradescope grade an assignment."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from graders.engine.sandbox.lockdown import Isolation
from graders.engine.terminal.output import Screen, expect_writable
from graders.engine.terminal.repository import ROOT, Refused
from graders.engine.terminal.visible import shorter, visible

ABOUT = "Build the zip to upload to Gradescope as an assignment's autograder."
_ASSIGNMENT = "the assignment, as docs/assignment.md describes it"
_OUT = "the zip to write"
_ISOLATION = (
    "how far submissions are kept apart from the graders there (default: full, which Gradescope's containers may "
    "refuse; at process, which is no security boundary, a submission can read solutions and write its own score)"
)


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    levels = [level.value for level in Isolation]
    command.add_argument("--assignment", type=Path, metavar="FILE", required=True, help=_ASSIGNMENT)
    command.add_argument("--out", metavar="ZIP", required=True, help=_OUT)
    command.add_argument("--isolation", choices=levels, default=Isolation.FULL.value, help=_ISOLATION)


def run(asked: argparse.Namespace) -> int:
    """Build the zip, say so, and return 0."""
    from graders.engine.catalog import CatalogError
    from graders.engine.cohort.autograder import build

    expect_writable(asked.out)
    out = Path(os.path.realpath(asked.out))
    try:
        build(ROOT, asked.assignment, out, asked.isolation)
    except CatalogError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{asked.out!r} cannot be built: {error.filename}: {error.strerror}") from error
    screen = Screen(sys.stdout or open(os.devnull, "w"))  # noqa: SIM115 (there is none after >&-)
    screen.write(
        f"{visible(shorter(out))} is ready: upload it under Configure Autograder, with Ubuntu 24.04 or later.\n"
    )
    if asked.isolation == Isolation.FULL:
        screen.write(
            "If Gradescope refuses full isolation, every result says so and has no score. Then build it again with "
            "--isolation confined.\n"
        )
    return 0
