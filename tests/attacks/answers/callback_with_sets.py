"""Calls back with thousands of empty sets at each call, which are small on the way and large at the end."""
# exercise: foundations/successive_halving
# outcome: out_of_memory or timed_out

import contextlib


def successive_halving(configs, evaluate, min_budget, eta=2):
    data = [set() for _ in range(10_000)]
    while True:
        with contextlib.suppress(Exception):
            evaluate(data, 1)
