"""autograde: grade one submission inside Gradescope's container; its run_autograder calls this."""

from __future__ import annotations

import argparse
from pathlib import Path

from graders.engine.terminal.output import complain
from graders.engine.terminal.repository import ROOT

ABOUT = "Grade the submission in Gradescope's container; the zip that `gradescope` builds calls this there."
_PLACE = "where Gradescope's folders are (default: %(default)s)"


def describe(command: argparse.ArgumentParser) -> None:
    """Tell `command` its arguments."""
    command.add_argument("--place", type=Path, metavar="DIR", default=Path("/autograder"), help=_PLACE)


def run(asked: argparse.Namespace) -> int:
    """Write results.json and return 0; 2 where the fault is ours, which results.json then says.

    What says so is written first: a process that ends in any other way has told Gradescope already.
    """
    from graders.engine.cohort.writers.gradescope import failure_json

    results = asked.place / "results" / "results.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(failure_json("The grader ended before it was done; see the output of the autograder."), "utf-8")
    told, reason = _grade(asked.place)
    if told is None:
        complain(reason)
    results.write_text(told or failure_json(reason), "utf-8")
    return 0 if told is not None else 2


def _grade(place: Path) -> tuple[str | None, str]:
    """Return what Gradescope is to be told, or None and why nothing could be graded."""
    from graders.engine.catalog import CatalogError
    from graders.engine.cohort.autograding import CannotGrade, Container, autograde
    from graders.engine.judge import JudgeError
    from graders.engine.run import IsolationRefused
    from graders.engine.sandbox.process import SandboxError

    try:
        return autograde(ROOT, Container(place)), ""
    except IsolationRefused as error:
        return None, f"{error}\nBuild the zip again with --isolation confined, or process if that is refused too."
    except (CannotGrade, CatalogError, JudgeError, SandboxError) as error:
        return None, str(error)
