"""Checks of foundations/successive_halving: the bracket, its cost, ties, nan, what evaluate is called with."""

import math

import pytest

from graders.engine.kit import check, counted, expect, expect_number, raises, sizes, untouched, weight


def candidates(rng, count):
    """Return configs that differ, in a random order: dicts, so that they can be neither hashed nor sorted."""
    return [{"floor": float(rng.uniform(0, 4)), "slope": float(rng.uniform(0, 40))} for _ in range(count)]


def learning_curve(config, budget):
    """Return the loss: it falls towards a floor, and a config that starts well may end up behind."""
    return config["floor"] + config["slope"] / budget


def watched(loss):
    """Return `loss` with its calls counted. The check ends when there are far more of them than any race needs."""

    def evaluate(*arguments):
        expect(len(counting.calls) < 300, "wanted: an end when one config is left; evaluate has been called 300 times")
        return loss(*arguments)

    counting = counted(evaluate)
    return counting


def bracket(count, loss, min_budget, eta):
    """Return (index of the best, history) for `loss(index, budget)`, with nothing sorted.

    A config lives on when fewer than the quota are ahead of it; ahead is a lower loss, or an equal one that is earlier.
    """
    alive, budget, rung, history = list(range(count)), min_budget, 0, []
    while True:
        seen = {index: loss(index, budget) for index in alive}
        history += [(rung, budget, index, seen[index]) for index in alive]
        quota = next(n for n in range(1, len(alive) + 1) if n * eta >= len(alive))

        def is_ahead(a, b, seen=seen):
            if math.isnan(seen[a]) != math.isnan(seen[b]):
                return math.isnan(seen[b])
            return seen[a] < seen[b] or (a < b and not seen[b] < seen[a])

        alive = [i for i in alive if sum(is_ahead(j, i) for j in alive if j != i) < quota]
        if len(alive) == 1:
            return alive[0], history
        rung, budget = rung + 1, budget * eta


def race(configs, min_budget, eta, loss=learning_curve):
    """Return (best, history) as they have to come back."""
    best, history = bracket(len(configs), lambda index, budget: loss(configs[index], budget), min_budget, eta)
    return configs[best], history


FIELDS = {
    "8 halved": (8, 1, 2),
    "7 halved, rounding up": (7, 3, 2),
    "2 halved": (2, 5, 2),
    "9 by three": (9, 2, 3),
    "11 by three, rounding up": (11, 1, 3),
    "10 by four": (10, 4, 4),
    "3 by five": (3, 7, 5),
}


@weight(4, core=True)
@pytest.mark.parametrize("case", FIELDS)
def test_runs_the_bracket_and_returns_the_last_config_left(submission, rng, case):
    count, min_budget, eta = FIELDS[case]
    configs = candidates(rng, count)
    got = submission.successive_halving(configs, watched(learning_curve), min_budget, eta)
    check(got, race(configs, min_budget, eta), f"{case}: (the config that is left, every evaluation in order)")


@weight(3, core=True)
def test_a_bracket_worked_by_hand(submission, rng):
    # Losses at the budgets b, 2b and 4b; a dash is a config that has been dropped.
    #   A 8 - -   B 0 9 -   C 5 2 4   D 9 - -   E 4 3 1   F 7 - -   G 6 8 -   H 6 - -   (G ties with H and is earlier)
    table = {"A": [8], "B": [0, 9], "C": [5, 2, 4], "D": [9], "E": [4, 3, 1], "F": [7], "G": [6, 8], "H": [6]}
    b, extra = (int(n) for n in rng.integers(1, 9, size=2))

    def evaluate(name, budget):
        return extra + (table[name] + [0, 0])[(budget // b).bit_length() - 1]

    rungs = [(0, b, "ABCDEFGH"), (1, 2 * b, "BCEG"), (2, 4 * b, "CE")]
    want = [(r, budget, ord(c) - ord("A"), extra + table[c][r]) for r, budget, names in rungs for c in names]
    got = submission.successive_halving(list("ABCDEFGH"), watched(evaluate), b)
    check(got, ("E", want), "8 configs, then 4, then 2, then the best; eta is 2 unless told otherwise")


@weight(3)
@pytest.mark.parametrize("case", FIELDS)
def test_evaluates_each_living_config_once_a_rung_and_no_other(submission, rng, case):
    count, min_budget, eta = FIELDS[case]
    configs = candidates(rng, count)
    evaluate = watched(learning_curve)
    submission.successive_halving(configs, evaluate, min_budget, eta)
    _, history = race(configs, min_budget, eta)
    want = [(configs[index], budget) for _, budget, index, _ in history]
    check(evaluate.calls, want, f"{case}: the calls evaluate(config, budget), rung by rung, in the order of configs")


@weight(1)
@pytest.mark.parametrize(("eta", "rungs"), [(2, 4), (3, 2), (4, 2)])
def test_every_rung_costs_the_same_when_the_field_divides(submission, rng, eta, rungs):
    min_budget = int(rng.integers(1, 9))
    evaluate = watched(learning_curve)
    submission.successive_halving(candidates(rng, eta**rungs), evaluate, min_budget, eta=eta)
    for call in evaluate.calls:
        expect(len(call) == 2, f"wanted: evaluate(config, budget); it was called with {len(call)} arguments")
    total = sum(expect_number(budget, "the budget of a call") for _, budget in evaluate.calls)
    wanted = "wanted: in total the sum over the rungs of living configs times budget"
    expect(total == rungs * eta**rungs * min_budget, f"{wanted}; {total:g} was spent on {eta**rungs} configs")


TIES = {
    "all alike": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    "alike at the cut": [2.0, 1.0, 2.0, 2.0, 0.5, 2.0],
    "alike in front": [3.0, 1.0, 2.0, 1.0, 3.0, 1.0],
}


@weight(2)
@pytest.mark.parametrize("case", TIES)
@pytest.mark.parametrize("eta", [2, 3])
def test_of_equal_losses_the_earlier_config_is_kept(submission, rng, case, eta):
    shift = float(rng.integers(9))
    configs = [{"name": f"{i}", "loss": shift + loss} for i, loss in enumerate(TIES[case])]
    got = submission.successive_halving(configs, watched(written_loss), 3, eta)
    check(got, race(configs, 3, eta, written_loss), f"losses {case}: the earlier of two equal ones goes first")


def written_loss(config, budget):
    return config["loss"]


NAN, INF = math.nan, math.inf
DIVERGED = {
    "with nan in front": [NAN, 3.0, 2.0, 1.0, 4.0],
    "with nan here and there": [5.0, NAN, 1.0, NAN, 2.0, 7.0, NAN],
    "of mostly nan": [NAN, NAN, 2.0, NAN, NAN],
    "of nothing but nan": [NAN, NAN, NAN, NAN],
    "with infinity before nan": [NAN, INF, NAN, INF, NAN, -INF],
}


@weight(2)
@pytest.mark.parametrize("case", DIVERGED)
def test_a_loss_of_nan_comes_last(submission, rng, case):
    shift = float(rng.integers(9))
    configs = [{"name": f"{i}", "loss": shift + loss} for i, loss in enumerate(DIVERGED[case])]
    got = submission.successive_halving(configs, watched(written_loss), 2)
    check(got, race(configs, 2, 2, written_loss), f"losses {case}: nan behind all others, and earlier nan first")


@weight(1)
def test_equal_configs_run_each_for_itself(submission, rng):
    # The same config gets another loss at each call, so that only its index tells one from the other.
    losses = [float(n) for n in rng.permutation([1, 2, 3, 4])]
    kept = [index for index in range(4) if losses[index] < 3]
    unused = iter([*losses, 8.0, 7.0])
    got = submission.successive_halving([[0.5, "relu"]] * 4, watched(lambda config, budget: next(unused)), 3)
    want = [(0, 3, index, losses[index]) for index in range(4)] + [(1, 6, kept[0], 8.0), (1, 6, kept[1], 7.0)]
    check(got, ([0.5, "relu"], want), "four equal configs under their own indexes")


@weight(1)
def test_a_single_config_is_evaluated_once(submission, rng):
    (budget,) = sizes(rng, 1, 2, 30)
    config = {"floor": float(rng.uniform()), "slope": 3.0}
    got = submission.successive_halving([config], watched(learning_curve), budget, 3)
    want = (config, [(0, budget, 0, learning_curve(config, budget))])
    check(got, want, "the only config, after one evaluation at min_budget")


@weight(1)
def test_no_configs_are_refused(submission):
    evaluate = watched(learning_curve)
    with raises(ValueError):
        submission.successive_halving([], evaluate, 1)
    expect(not evaluate.calls, "wanted: nothing evaluated where there is no config")


@weight(1)
@pytest.mark.parametrize("eta", [1, 0])
def test_a_field_that_would_not_shrink_is_refused(submission, rng, eta):
    evaluate = watched(learning_curve)
    with raises(ValueError, eta):
        submission.successive_halving(candidates(rng, 4), evaluate, 3, eta)
    expect(not evaluate.calls, f"wanted: nothing evaluated with eta {eta}; {len(evaluate.calls)} evaluations were made")


@weight(1)
def test_the_list_of_configs_is_left_unmodified(submission, rng):
    configs = candidates(rng, 6)
    got = submission.successive_halving(configs, watched(learning_curve), 2)
    check(got, race(configs, 2, 2), "6 configs halved")
    untouched(submission)
