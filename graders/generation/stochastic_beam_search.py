"""Checks of generation/stochastic_beam_search: samples without replacement, perturbed values, true scores, calls."""

import itertools
import math

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    counted,
    expect,
    expect_array,
    expect_frequencies,
    expect_number,
    expect_type,
    probe,
    raises,
    weight,
)


def watched(rng, vocabulary, prompt=(), eos=0, impossible=0.0, bias=0.0):
    """Return a counted model whose probabilities depend on the whole prefix.

    Args:
        impossible: the share of tokens that are given -inf; eos never is.
        bias: added to the logit of eos.
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
            logits[own.random(vocabulary) < impossible] = -np.inf
            logits[eos] = own.normal() + bias
            table[ids] = logits - np.log(np.exp(logits).sum())
        return table[ids]

    counting = counted(model)
    return counting


def all_texts(model, prompt, most, eos):
    """Return the log-probability of each text that the model may write."""
    texts, open_ones = {}, {(): 0.0}
    for length in range(1, most + 1):
        extended = {}
        for ids, log_prob in open_ones.items():
            for token, step in enumerate(model((*prompt, *ids))):
                if step > -math.inf:
                    extended[(*ids, token)] = log_prob + float(step)
        texts |= {ids: value for ids, value in extended.items() if ids[-1] == eos or length == most}
        open_ones = {ids: value for ids, value in extended.items() if ids[-1] != eos}
    return texts


def triples(found):
    """Return what came back as (ids, log_prob, perturbed), if that is what it is."""
    result = []
    for triple in expect_type(found, list):
        expect_type(triple, tuple, "an element")
        expect(len(triple) == 3, "wanted: triples (ids, log_prob, perturbed)")
        ids = expect_type(triple[0], list, "ids")
        are_ids = all(isinstance(t, (int, np.integer)) and not isinstance(t, bool) for t in ids)
        expect(are_ids, f"wanted: ids as a list of ints; came back: {str(ids)[:60]}")
        numbers = (expect_number(triple[1], "log_prob"), expect_number(triple[2], "perturbed"))
        expect(all(map(math.isfinite, numbers)), f"wanted: finite numbers; log_prob and perturbed were {numbers}")
        result.append((tuple(int(t) for t in ids), *numbers))
    return result


CASES = {
    "2 of 9 texts": (3, (1,), 2, 3, 0.0, 0.0),
    "5 of many": (7, (2, 2), 5, 6, 0.0, 0.5),
    "texts that are short": (5, (), 4, 6, 0.0, 2.5),
    "impossible tokens": (8, (3,), 6, 3, 0.5, 0.0),
    "a single step": (6, (), 3, 1, 0.0, 0.0),
}


@weight(4, core=True)
@pytest.mark.parametrize("case", CASES)
def test_returns_k_different_texts_with_their_true_log_probabilities(submission, rng, case):
    vocabulary, prompt, k, most, impossible, bias = CASES[case]
    model = watched(rng, vocabulary, prompt, impossible=impossible, bias=bias)
    for _ in range(2):
        seed = np.random.default_rng(int(rng.integers(1 << 31)))
        found = triples(submission.stochastic_beam_search(model, list(prompt), k, most, 0, seed))
        texts = all_texts(model, prompt, most, 0) if vocabulary**most < 1000 else None
        wanted = k if texts is None else min(k, len(texts))
        expect(len(found) == wanted, f"wanted: {wanted} texts; there were {len(found)}")
        expect(len({ids for ids, *_ in found}) == len(found), "wanted: no text twice")
        for ids, log_prob, _ in found:
            is_text = 0 < len(ids) <= most and 0 not in ids[:-1] and (ids[-1] == 0 or len(ids) == most)
            is_text = is_text and all(0 <= t < vocabulary for t in ids)
            expect(is_text, f"wanted: texts that end in 0 or have {most} ids; one was {list(ids)}")
            true = math.fsum(float(model((*prompt, *ids[:at]))[token]) for at, token in enumerate(ids))
            check(log_prob, true, "the model's log-probability of the text", work=16)
        values = [perturbed for *_, perturbed in found]
        expect(values == sorted(values, reverse=True), "wanted: the highest perturbed log-probability first")
        model.calls.clear()


@weight(2, core=True)
def test_with_k_as_large_as_their_number_all_texts_come_back(submission, rng):
    for vocabulary, impossible in ((3, 0.0), (4, 0.4)):
        model = watched(rng, vocabulary, (2,), impossible=impossible)
        texts = all_texts(model, (2,), 3, 0)
        for k in (len(texts), len(texts) + 4):
            found = triples(submission.stochastic_beam_search(model, [2], k, 3, 0, np.random.default_rng(k)))
            about = "every text of a probability above 0, with its log-probability"
            check({ids: log_prob for ids, log_prob, _ in found}, texts, about, work=16)
            expect(len(found) == len(texts), f"wanted: each of {len(texts)} texts once; {len(found)} came back")


def draws(module, table, texts, k, most, seed, times):
    """Return (numbers of the texts that were drawn, their perturbed values), [times, k] each."""
    import numpy as np

    def model(prefix):
        return table[tuple(prefix)]

    rng = np.random.default_rng(seed)
    found = [module.stochastic_beam_search(model, [], k, most, 0, rng) for _ in range(times)]
    numbers = [[texts.get(tuple(ids), -1) for ids, _, _ in one] for one in found]
    return np.array(numbers, int), np.array([[value for _, _, value in one] for one in found], float)


def sample(submission, rng, k, most, times, vocabulary=3, start=None):
    """Return (log-probabilities of all texts of a random model, numbers of those drawn, their perturbed values).

    `start` has the probabilities of the first token, if they are not to be random ones.
    """
    table = {}
    for ids in (ids for n in range(most) for ids in itertools.product(range(vocabulary), repeat=n)):
        row = rng.uniform(-0.9, 0.9, size=vocabulary)  # no text is so rare that its count would tell nothing
        table[ids] = [float(x) for x in row - np.log(np.exp(row).sum())]
    if start:
        table[()] = [math.log(p) for p in start]
    texts = all_texts(table.__getitem__, (), most, 0)
    numbers = {ids: i for i, ids in enumerate(texts)}
    found = probe(submission, draws, table, numbers, k, most, int(rng.integers(1 << 31)), times)
    expect(len(expect_type(found, tuple)) == 2, "wanted: texts and perturbed values")
    drawn = expect_array(found[0], (times, k), np.int64, "the texts").astype(int)
    expect((drawn >= 0).all(), "wanted: texts that the model may write, and no others")
    return np.array(list(texts.values())), drawn, expect_array(found[1], (times, k), np.float64, "the perturbed values")


@weight(4, core=True)
def test_with_k_of_one_texts_come_by_their_probability(submission, rng):
    log_probs, drawn, _ = sample(submission, rng, 1, 3, 500)
    expect_frequencies(drawn[:, 0].tolist(), np.exp(log_probs), "texts that are drawn one at a time")


@weight(5, core=True)
def test_the_first_of_several_texts_comes_by_its_probability(submission, rng):
    # Half of the texts begin alike, and five other beginnings share the rest. Only two of the six stay in the beam: if
    # what follows does not depend on the noise that they came in with, the probable one wins two times in three.
    start, likely = [0.1] * 6, int(rng.integers(1, 6))
    start[likely] = 0.5
    _, drawn, _ = sample(submission, rng, 2, 2, 1500, vocabulary=6, start=start)
    firsts = [(number + 5) // 6 for number in drawn[:, 0].tolist()]  # text 0 is (0,), then six begin with each token
    expect_frequencies(firsts, start, "the first tokens of the first of two texts")


@weight(5, core=True)
def test_pairs_come_as_if_drawn_without_replacement(submission, rng):
    log_probs, drawn, _ = sample(submission, rng, 2, 2, 600)
    p = np.exp(log_probs)
    shares = p[:, None] * p / (1 - p[:, None])  # [first, second]
    np.fill_diagonal(shares, 0.0)
    pairs = (drawn[:, 0] * len(p) + drawn[:, 1]).tolist()
    expect_frequencies(pairs, shares.ravel(), "ordered pairs of texts")


@weight(5, core=True)
def test_each_text_is_included_as_often_as_without_replacement(submission, rng):
    log_probs, drawn, _ = sample(submission, rng, 3, 3, 400)
    p = np.exp(log_probs)
    included = np.zeros(len(p))
    for order in itertools.permutations(range(len(p)), 3):
        a, b, c = p[list(order)]
        included[list(order)] += a * b / (1 - a) * c / (1 - a - b)
    for text, share in enumerate(included):
        is_in = (drawn == text).any(axis=1).astype(int).tolist()
        expect_frequencies(is_in, [1 - share, share], "the samples of 3 without (0) and with (1) a certain text")


def gumbel_bins(values, bins):
    """Return in which of the equally probable bins of the standard Gumbel distribution the values are."""
    return np.minimum(bins - 1, bins * np.exp(-np.exp(np.minimum(-values, 99.0)))).astype(int)


@weight(3)
def test_perturbed_log_probabilities_are_independent_gumbel_variables(submission, rng):
    log_probs, drawn, perturbed = sample(submission, rng, 7, 2, 400)
    expect((np.sort(drawn, axis=1) == np.arange(7)).all(), "wanted: each of the 7 texts in each sample")
    noise = np.take_along_axis(perturbed - log_probs[drawn], np.argsort(drawn, axis=1), axis=1)  # [sample, text]
    expect(np.isfinite(noise).all(), "wanted: finite perturbed values")
    for text in range(7):
        bins = gumbel_bins(noise[:, text], 5).tolist()
        expect_frequencies(bins, [0.2] * 5, "fifths of perturbed - log_prob, as of a standard Gumbel variable")
    halves = gumbel_bins(noise, 2)
    for a, b in itertools.combinations(range(7), 2):
        cells = (2 * halves[:, a] + halves[:, b]).tolist()
        expect_frequencies(cells, [0.25] * 4, "halves of perturbed - log_prob of two texts, taken together")


@weight(2)
@pytest.mark.parametrize("k", [1, 3])
def test_the_highest_perturbed_value_is_a_standard_gumbel_variable(submission, rng, k):
    _, _, perturbed = sample(submission, rng, k, 2, 250)
    expect(np.isfinite(perturbed).all(), "wanted: finite perturbed values")
    bins = gumbel_bins(perturbed[:, 0], 5).tolist()
    expect_frequencies(bins, [0.2] * 5, "fifths of the highest perturbed value, as of a standard Gumbel variable")


@weight(3)
@pytest.mark.parametrize("depth", [1, 3])
def test_improbable_texts_keep_finite_perturbed_values(submission, rng, depth):
    rare = -float(rng.uniform(800, 1200))

    def model(prefix):
        return np.array([rare - 3.0, 0.0, rare, rare - 1.0])

    count = {1: 4, 3: 40}[depth]
    found = triples(
        submission.stochastic_beam_search(model, [], count, depth, 0, np.random.default_rng(int(rng.integers(99))))
    )
    expect(len(found) == count, f"wanted: all {count} texts; there were {len(found)}")
    for ids, log_prob, perturbed in found:
        noise = perturbed - log_prob
        expect(
            -5 < noise < 35,
            f"wanted: a perturbed log-probability that is a Gumbel variable away from {log_prob:.0f}; "
            f"that of {list(ids)} was {perturbed:.3f}",
        )


@weight(2)
def test_the_model_is_called_once_for_each_open_hypothesis_of_the_beam(submission, rng):
    for k, bias in ((4, 1.0), (1, 0.0), (6, 2.0)):
        model = watched(rng, 4, (2,), bias=bias)
        seed = np.random.default_rng(int(rng.integers(1 << 31)))
        found = triples(submission.stochastic_beam_search(model, [2], k, 6, 0, seed))
        prefixes = [tuple(int(t) for t in call[0]) for call in model.calls]
        expect(len(set(prefixes)) == len(prefixes), "wanted: no prefix asked for twice")
        for step in range(6):
            calls = sum(len(prefix) == 1 + step for prefix in prefixes)
            finished = sum(len(ids) <= step and ids[-1:] == (0,) for ids, *_ in found)
            expect(
                calls <= k - finished,
                f"wanted: at most {k - finished} calls with {step} new ids in the prefix, as {finished} of {k} places "
                f"are taken by texts that have ended; there were {calls}",
            )
        if k == 1:
            length = len(found[0][0]) if found else 0
            expect(len(prefixes) == length, f"wanted: one call for each of {length} tokens; there were {len(prefixes)}")


@weight(1)
def test_no_new_tokens_means_no_call(submission, rng):
    model = watched(rng, 4)
    for k in (1, 3):
        found = triples(submission.stochastic_beam_search(model, [], k, 0, 0, np.random.default_rng(k)))
        check([triple[:2] for triple in found], [((), 0.0)], "the empty text alone")
    expect(not model.calls, "wanted: no call of the model")


@weight(1)
def test_an_eos_in_the_prompt_means_nothing(submission, rng):
    model = watched(rng, 4, (2, 0))
    found = triples(submission.stochastic_beam_search(model, [2, 0], 3, 3, 0, np.random.default_rng(5)))
    expect(len(found) == 3 and all(ids for ids, *_ in found), "wanted: three texts that go on after the prompt")


@weight(2)
def test_all_randomness_comes_from_rng(submission, rng):
    model, seed = watched(rng, 20, (1,), eos=3), int(rng.integers(1 << 31))
    once, again, other = (
        triples(submission.stochastic_beam_search(model, [1], 4, 3, 3, np.random.default_rng(s)))
        for s in (seed, seed, seed + 1)
    )
    check(again, once, "the same result from a generator in the same state")
    expect(other != once, "wanted: another result from another generator; the same came back")


@weight(1)
@pytest.mark.parametrize(("k", "most", "fact"), [(0, 3, 0), (-2, 3, -2), (2, -1, -1), (2, -7, -7)])
def test_settings_that_cannot_be_are_refused(submission, rng, k, most, fact):
    model = watched(rng, 3)
    with raises(ValueError, fact):
        submission.stochastic_beam_search(model, [1], k, most, 0, np.random.default_rng(0))
