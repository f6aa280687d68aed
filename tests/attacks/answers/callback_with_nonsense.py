"""Calls back with nothing, with too much, with names, with functions, with itself."""
# exercise: foundations/successive_halving
# outcome: failed or error

import contextlib


class Evil:
    def __getitem__(self, name):
        return self

    def __add__(self, other):
        return self

    __radd__ = __truediv__ = __rtruediv__ = __mul__ = __rmul__ = __add__


def successive_halving(configs, evaluate, min_budget, eta=2):
    attempts = [(), (1,) * 50, (Evil(), 1), (evaluate, evaluate), (None, None), ({}, 0), (configs[:1] or [0], -1)]
    for arguments in attempts:
        with contextlib.suppress(Exception):
            evaluate(*arguments)
    with contextlib.suppress(Exception):
        evaluate(budget=1, config=2, **{"a b": 3, "": 4})
    return evaluate(*attempts[2])
