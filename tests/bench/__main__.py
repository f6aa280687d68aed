"""python -m tests.bench [PART ...]: what isolation costs, each figure beside what it is compared with, in one run.

Exit status 0, whatever the figures are; 1 when one could not be measured.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from tempfile import TemporaryDirectory
from unittest.mock import patch

from rich.console import Console

from graders.engine.judge import Grade
from graders.engine.sandbox.host import Sandboxes, best_level
from tests.bench import measures
from tests.bench.direct import judge_both
from tests.bench.rows import Row, table
from tests.support.grading import CATALOG, EXERCISES

PARTS = {
    "pair": measures.one_pair,
    "cohort": measures.whole_cohort,
    "change": measures.changed_text,
    "watch": measures.saved_file,
    "cold": measures.cold_grade,
    "memory": measures.memory,
    "child": measures.spawn_call_kill,
    "thousand": measures.thousand_gradings,
    "exercises": measures.exercise_by_exercise,
}


def main(arguments: Sequence[str]) -> int:
    """Measure the parts that were asked for, print the table, and return the exit status."""
    parts = _parse(arguments).parts or list(PARTS)
    level = best_level()
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(f"isolation {level}, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}", highlight=False)
    rows: list[Row] = []
    problems: list[str] = []

    def work(isolated: Grade, direct: Grade) -> None:
        judging = measures.Judging(sandboxes, isolated, direct)
        for part in parts:
            try:
                rows.extend(PARTS[part](judging))
            except measures.NotMeasured as problem:
                problems.append(f"{part}: {problem}")

    # A folder for temporary files of its own, so that none of others is counted.
    with TemporaryDirectory() as folder, patch.object(tempfile, "tempdir", folder), Sandboxes(level) as sandboxes:
        judge_both(CATALOG, EXERCISES, sandboxes, work)
    console.print(table(rows), highlight=False)
    console.print(f"load after {os.getloadavg()[0]:.1f}", *problems, sep="\n", highlight=False, markup=False)
    return int(bool(problems))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; none: all")
    asked = parser.parse_args(arguments)
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}, only {', '.join(PARTS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
