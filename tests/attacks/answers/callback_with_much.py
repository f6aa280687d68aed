"""Calls back with a megabyte at each call, all of which a counting callback remembers."""
# exercise: foundations/successive_halving
# outcome: out_of_memory

import contextlib

import numpy as np

DATA = np.zeros(1 << 20, np.uint8)


def successive_halving(configs, evaluate, min_budget, eta=2):
    while True:
        with contextlib.suppress(Exception):
            evaluate(DATA, 1)
