"""Checks of generation/noisy_channel: scores, orders and calls of reranking and of a search step, rates of noise."""

import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    counted,
    expect,
    expect_frequencies,
    expect_type,
    raises,
    repeat,
    untouched,
    weight,
)

RANKED = "(candidate, score), by log p(y | x) / T + (w_channel log p(x | y) + w_prior log p(y)) / S, the best first"
KEPT = "(ids, direct_log_prob, prior_log_prob) of the extensions of the highest score, the best first"


def draw_ids(rng, low, high, vocabulary=30):
    return tuple(int(i) for i in rng.integers(0, vocabulary, size=int(rng.integers(low, high + 1))))


def draw_candidates(rng, count, low=1, high=7, vocabulary=30):
    """Return that many tuples of low to high ids, no two the same."""
    found: dict[tuple, None] = {}
    while len(found) < count:
        found[draw_ids(rng, low, high, vocabulary)] = None
    return list(found)


class Models:
    """Three models that depend on all ids and know the source; each says what it was wrongly called with."""

    def __init__(self, rng, source, vocabulary=30):
        self.salt, self.source, self.vocabulary = int(rng.integers(1 << 31)), tuple(source), vocabulary
        self.direct, self.channel = counted(self._direct), counted(self._channel)
        self.prior, self.next_direct = counted(self._prior), counted(self._next_direct)
        self.next_prior = counted(self._next_prior)

    def _ids(self, value, what):
        is_right = isinstance(value, tuple) and all(isinstance(t, (int, np.integer)) for t in value)
        expect(is_right, f"wanted: {what} as a tuple of ids; the model was given {str(value)[:60]}")
        return [int(t) for t in value]

    def _source(self, value):
        is_source = self._ids(value, "the source") == list(self.source)
        expect(is_source, "wanted: the source, where p(y | x) and p(x | y) have x")

    def _number(self, kind, ids, scale):
        expect(len(self.channel.calls) < 500, "wanted: an end; the channel model has been called 500 times")
        return -float(np.random.default_rng([self.salt, kind, len(ids), *ids]).gamma(2.0, scale))

    def _direct(self, y, x):
        self._source(x)
        return self._number(1, self._ids(y, "the target"), 2.0 * len(y))

    def _channel(self, x, y):
        self._source(x)
        return self._number(2, self._ids(y, "the target"), 2.0 * len(self.source))

    def _prior(self, y):
        return self._number(3, self._ids(y, "the target"), 3.0 * len(y))

    def _row(self, kind, ids):
        own = np.random.default_rng([self.salt, kind, len(ids), *ids])
        logits = own.normal(scale=1.5, size=self.vocabulary)
        return logits - np.log(np.exp(logits).sum())

    def _next_direct(self, y, x):
        self._source(x)
        return self._row(4, self._ids(y, "the target so far"))

    def _next_prior(self, y):
        return self._row(5, self._ids(y, "the target so far"))


def ranked(candidates, models, weights):
    """Return (candidate, score), the best first, by picking the best again and again."""
    x, rest, result = models.source, list(candidates), []
    score = {
        y: models._direct(y, x) / len(y)
        + weights[0] * models._channel(x, y) / len(x)
        + weights[1] * models._prior(y) / len(x)
        for y in candidates
    }
    while rest:
        result.append(max(rest, key=lambda y: score[y]))
        rest.remove(result[-1])
    return [(y, score[y]) for y in result]


WEIGHTS = {"even weights": (1.0, 1.0), "a strong channel": (2.5, 0.3), "a strong prior": (0.2, 1.7)}


@weight(5, core=True)
@pytest.mark.parametrize("case", WEIGHTS)
def test_candidates_are_ranked_by_all_three_models(submission, rng, case):
    for count in (2, 9):
        models, candidates = Models(rng, draw_ids(rng, 3, 6)), draw_candidates(rng, count)
        got = submission.rerank(candidates, models.direct, models.channel, models.prior, models.source, WEIGHTS[case])
        check(got, ranked(candidates, models, WEIGHTS[case]), f"{case}: {RANKED}", work=8)


@weight(3, core=True)
def test_a_ranking_worked_by_hand(submission):
    a, b, c = (5,), (6, 7), (8, 9, 8, 9)
    direct, channel, prior = {a: -1.0, b: -3.0, c: -4.0}, {a: -12.0, b: -3.0, c: -2.0}, {a: -2.0, b: -6.0, c: -9.0}

    def rank(weights):
        return submission.rerank(
            [a, b, c], lambda y, x: direct[y], lambda x, y: channel[y], lambda y: prior[y], (1, 2, 3), weights
        )

    check(rank((0.0, 0.0)), [(a, -1.0), (c, -1.0), (b, -1.5)], "the direct model's means alone, with weights of 0")
    check(rank((3.0, 0.0)), [(c, -3.0), (b, -4.5), (a, -13.0)], "means, and three times the channel over S = 3")
    check(rank((0.0, 3.0)), [(a, -3.0), (b, -7.5), (c, -10.0)], "means, and three times the prior over S = 3")
    want = [(b, -1.5 - 9 / 3), (c, -1.0 - 11 / 3), (a, -1.0 - 14 / 3)]
    check(rank((1.0, 1.0)), want, "means, and channel and prior over S = 3")


@weight(3)
def test_with_models_of_one_joint_distribution_the_ranking_is_the_posterior_s(submission, rng):
    sources, targets = draw_candidates(rng, 4, 3, 3), draw_candidates(rng, 6, 2, 2)
    joint = rng.gamma(1.0, size=(4, 6))
    joint /= joint.sum()
    x = int(rng.integers(4))
    column = {y: joint[:, i] for i, y in enumerate(targets)}
    row = joint[x].sum()
    got = submission.rerank(
        targets,
        lambda y, _: math.log(column[y][x] / row),
        lambda _, y: math.log(column[y][x] / column[y].sum()),
        lambda y: math.log(column[y].sum()),
        sources[x],
        (1.5, 1.5),
    )
    want = [
        (y, math.log(column[y][x] / row) / 2 + 1.5 * math.log(column[y][x]) / 3)
        for y in sorted(targets, key=lambda y: -column[y][x])
    ]
    check(got, want, "the order of the posterior, by Bayes' rule", work=8)


@weight(2)
def test_each_model_is_called_once_for_each_candidate(submission, rng):
    models, candidates = Models(rng, draw_ids(rng, 2, 5)), draw_candidates(rng, 8)
    submission.rerank(candidates, models.direct, models.channel, models.prior, models.source, (1.0, 0.5))
    for name in ("direct", "channel", "prior"):
        calls = len(getattr(models, name).calls)
        expect(calls == 8, f"wanted: one call of {name} for each of 8 candidates; there were {calls}")


@weight(1)
def test_equal_candidates_stay_in_their_order(submission, rng):
    candidates = draw_candidates(rng, 7, 3, 3)
    better = candidates[4]
    got = submission.rerank(
        candidates, lambda y, x: -3.0, lambda x, y: -4.0 if y == better else -8.0, lambda y: -2.0, (1, 2), (1.0, 1.0)
    )
    want = [(better, -4.0)] + [(y, -6.0) for y in candidates if y != better]
    check(got, want, "the better one first, and equals in their order")


@weight(1)
def test_no_candidates_give_an_empty_list(submission, rng):
    models = Models(rng, (1, 2))
    got = submission.rerank([], models.direct, models.channel, models.prior, (1, 2), (1.0, 1.0))
    check(got, [], "an empty list")
    untouched(submission)


def step(beams, models, weights, expand, keep):
    """Return (kept beams, extensions that the channel is asked about), every pair of places compared by hand."""
    x, extensions, asked = models.source, [], []
    for place, (ids, direct, prior) in enumerate(beams):
        direct_row, prior_row = models._next_direct(ids, x), models._next_prior(ids)
        tokens = sorted(range(models.vocabulary), key=lambda t: (-direct_row[t], t))
        for rank, token in enumerate(tokens[:expand]):
            if direct_row[token] == -math.inf:
                continue
            y = (*ids, token)
            sums = direct + float(direct_row[token]), prior + float(prior_row[token])
            asked.append(y)
            score = sums[0] / len(y) + (weights[0] * models._channel(x, y) + weights[1] * sums[1]) / len(x)
            extensions.append((-score, place, rank, (y, *sums)))
    return [beam for *_, beam in sorted(extensions)[:keep]], asked


def draw_beams(rng, count, vocabulary):
    targets = draw_candidates(rng, count, 1, 5, vocabulary)
    return [(y, *(-rng.gamma(2.0, len(y), size=2)).tolist()) for y in targets]


STEPS = {
    "3 beams, 4 tokens each": (3, 4, 3),
    "one beam": (1, 5, 2),
    "a wide beam": (5, 2, 7),
    "every token": (2, 99, 4),
    "the best alone": (4, 1, 1),
}


@weight(5, core=True)
@pytest.mark.parametrize("case", STEPS)
def test_a_step_keeps_the_extensions_of_the_highest_score(submission, rng, case):
    count, expand, keep = STEPS[case]
    for weights in ((1.0, 1.0), (0.4, 1.3)):
        models = Models(rng, draw_ids(rng, 3, 6), vocabulary=40 if expand < 40 else 8)
        beams = draw_beams(rng, count, models.vocabulary)
        got = submission.online_step(
            beams, models.next_direct, models.channel, models.next_prior, models.source, weights, expand, keep
        )
        asked = [len(f.calls) for f in (models.next_direct, models.next_prior, models.channel)]
        want, ours = step(beams, models, weights, expand, keep)
        check(got, want, f"{case}: {KEPT}", work=8)
        wanted = [count, count, len(ours)]
        expect(asked == wanted, f"wanted: {wanted} calls of next_direct, next_prior and channel; there were {asked}")


@weight(2, core=True)
def test_a_search_of_several_steps(submission, rng):
    models, weights = Models(rng, draw_ids(rng, 4, 6), vocabulary=9), (0.8, 0.6)
    got = want = [((), 0.0, 0.0)]
    for length in range(1, 5):
        got = submission.online_step(
            got, models.next_direct, models.channel, models.next_prior, models.source, weights, 4, 3
        )
        want, _ = step(want, models, weights, 4, 3)
        check(got, want, f"{KEPT}, after {length} steps from the empty target", work=8)


@weight(2)
def test_a_step_worked_by_hand(submission):
    direct = {(0,): [-1.0, -2.0, -6.0], (2,): [-3.0, -0.5, -1.0]}
    prior = {(0,): [-1.0, -3.0, -0.1], (2,): [-0.1, -4.0, -2.0]}
    channel = {(0, 0): -7.0, (0, 1): -4.0, (2, 1): -2.0, (2, 2): -7.0}
    beams = [((0,), -1.0, -2.0), ((2,), -2.5, -1.0)]
    # (0, 0): -2 / 2 + (-7 - 3) / 4, (0, 1): -3 / 2 + (-4 - 5) / 4,
    # (2, 1): -3 / 2 + (-2 - 5) / 4, (2, 2): -3.5 / 2 + (-7 - 3) / 4
    want = [((2, 1), -3.0, -5.0), ((0, 0), -2.0, -3.0), ((0, 1), -3.0, -5.0), ((2, 2), -3.5, -3.0)]
    for keep in (2, 9):
        got = submission.online_step(
            beams,
            lambda y, x: direct[y],
            lambda x, y: channel[y],
            lambda y: prior[y],
            (9, 9, 9, 9),
            (1.0, 1.0),
            2,
            keep,
        )
        check(got, want[:keep], f"{KEPT}, of two beams with two extensions each")


@weight(1)
def test_equal_extensions_stay_in_the_order_of_beam_and_token(submission, rng):
    row = np.array([-2.0, -1.0, -1.0, -3.0, -1.0])
    beams = [((4, 1), -1.0, -1.0), ((1, 4), -1.0, -1.0)]
    got = submission.online_step(
        beams, lambda y, x: row, lambda x, y: -2.0, lambda y: np.full(5, -1.0), (1,), (1.0, 1.0), 2, 4
    )
    want = [((*ids, token), -2.0, -2.0) for ids, *_ in beams for token in (1, 2)]
    check(got, want, "equal extensions, of the earlier beam first, then of the lower token")


@weight(1)
def test_impossible_tokens_are_never_taken(submission, rng):
    row = [-math.inf, -0.5, -math.inf, -1.0]
    channel = counted(lambda x, y: -1.0)
    got = submission.online_step(
        [((2,), -1.0, -1.0)], lambda y, x: row, channel, lambda y: [-0.1, -1.0, -0.1, -1.0], (1, 1), (1.0, 1.0), 3, 3
    )
    check(got, [((2, 1), -1.5, -2.0), ((2, 3), -2.0, -2.0)], "the two tokens that the direct model does not give -inf")
    expect(len(channel.calls) == 2, f"wanted: two calls of channel; there were {len(channel.calls)}")


@weight(2)
@pytest.mark.parametrize(("weights", "fact"), [((-0.5, 1.0), -0.5), ((1.0, -2), -2)])
def test_a_weight_below_0_is_refused(submission, rng, weights, fact):
    models = Models(rng, (1, 2))
    with raises(ValueError, fact):
        submission.rerank([(3,)], models.direct, models.channel, models.prior, (1, 2), weights)
    with raises(ValueError, fact):
        submission.online_step(
            [((), 0.0, 0.0)], models.next_direct, models.channel, models.next_prior, (1, 2), weights, 2, 2
        )


@weight(1)
def test_what_has_no_ids_is_refused(submission, rng):
    models = Models(rng, ())
    with raises(ValueError):
        submission.rerank([(3,), (4, 5)], models.direct, models.channel, models.prior, (), (1.0, 1.0))
    with raises(ValueError):
        submission.online_step(
            [((), 0.0, 0.0)], models.next_direct, models.channel, models.next_prior, (), (1.0, 1.0), 2, 2
        )
    models = Models(rng, (1, 2))
    with raises(ValueError):
        submission.rerank([(3,), ()], models.direct, models.channel, models.prior, (1, 2), (1.0, 1.0))


@weight(1)
@pytest.mark.parametrize(("expand", "keep", "fact"), [(0, 3, 0), (3, 0, 0), (-2, 3, -2), (3, -4, -4)])
def test_a_step_that_takes_or_keeps_nothing_is_refused(submission, rng, expand, keep, fact):
    models = Models(rng, (1, 2))
    with raises(ValueError, fact):
        submission.online_step(
            [((), 0.0, 0.0)], models.next_direct, models.channel, models.next_prior, (1, 2), (1.0, 1.0), expand, keep
        )


def noisy(submission, rng, times, tokens, rate, vocab):
    """Return that many corrupted copies, each a list of ids of the right length."""
    seed = int(rng.integers(1 << 31))
    copies = repeat(submission.corrupt, times, tokens, rate, vocab, np.random.default_rng(seed))
    for copy in expect_type(copies, list, "the copies"):
        expect_type(copy, list, "the corrupted tokens")
        expect(len(copy) == len(tokens), f"wanted: {len(tokens)} tokens; there were {len(copy)}")
        is_id = all(isinstance(t, (int, np.integer)) and not isinstance(t, bool) and 0 <= t < vocab for t in copy)
        expect(is_id, f"wanted: ids from 0 to {vocab - 1}; came back: {str(copy)[:80]}")
    return copies


@weight(4, core=True)
@pytest.mark.parametrize(("rate", "vocab"), [(0.15, 4), (0.5, 3), (0.8, 6)])
def test_each_token_is_replaced_at_the_rate_by_any_other(submission, rng, rate, vocab):
    tokens = [int(t) for t in rng.integers(0, vocab, size=3)]
    copies = noisy(submission, rng, 800, tokens, rate, vocab)
    for place, token in enumerate(tokens):
        shares = [rate / (vocab - 1)] * vocab
        shares[token] = 1 - rate
        expect_frequencies([copy[place] for copy in copies], shares, f"rate {rate}: the tokens at place {place}")


@weight(2)
def test_tokens_are_replaced_independently_of_each_other(submission, rng):
    tokens, rate = [int(t) for t in rng.integers(0, 5, size=4)], 0.4
    copies = noisy(submission, rng, 800, tokens, rate, 5)
    changes = [sum(a != b for a, b in zip(copy, tokens, strict=True)) for copy in copies]
    shares = [math.comb(4, k) * rate**k * (1 - rate) ** (4 - k) for k in range(5)]
    expect_frequencies(changes, shares, "how many of four tokens are replaced")
    copies = noisy(submission, rng, 800, [0, 0], 1.0, 4)
    pairs = [3 * (a - 1) + b - 1 for a, b in copies if a and b]
    expect(len(pairs) == 800, "wanted: both tokens replaced at rate 1")
    expect_frequencies(pairs, [1 / 9] * 9, "the pairs that two replacements make")


@weight(2)
def test_rates_of_0_and_1(submission, rng):
    tokens = [int(t) for t in rng.integers(0, 9, size=200)]
    check(submission.corrupt(tokens, 0.0, 9, np.random.default_rng(1)), tokens, "the tokens as they are, at rate 0")
    (all_new,) = noisy(submission, rng, 1, tokens, 1.0, 9)
    kept = sum(a == b for a, b in zip(all_new, tokens, strict=True))
    expect(kept == 0, f"wanted: every token replaced by another at rate 1; {kept} of 200 are as they were")
    bits = [int(t) for t in rng.integers(0, 2, size=50)]
    got = submission.corrupt(bits, 1.0, 2, np.random.default_rng(1))
    check(got, [1 - t for t in bits], "the other of two tokens, at rate 1")
    check(submission.corrupt([], 0.5, 9, np.random.default_rng(1)), [], "no tokens")
    untouched(submission)


@weight(1)
def test_all_randomness_comes_from_rng(submission, rng):
    tokens, seed = [int(t) for t in rng.integers(0, 50, size=100)], int(rng.integers(1 << 31))
    once, again, other = (submission.corrupt(tokens, 0.5, 50, np.random.default_rng(s)) for s in (seed, seed, seed + 1))
    check(again, once, "the same result from a generator in the same state")
    expect(expect_type(other, list) != once, "wanted: another result from another generator; the same came back")


@weight(1)
@pytest.mark.parametrize(("rate", "vocab", "fact"), [(-0.1, 5, -0.1), (1.5, 5, 1.5), (0.5, 1, 1), (0.0, 0, 0)])
def test_a_rate_or_a_vocabulary_that_cannot_be_is_refused(submission, rng, rate, vocab, fact):
    with raises(ValueError, fact):
        submission.corrupt([0, 0, 0] if vocab else [], rate, vocab, np.random.default_rng(0))
