"""Checks of generation/diverse_beam_search: what groups pay for, their scores, the ends of diversity, ties, calls."""

import itertools
import math

import numpy as np
import pytest

from graders.engine.kit import check, counted, expect, expect_number, expect_type, raises, weight

BEST = "for each group the best hypotheses that it finds, as (ids, log_prob)"


def watched(rng, vocabulary, prompt=(), eos=0, bias=0.0, impossible=0.0):
    """Return a counted model whose probabilities depend on the whole prefix.

    Args:
        bias: added to the logit of eos.
        impossible: the share of tokens that are given -inf.
    """
    table: dict[tuple, np.ndarray] = {}
    salt = int(rng.integers(1 << 31))

    def model(prefix):
        expect(isinstance(prefix, tuple), f"wanted: the prefix as a tuple; the model was given {type(prefix).__name__}")
        are_ids = all(isinstance(t, (int, np.integer)) and 0 <= t < vocabulary for t in prefix)
        expect(are_ids, f"wanted: ids from 0 to {vocabulary - 1} in the prefix")
        ids = tuple(int(t) for t in prefix)
        expect(ids[: len(prompt)] == tuple(prompt), "wanted: a prefix that begins with the prompt")
        expect(eos not in ids[len(prompt) :], "wanted: no call for a hypothesis that is finished")
        expect(len(counting.calls) < 5000, "wanted: an end; the model has been called 5,000 times")
        if ids not in table:
            own = np.random.default_rng([salt, len(ids), *ids])
            logits = own.normal(scale=1.2, size=vocabulary)
            logits[eos] += bias
            logits[own.random(vocabulary) < impossible] = -np.inf
            table[ids] = logits - np.log(np.exp(logits).sum()) if np.isfinite(logits).any() else logits
        return table[ids]

    counting = counted(model)
    return counting


def search(model, prompt, width, groups, diversity, steps, eos):
    """Return (lists, a list of the prefixes asked for in each step), by comparing every pair and sorting nothing."""
    open_ones, done, asked = [[((), 0.0)] for _ in range(groups)], [[] for _ in range(groups)], []

    def best(candidates, key):
        chosen = []
        while candidates and len(chosen) < width // groups:
            first = max(range(len(candidates)), key=lambda i: (key(candidates[i]), -i))
            chosen.append(candidates[first])
            candidates = candidates[:first] + candidates[first + 1 :]
        return chosen

    for _ in range(steps):
        last_tokens: list[int] = []  # of all groups so far in this step, one for each extension
        asked.append([])
        for g in range(groups):
            extended = []
            for ids, log_prob in open_ones[g]:
                asked[-1].append((*prompt, *ids))
                row = [float(x) for x in model(asked[-1][-1])]
                extended += [((*ids, t), log_prob + x) for t, x in enumerate(row) if x != -math.inf]
            earlier = list(last_tokens)
            taken = best(extended, lambda h, earlier=earlier: h[1] - diversity * earlier.count(h[0][-1]))
            last_tokens += [h[0][-1] for h in taken]
            done[g] += [h for h in taken if h[0][-1] == eos]
            open_ones[g] = [h for h in taken if h[0][-1] != eos]
    lists = [[(list(h[0]), h[1]) for h in best(done[g] + open_ones[g], lambda h: h[1])] for g in range(groups)]
    return lists, asked


def compare(submission, model, prompt, width, groups, diversity, steps, eos=0, about=BEST):
    """Check one search, and return (what the learner asked the model for, what each step has to ask for)."""
    got = submission.diverse_beam_search(model, list(prompt), width, groups, diversity, steps, eos)
    asked = [tuple(int(t) for t in call[0]) for call in model.calls]
    want, ours = search(model, prompt, width, groups, diversity, steps, eos)
    check(got, want, about, work=16)
    return asked, ours


CASES = {
    "2 groups of 1": (5, (1, 3), 2, 2, 0.7, 5, 0.0),
    "2 groups of 2": (5, (), 4, 2, 0.5, 5, 0.0),
    "3 groups of 2, often finished": (4, (2,), 6, 3, 0.8, 6, 1.0),
    "4 groups of 1, seldom finished": (6, (1, 1, 2), 4, 4, 1.1, 4, -2.0),
    "2 groups of 5, wider than the vocabulary": (3, (1,), 10, 2, 0.6, 4, 0.0),
    "5 groups of 2, a faint diversity": (4, (3,), 10, 5, 0.2, 4, 0.0),
    "one step": (6, (5, 2), 6, 3, 0.4, 1, 0.0),
}


@weight(6, core=True)
@pytest.mark.parametrize("case", CASES)
def test_each_group_finds_the_best_given_the_groups_before_it(submission, rng, case):
    vocabulary, prompt, width, groups, diversity, steps, bias = CASES[case]
    for _ in range(3):
        model = watched(rng, vocabulary, prompt, bias=bias)
        compare(submission, model, prompt, width, groups, diversity, steps, about=f"{case}: {BEST}")


@weight(3, core=True)
def test_one_group_is_plain_beam_search(submission, rng):
    for diversity in (0.0, 2.5):
        model = watched(rng, 5, (1,))
        want, _ = search(model, (1,), 3, 1, 0.0, 5, 0)
        got = submission.diverse_beam_search(model, [1], 3, 1, diversity, 5, 0)
        check(got, want, f"a single list, whatever the diversity: {BEST}", work=16)
    model = watched(rng, 5, (1,))
    want, _ = search(model, (1,), 1, 1, 0.0, 5, 0)
    check(submission.diverse_beam_search(model, [1], 1, 1, 0.5, 5, 0), want, "a single place: greedy decoding", work=16)


@weight(2, core=True)
def test_a_group_as_wide_as_all_texts_finds_the_best_of_all(submission, rng):
    model = watched(rng, 3, (), eos=2)
    texts = []
    for length in range(1, 4):
        for ids in itertools.product(range(3), repeat=length):
            if 2 not in ids[:-1] and (length == 3 or ids[-1] == 2):
                texts.append((list(ids), math.fsum(float(model(ids[:i])[t]) for i, t in enumerate(ids))))
    texts.sort(key=lambda text: -text[1])
    got = submission.diverse_beam_search(model, [], 54, 2, 1.5, 3, 2)
    check(got, [texts, texts], "both groups have every text of at most three tokens, the best first", work=16)


@weight(2)
def test_without_diversity_all_groups_find_the_same(submission, rng):
    model = watched(rng, 5, (4, 1))
    want, _ = search(model, (4, 1), 2, 1, 0.0, 4, 0)
    got = submission.diverse_beam_search(model, [4, 1], 6, 3, 0.0, 4, 0)
    check(got, want * 3, "three times the list of a beam of two", work=16)


@weight(2)
def test_with_a_large_diversity_no_two_groups_take_the_same_token_in_a_step(submission, rng):
    model = watched(rng, 9, (2,), bias=-90.0)
    got = expect_type(submission.diverse_beam_search(model, [2], 6, 3, 1e6, 4, 0), list, "the groups")
    want, _ = search(model, (2,), 6, 3, 1e6, 4, 0)
    check(got, want, BEST, work=16)
    for place in range(4):
        tokens = [{ids[place] for ids, _ in group} for group in got]
        expect(
            len(set.union(*tokens)) == sum(map(len, tokens)), f"wanted: no token that two groups take at place {place}"
        )


AFTER = {
    (): [-1.0, -1.25, -9.0, -2.0],
    (0,): [-1.5, -0.5, -1.0, -4.0],
    (1,): [-2.0, -0.75, -1.0, -1.5],
    (3,): [-9.0, -9.0, -0.5, -9.0],
}


def by_hand(prefix):
    return np.array(AFTER.get(prefix, [-3.0, -2.0, -0.25, -4.0]))


@weight(3)
def test_a_tree_worked_by_hand(submission):
    # Group 1 takes 0 and then 0 1. Group 2 ranks 0 at -1.5, and takes 1; then 1 1 at -2.5 and 1 2 at -2.25.
    got = submission.diverse_beam_search(by_hand, [], 2, 2, 0.5, 2, 2)
    check(got, [[([0, 1], -1.5)], [([1, 2], -2.25)]], "two groups of one, the log-probabilities as the model has them")
    # A third pays for 0 and 1 at first, and in the second step for 1, and for 2 too.
    got = submission.diverse_beam_search(by_hand, [], 3, 3, 1.5, 2, 2)
    want = [[([0, 1], -1.5)], [([1, 2], -2.25)], [([3, 2], -2.5)]]
    check(got, want, "three groups of one")
    # Groups of two: first 0 and 1, then 3 and 0; in the second step 0 1 and 0 2, which ties with 1 1, then 0 0 and 0 1.
    got = submission.diverse_beam_search(by_hand, [], 4, 2, 1.25, 2, 2)
    want = [[([0, 1], -1.5), ([0, 2], -2.0)], [([0, 1], -1.5), ([0, 0], -2.5)]]
    check(got, want, "two groups of two")


@weight(2)
def test_each_use_of_a_token_costs_once_more(submission):
    def model(prefix):
        return np.array([-0.5, -1.0, -1.75, -9.0])

    # Token 0 at -0.5, -0.75, -1.0 (as 1, and the lower id), -1.25, -1.5 and so on; 1 at -1.0, -1.25, ...
    got = submission.diverse_beam_search(model, [], 7, 7, 0.25, 1, 3)
    want = [[([t], float(model(())[t]))] for t in (0, 0, 0, 1, 0, 1, 0)]
    check(got, want, "seven groups of one: each takes what is best after paying for every earlier use of it")


@weight(2)
def test_eos_is_paid_for_in_its_step_and_then_no_more(submission):
    after = {(): [-1.0, -0.5, -2.0], (0,): [-3.0, -0.5, -4.0], (2,): [-1.0, -0.5, -2.0]}

    def model(prefix):
        return np.array(after[prefix])

    # The first group ends at once. The second pays for eos, takes 0, and may then end without paying.
    got = submission.diverse_beam_search(model, [], 2, 2, 0.75, 3, 1)
    check(got, [[([1], -0.5)], [([0, 1], -1.5)]], "eos costs a later group only in the step in which it is taken")


@weight(2)
def test_a_group_that_cannot_win_any_more_still_counts(submission, rng):
    for _ in range(6):
        model = watched(rng, 4, (2,), bias=1.5)
        about = f"the groups go on while they have open hypotheses: {BEST}"
        compare(submission, model, (2,), 6, 2, 1.5, 6, about=about)


@weight(2)
def test_equals_stay_in_the_order_of_group_and_token(submission):
    rows = [np.array([-0.5, -0.5, -1.0, -0.5]), np.array([-1.0, -0.5, -0.5, -2.0])]

    def model(prefix):
        return rows[(len(prefix) + sum(prefix)) % 2]

    for width, groups, steps in ((2, 2, 3), (4, 2, 3), (6, 2, 2), (6, 3, 3)):
        want, _ = search(model, (1,), width, groups, 0.5, steps, 3)
        got = submission.diverse_beam_search(model, [1], width, groups, 0.5, steps, 3)
        check(got, want, "of equals the earlier in the group, then the lower token")


@weight(2)
def test_log_probs_are_the_model_s_own(submission, rng):
    """log_prob is the model's own, without penalties"""
    model = watched(rng, 5, (2,))
    groups = expect_type(submission.diverse_beam_search(model, [2], 6, 3, 1.3, 4, 0), list, "the groups")
    expect(len(groups) == 3, "wanted: a list for each of the three groups")
    for group in groups:
        for pair in expect_type(group, list, "a group"):
            expect(len(expect_type(pair, tuple, "a pair")) == 2, "wanted: pairs (ids, log_prob)")
            ids, log_prob = expect_type(pair[0], list, "ids"), expect_number(pair[1], "log_prob")
            expect(all(isinstance(t, (int, np.integer)) and 0 <= t < 5 for t in ids), "wanted: ids as ints")
            total = sum(float(model((2, *ids[:i]))[t]) for i, t in enumerate(ids) if 0 not in ids[:i])
            expect(
                math.isclose(log_prob, total), "wanted: the sum of what the model gives the tokens, no penalty in it"
            )


@weight(2)
def test_the_model_is_called_at_most_once_for_each_open_hypothesis(submission, rng):
    for width, groups, bias in ((4, 2, 0.0), (6, 3, 1.0)):
        model = watched(rng, 5, (2,), bias=bias)
        asked, ours = compare(submission, model, (2,), width, groups, 0.6, 5)
        for step, wanted in enumerate(ours):
            made = [prefix for prefix in asked if len(prefix) == 1 + step]
            expect(
                len(made) <= len(wanted),
                f"wanted: at most {len(wanted)} calls in step {step}, one for each open hypothesis; {len(made)} made",
            )
            expect(set(made) <= set(wanted), f"wanted: calls for open hypotheses alone in step {step}")
        expect(len(asked) <= sum(map(len, ours)), "wanted: no call after the last step")


@weight(1)
def test_a_vocabulary_may_be_large(submission, rng):
    model = watched(rng, 400, (399,), eos=350, bias=4.0)
    compare(submission, model, (399,), 6, 2, 0.5, 4, eos=350)


@weight(1)
def test_impossible_tokens_are_never_taken(submission, rng):
    for _ in range(4):
        model = watched(rng, 4, (1,), impossible=0.5)
        compare(submission, model, (1,), 6, 3, 2.0, 4, about=f"no token of probability 0: {BEST}")


@weight(1)
def test_no_new_tokens_means_no_call(submission, rng):
    model = watched(rng, 4)
    got = submission.diverse_beam_search(model, [], 6, 3, 0.5, 0, 0)
    check(got, [[([], 0.0)]] * 3, "the empty hypothesis alone, for each of three groups")
    expect(not model.calls, "wanted: no call of the model")


@weight(1)
def test_an_eos_in_the_prompt_means_nothing(submission, rng):
    model = watched(rng, 4, (0, 2, 0))
    compare(submission, model, (0, 2, 0), 4, 2, 0.7, 4)


@weight(1)
@pytest.mark.parametrize(
    ("width", "groups", "diversity", "steps", "facts"),
    [
        (0, 1, 0.5, 3, (0,)),
        (-4, 2, 0.5, 3, (-4,)),
        (4, 0, 0.5, 3, (0,)),
        (4, -2, 0.5, 3, (-2,)),
        (4, 2, -0.5, 3, (-0.5,)),
        (4, 2, 0.5, -1, (-1,)),
        (7, 3, 0.5, 3, (7, 3)),
        (2, 5, 0.5, 3, (2, 5)),
    ],
)
def test_settings_that_cannot_be_are_refused(submission, rng, width, groups, diversity, steps, facts):
    model = watched(rng, 3)
    with raises(ValueError, *facts):
        submission.diverse_beam_search(model, [1], width, groups, diversity, steps, 0)
