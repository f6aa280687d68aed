"""Calls back without end: the check stops that with words, for whoever does so by mistake."""
# exercise: foundations/successive_halving
# outcome: failed


def successive_halving(configs, evaluate, min_budget, eta=2):
    while True:
        evaluate(configs[0], 1)
