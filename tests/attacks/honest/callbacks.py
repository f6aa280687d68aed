"""Calls back through lambdas, partial functions and threads."""
# exercise: foundations/successive_halving

import functools
import math
import threading


def successive_halving(configs, evaluate, min_budget, eta=2):
    if not configs or eta < 2:
        raise ValueError(f"{len(configs)} configs, eta {eta}")
    alive, history, budget, rung = list(range(len(configs))), [], min_budget, 0
    while True:
        losses = {}
        for index in alive:
            call = functools.partial(lambda c, b: evaluate(c, b), configs[index], budget)
            thread = threading.Thread(target=lambda into=losses, i=index, f=call: into.update({i: f()}))
            thread.start()
            thread.join()
        history += [(rung, budget, index, losses[index]) for index in alive]
        ranked = sorted(alive, key=lambda i: (math.isnan(losses[i]), losses[i]))
        alive = sorted(ranked[: math.ceil(len(alive) / eta)])
        if len(alive) == 1:
            return configs[alive[0]], history
        rung, budget = rung + 1, budget * eta
