"""Throws the worst config out, one after another, until the quota is met."""

import math


def successive_halving(configs, evaluate, min_budget, eta=2):
    if len(configs) == 0 or eta <= 1:
        raise ValueError(f"nothing to halve: {len(configs)} configs, eta {eta}")
    history = []
    field = list(enumerate(configs))
    rung, budget = 0, min_budget
    while rung == 0 or len(field) > 1:
        loss = {}
        for i, config in field:
            loss[i] = evaluate(config, budget)
            history.append((rung, budget, i, loss[i]))
        quota = -(-len(field) // eta)
        while len(field) > quota:
            worst = field[0]
            for entry in field[1:]:
                a, b = loss[entry[0]], loss[worst[0]]
                if math.isnan(a) or (not math.isnan(b) and a >= b):
                    worst = entry
            field = [entry for entry in field if entry[0] != worst[0]]
        rung, budget = rung + 1, budget * eta
    return field[0][1], history
