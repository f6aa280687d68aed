"""One rung a call, which hands its survivors to the next one."""

from functools import cmp_to_key


def successive_halving(configs, evaluate, min_budget, eta=2):
    if eta < 2:
        raise ValueError(f"eta is {eta}, and has to be 2 or more")
    if not len(configs):
        raise ValueError("no configs")
    history = []
    winner = _rung(configs, list(range(len(configs))), evaluate, 0, min_budget, eta, history)
    return configs[winner], history


def _rung(configs, alive, evaluate, number, budget, eta, history):
    losses = []
    for i in alive:
        loss = evaluate(configs[i], budget)
        history.append((number, budget, i, loss))
        losses.append((loss, i))
    losses.sort(key=cmp_to_key(_compare))
    survivors = sorted(i for _, i in losses[: (len(alive) + eta - 1) // eta])
    if len(survivors) == 1:
        return survivors[0]
    return _rung(configs, survivors, evaluate, number + 1, budget * eta, eta, history)


def _compare(a, b):
    (loss_a, i), (loss_b, j) = a, b
    a_is_nan, b_is_nan = loss_a != loss_a, loss_b != loss_b
    if a_is_nan or b_is_nan:
        return (a_is_nan - b_is_nan) or (i - j)
    if loss_a == loss_b:
        return i - j
    return -1 if loss_a < loss_b else 1
