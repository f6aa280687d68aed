"""Checks of generation/beam_search: greedy and exhaustive ends, scores, ties, what the model is called with."""

import itertools
import math

import numpy as np
import pytest

from graders.engine.kit import check, counted, expect, expect_type, raises, weight

BEST = "the best hypotheses that the beam finds, as (ids, score)"


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
            logits = own.normal(scale=1.5, size=vocabulary)
            logits[eos] += bias
            logits[own.random(vocabulary) < impossible] = -np.inf
            table[ids] = logits - np.log(np.exp(logits).sum()) if np.isfinite(logits).any() else logits
        return table[ids]

    counting = counted(model)
    return counting


def search(model, prompt, width, steps, eos, penalty):
    """Return (best, prefixes that the model had to be asked for), by comparing every pair and sorting nothing."""
    open_ones, done, asked = [((), 0.0)], [], []

    def value(hypothesis, length=None):
        ids, log_prob = hypothesis
        return log_prob / (length or len(ids) or 1) ** penalty

    def best(candidates, count, key):
        chosen = []
        while candidates and len(chosen) < count:
            first = max(range(len(candidates)), key=lambda i: (key(candidates[i]), -i))
            chosen.append(candidates[first])
            candidates = candidates[:first] + candidates[first + 1 :]
        return chosen

    for _ in range(steps):
        leaders = best(done, width, value)
        if not open_ones or (len(leaders) == width and all(value(h, steps) <= value(leaders[-1]) for h in open_ones)):
            break
        extended = []
        for ids, log_prob in open_ones:
            asked.append((*prompt, *ids))
            row = [float(x) for x in model(asked[-1])]
            extended += [((*ids, t), log_prob + x) for t, x in enumerate(row) if x != -math.inf]
        taken = best(extended, width, lambda h: h[1])
        done += [h for h in taken if h[0][-1] == eos]
        open_ones = [h for h in taken if h[0][-1] != eos]
    return [(list(h[0]), value(h)) for h in best(done + open_ones, width, value)], asked


def compare(submission, model, prompt, width, steps, eos, penalty=0.0, about=BEST):
    """Check one search, and return what the model was asked by the learner and by us."""
    got = submission.beam_search(model, list(prompt), width, steps, eos, penalty)
    asked = [call[0] for call in model.calls]
    want, ours = search(model, prompt, width, steps, eos, penalty)
    check(got, want, about, work=16)
    return asked, ours


CASES = {
    "a beam of 2": (5, (1, 3), 2, 5, 0.0, 0.0),
    "a beam of 3, often finished": (4, (), 3, 6, 1.0, 0.0),
    "a beam of 5, seldom finished": (6, (2,), 5, 4, -2.0, 0.0),
    "scores by length": (4, (1, 1, 2), 3, 6, 1.0, 0.7),
    "a strong penalty": (5, (4,), 4, 5, 0.5, 2.0),
    "wider than the vocabulary": (3, (1,), 7, 4, 0.0, 1.0),
    "one step": (6, (5, 2), 3, 1, 0.0, 1.0),
}


@weight(6, core=True)
@pytest.mark.parametrize("case", CASES)
def test_finds_the_best_that_a_beam_of_this_width_finds(submission, rng, case):
    vocabulary, prompt, width, steps, bias, penalty = CASES[case]
    for _ in range(3):
        model = watched(rng, vocabulary, prompt, bias=bias)
        compare(submission, model, prompt, width, steps, 0, penalty, f"{case}: {BEST}")


@weight(3, core=True)
def test_a_width_of_one_is_greedy(submission, rng):
    for _ in range(4):
        model = watched(rng, 6, (3,), eos=5)
        ids, total = [], 0.0
        while len(ids) < 7 and (not ids or ids[-1] != 5):
            row = model((3, *ids))
            ids.append(int(np.argmax(row)))
            total += float(row[ids[-1]])
        got = submission.beam_search(model, [3], 1, 7, 5)
        check(got, [(ids, total)], "the most probable token at each step", work=16)


@weight(3, core=True)
@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_a_beam_as_wide_as_all_texts_finds_the_best_of_all(submission, rng, penalty):
    model = watched(rng, 3, (), eos=2)
    texts = []
    for length in range(1, 5):
        for ids in itertools.product(range(3), repeat=length):
            is_text = 2 not in ids[:-1] and (length == 4 or ids[-1] == 2)
            if is_text:
                log_prob = math.fsum(float(model(ids[:i])[t]) for i, t in enumerate(ids))
                texts.append((list(ids), log_prob / length**penalty))
    texts.sort(key=lambda text: -text[1])
    got = submission.beam_search(model, [], 81, 4, 2, penalty)
    check(got, texts, "every text of at most four tokens, the best first", work=16)


@weight(2)
def test_a_tree_worked_by_hand_where_greedy_is_wrong(submission):
    after = {(): [-1.0, -1.5, -9.0], (0,): [-2.0, -2.5, -3.0], (1,): [-4.0, -4.0, -0.25], (0, 0): [-3.0, -3.0, -0.5]}

    def model(prefix):
        return np.array(after.get(prefix, [-5.0, -5.0, -5.0]))

    check(submission.beam_search(model, [], 1, 3, 2), [([0, 0, 2], -3.5)], "greedy, by a beam of one")
    want = [([1, 2], -1.75), ([0, 0, 2], -3.5)]
    check(submission.beam_search(model, [], 2, 3, 2), want, "the better text, by a beam of two")
    want = [([1, 2], -0.875), ([0, 0, 2], -3.5 / 3)]
    check(submission.beam_search(model, [], 2, 3, 2, 1.0), want, "both, by their log-probability a token")


@weight(2)
def test_an_open_hypothesis_that_may_still_grow_into_the_best_is_waited_for(submission):
    after = {
        (): [-2.0, -9.0, -1.0],
        (0,): [-9.0, -0.4, -0.1],
        (0, 1): [-0.02, -6.0, -7.0],
        (0, 1, 0): [-8.0, -8.0, -0.02],
    }

    def model(prefix):
        return np.array(after.get(prefix, [-5.0, -5.0, -5.0]))

    # After two steps two are finished, with -1 and -1.05, and the open one has -1.2; it ends at -2.44 / 4.
    want = [([0, 1, 0, 2], -0.61), ([2], -1.0)]
    check(submission.beam_search(model, [], 2, 4, 2, 1.0), want, "the long text, which overtakes two shorter ones")


@weight(2)
def test_equals_stay_in_the_order_of_beam_and_token(submission, rng):
    rows = [np.array([-0.5, -0.5, -1.0, -0.5]), np.array([-1.0, -0.5, -0.5, -2.0])]

    def model(prefix):
        return rows[(len(prefix) + sum(prefix)) % 2]

    for width, steps in ((2, 3), (3, 3), (5, 2)):
        want, _ = search(model, (1,), width, steps, 3, 0.0)
        got = submission.beam_search(model, [1], width, steps, 3)
        check(got, want, "of equals the earlier in the beam, then the lower token")


@weight(2)
def test_the_model_is_called_once_for_each_open_hypothesis(submission, rng):
    for width, bias in ((3, 0.0), (4, 1.0)):
        model = watched(rng, 5, (2,), bias=bias)
        submission.beam_search(model, [2], width, 5, 0)
        lengths = [len(call[0]) for call in model.calls]
        most = max(lengths.count(n) for n in set(lengths)) if lengths else 0
        expect(most <= width, f"wanted: at most {width} calls a step; one step made {most}")
        prefixes = [tuple(int(t) for t in call[0]) for call in model.calls]
        expect(len(set(prefixes)) == len(prefixes), "wanted: no prefix asked for twice")


@weight(2)
@pytest.mark.parametrize("penalty", [0.0, 0.5])
def test_the_search_ends_when_no_open_hypothesis_can_win_and_not_before(submission, rng, penalty):
    for _ in range(4):
        model = watched(rng, 4, (), bias=2.5)
        asked, ours = compare(submission, model, (), 2, 12, 0, penalty)
        expect(
            len(asked) <= len(ours),
            f"wanted: an end when nothing can change any more, after {len(ours)} calls; there were {len(asked)}",
        )


@weight(1)
def test_impossible_tokens_are_never_taken(submission, rng):
    for _ in range(4):
        model = watched(rng, 4, (1,), impossible=0.5)
        compare(submission, model, (1,), 3, 4, 0, 0.0, f"no token of probability 0: {BEST}")


@weight(1)
def test_no_new_tokens_means_no_call(submission, rng):
    model = watched(rng, 4)
    check(submission.beam_search(model, [], 3, 0, 0), [([], 0.0)], "the empty hypothesis alone")
    expect(not model.calls, "wanted: no call of the model")


@weight(1)
def test_an_eos_in_the_prompt_means_nothing(submission, rng):
    model = watched(rng, 4, (0, 2, 0))
    compare(submission, model, (0, 2, 0), 2, 4, 0)


@weight(1)
@pytest.mark.parametrize(
    ("width", "steps", "penalty", "fact"), [(0, 3, 0.0, 0), (-2, 3, 0.0, -2), (2, -1, 0.0, -1), (2, 3, -0.5, -0.5)]
)
def test_settings_that_cannot_be_are_refused(submission, rng, width, steps, penalty, fact):
    model = watched(rng, 3)
    with raises(ValueError, fact):
        submission.beam_search(model, [1], width, steps, 0, penalty)


@weight(1)
def test_ids_come_back_as_lists_of_ints_and_scores_as_numbers(submission, rng):
    model = watched(rng, 4, (1,))
    got = expect_type(submission.beam_search(model, [1], 2, 3, 0), list)
    for pair in got:
        expect_type(pair, tuple, "a pair")
        expect(len(pair) == 2, "wanted: pairs (ids, score)")
        expect_type(pair[0], list, "ids")
        expect(all(isinstance(t, (int, np.integer)) for t in pair[0]), "wanted: ids as ints")
