"""Imports files by names that lead elsewhere, or nowhere."""
# exercise: foundations/softmax
# outcome: failed
# denies: up ModuleNotFoundError, a path ModuleNotFoundError, an absolute path ModuleNotFoundError
# denies: another alphabet ModuleNotFoundError, a megabyte ModuleNotFoundError, a null byte ModuleNotFoundError
# denies: the solution ModuleNotFoundError

import importlib

from exercises.tools.attempt import attempt

NAMES = {
    "up": "exercises.foundations./../../solutions/foundations/softmax",
    "a path": "exercises.foundations.softmax/../../../README",
    "an absolute path": "exercises./etc/passwd.x",
    "another alphabet": "exercises.foundations.größe",
    "a megabyte": "exercises.foundations." + "x" * 100_000,
    "a null byte": "exercises.foundations.soft\0max",
    "the solution": "exercises.solutions.softmax",
}

for what, name in NAMES.items():
    attempt(what, importlib.import_module, name)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
