"""Calls itself from the callback's stand-in, by handing in functions of its own."""
# exercise: foundations/successive_halving
# outcome: failed or error


def successive_halving(configs, evaluate, min_budget, eta=2):
    def again(*arguments):
        return successive_halving(configs, again, min_budget, eta)

    return evaluate(again, again)
