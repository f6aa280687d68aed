"""python -m tests.strength [ID | TOPIC ...]: which small changes to the solutions does no check notice?

Each mutant is graded as a submission. Exit status 0: enough mutants of every exercise are killed; 1: too few are, or
the list of equivalent ones is out of date; 2: something could not be measured.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from graders.engine.catalog import UnknownName
from tests.strength.equivalents import read_equivalents
from tests.strength.measure import LEAST_SCORE, SolutionFails, Strength, measure
from tests.support.grading import CATALOG

_PROCESSES = min(2, os.cpu_count() or 1)


def main(arguments: Sequence[str]) -> int:
    """Measure the exercises that were asked for, print each as it is done, and return the exit status."""
    asked = _parse(arguments)
    try:
        exercises = CATALOG.select(asked.names)
        equivalents = read_equivalents()
    except (UnknownName, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    unknown = sorted(set(equivalents) - set(CATALOG.exercises))
    for name in unknown:
        print(f"survivors.toml lists mutants of {name}, which does not exist")
    status = int(bool(unknown))
    # Spawned, not forked: each process has a judge and zygotes of its own.
    with ProcessPoolExecutor(_PROCESSES, multiprocessing.get_context("spawn")) as pool:
        jobs = {pool.submit(measure, e.id, asked.seed, asked.most, equivalents.get(e.id, {})): e.id for e in exercises}
        for job in as_completed(jobs):
            try:
                strength = job.result()
            except SolutionFails as failure:
                print(f"{jobs[job]}: its own solution does not pass\n{failure}", flush=True)
                status = 2
                continue
            print(report(strength), flush=True)
            status = max(status, int(not strength.is_enough))
    return status


def report(strength: Strength) -> str:
    """Return the lines about one exercise: its score, then each survivor and each entry that is out of date."""
    lines = [
        f"{strength.exercise}: {strength.killed} of {strength.drawn} mutants killed "
        f"(there are {strength.possible}), {strength.equivalent} equivalent: {strength.score:.1%}"
        + ("" if strength.score >= LEAST_SCORE else f", below {LEAST_SCORE:.0%}")
    ]
    for mutant, outcome in strength.survivors:
        lines.append(f"  solutions/{strength.exercise}.py:{mutant.line}: {outcome}")
        lines += [f"    - {line}" for line in mutant.before.splitlines()]
        lines += [f"    + {line}" for line in mutant.after.splitlines()]
    lines += [f"  survivors.toml, stale, no mutant is like this: {entry}" for entry in strength.stale]
    lines += [f"  survivors.toml, wrong, a check notices this: {entry}" for entry in strength.wrong]
    return "\n".join(lines)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.strength", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="ID | TOPIC", help="which exercises; none: all")
    parser.add_argument("--seed", type=int, default=0, help="decides which mutants are drawn, and all inputs")
    parser.add_argument("--most", type=int, default=60, help="how many mutants of an exercise are graded at most")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
