"""Keeps the callback of an earlier call, and calls it in place of the one that it is given."""
# exercise: foundations/successive_halving
# outcome: failed

kept = []


def successive_halving(configs, evaluate, min_budget, eta=2):
    kept.append(evaluate)
    return configs[0], [(0, min_budget, 0, kept[0](configs[0], min_budget))]
