"""Grades for long, for ever, or in another order; a program of its own, so that what it leaves behind can be seen.

    python -m tests.attacks.endurance many|endless|shuffled FOLDER LEVEL

FOLDER is empty and becomes a small repository of one exercise. What was found is printed as lines of JSON.
"""

import gc
import json
import os
import random
import sys
from dataclasses import asdict, replace
from pathlib import Path

from graders.engine.catalog import Limits
from graders.engine.judge import Grade, judge
from graders.engine.results import ExerciseResult
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.lockdown import Isolation
from graders.engine.sources import Texts
from tests.support.repository import make_repository

GRADINGS = 1000
SNAPSHOTS = (200, 600, GRADINGS)
SUBMISSIONS = {
    "right": "def double(x):\n    return 2 * x",
    "wrong": "def double(x):\n    return 3 * x",
    "in place": "def double(x):\n    x *= 2\n    return x",
    "raises": "def double(x):\n    raise ValueError(x)",
    "exits": "import os\ndef double(x):\n    os._exit(0)",
    "does not parse": "def double(x)\n    return 2 * x",
    "does not load": "import nothing\ndef double(x):\n    return 2 * x",
    "forges": "import os\ndef double(x):\n    os.write(3, bytes(100))",
    "prints": "def double(x):\n    print('x' * 100_000)\n    return 2 * x",
    "leaves files": "import tempfile\ndef double(x):\n    tempfile.mkstemp()\n    return 2 * x",
    "leaves a thread": "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(1000,)).start()\ndef double(x):\n    return 2 * x",
    "keeps state": "calls = []\ndef double(x):\n    calls.append(x)\n    return 2 * x if len(calls) < 2 else 0",
    "poisons": "import numpy, json, random, builtins\nnumpy.array_equal = numpy.allclose = lambda *a: True\n"
    "json.dumps = None\nbuiltins.abs = None\nnumpy.ndarray = list\ndef double(x):\n    return random.random()",
    "large": "import numpy\ndef double(x):\n    return numpy.zeros(100_000)",
}


def main(task: str, folder: Path, level: Isolation) -> None:
    """Do one of the tasks: `many`, `endless` or `shuffled`."""
    catalog = make_repository(folder)
    exercise = catalog.exercises["topic/double"]

    def work(grade: Grade) -> None:
        def graded(text: str) -> ExerciseResult:
            return replace(grade(Texts({exercise.id: text}), exercise).result, seconds=0.0)

        {"many": many, "endless": endless, "shuffled": shuffled}[task](graded)

    with Sandboxes(level) as sandboxes:
        judge(catalog, [exercise], sandboxes, 0, work, Limits(cpu_seconds=60))


def many(graded) -> None:
    """Grade 1,000 submissions and say at three times what they have left behind so far."""
    texts = [*SUBMISSIONS.values()]
    for number in range(1, GRADINGS + 1):
        graded(texts[number % len(texts)])
        if number in SNAPSHOTS:
            print(json.dumps({"gradings": number, **_possessions()}), flush=True)


def endless(graded) -> None:
    """Grade one that never ends; say so when it has begun to run."""
    graded(SUBMISSIONS["right"])
    print(json.dumps("begun"), flush=True)
    graded("def double(x):\n    while True:\n        pass")


def shuffled(graded) -> None:
    """Grade all in three orders and print the verdicts of each, in the order of their names."""
    for seed in range(3):
        names = [*SUBMISSIONS]
        random.Random(seed).shuffle(names)
        verdicts = {name: asdict(graded(SUBMISSIONS[name])) for name in names}
        print(json.dumps({name: verdicts[name] for name in SUBMISSIONS}), flush=True)


def _possessions() -> dict[str, int]:
    gc.collect()
    with open("/proc/self/statm") as pages:
        resident = int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return {"megabytes": resident >> 20, "descriptors": sum(_is_open(n) for n in range(1024))}


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Isolation(sys.argv[3]))
