"""Successive halving.

Interview question: What is a hyperparameter and how is it tuned?

Training every candidate to the end spends most of the work on candidates that were poor from the beginning. Successive
halving trains all of them a little, keeps the better half, trains those twice as long, and so on. Every rung costs
about the same, and few candidates ever cost much. The price: one that starts slowly may be dropped.

Source: Jamieson and Talwalkar 2016, arXiv:1502.07943; in the form of Li et al. 2020, algorithm 1, arXiv:1810.05934,
without its upper limit of the budget.
"""

from collections.abc import Callable
from typing import Any


def successive_halving(
    configs: list[Any], evaluate: Callable[[Any, int], float], min_budget: int, eta: int = 2
) -> tuple[Any, list[tuple[int, int, int, float]]]:
    """Find a good configuration, giving more budget to fewer of them, rung after rung.

    All configs are alive at rung 0. Rung r evaluates each living config once, in the order of `configs`, with a budget
    of min_budget * eta**r. If n were alive, the ceil(n / eta) of lowest loss live on; only losses of this rung are
    compared. Of equal losses the earlier config goes first. nan goes last, after infinity (and of several nan the
    earlier first). When one config is left, it is the best one, and is not evaluated again. A single config runs
    through rung 0 too.

    So the total budget is the sum over the rungs of n_r * min_budget * eta**r, where n_0 = len(configs) and
    n_(r+1) = ceil(n_r / eta): 8 configs with eta 2 and min_budget 1 cost 8 * 1 + 4 * 2 + 2 * 4 = 24.

    Args:
        configs: at least one, of any kind (a dict as well); equal ones are evaluated each for itself.
        evaluate: called as evaluate(config, budget), both by position; returns the loss, lower being better.
        min_budget: what a config gets on rung 0, in whatever unit evaluate counts (epochs, say); at least 1.
        eta: the budget grows and the field shrinks by this factor; at least 2.

    Returns:
        (best, history): the config that is left, and one tuple (rung, budget, index in configs, loss) for each call of
        evaluate, in the order of the calls. The loss is what evaluate returned.

    Raises:
        ValueError: configs is empty, or eta is below 2 (the message gives eta). Nothing is evaluated then.

    configs is left unmodified.

    >>> learning_rates = [1.0, 0.1, 0.01]
    >>> def evaluate(rate, epochs):
    ...     return abs(rate - 0.125) + 1 / epochs
    >>> best, history = successive_halving(learning_rates, evaluate, min_budget=4)
    >>> best
    0.1
    >>> [(rung, budget, index, round(loss, 3)) for rung, budget, index, loss in history]
    [(0, 4, 0, 1.125), (0, 4, 1, 0.275), (0, 4, 2, 0.365), (1, 8, 1, 0.15), (1, 8, 2, 0.24)]
    """
    raise NotImplementedError("successive_halving")
