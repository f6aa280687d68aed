"""generation/stochastic_beam_search against exact probabilities on a tiny tree, and scipy's Gumbel variables."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare, gumbel_r, kstest

from solutions.generation.stochastic_beam_search import stochastic_beam_search

EOS = 2
# Probabilities of 0, 1 and the end; texts have at most two ids: 2, 02, 12, 00, 01, 10, 11.
TREE = {(): [0.5, 0.2, 0.3], (0,): [0.1, 0.6, 0.3], (1,): [0.05, 0.05, 0.9]}
TEXTS = {
    (2,): 0.3,
    (0, 0): 0.05,
    (0, 1): 0.3,
    (0, 2): 0.15,
    (1, 0): 0.01,
    (1, 1): 0.01,
    (1, 2): 0.18,
}


def model(prefix):
    return np.log(TREE[prefix])


def search(k, rng, times):
    return [stochastic_beam_search(model, [], k, 2, EOS, rng) for _ in range(times)]


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_inclusion_is_that_of_drawing_without_replacement(k):
    included = dict.fromkeys(TEXTS, 0.0)
    for order in itertools.permutations(TEXTS, k):
        share, left = 1.0, 1.0
        for text in order:
            share, left = share * TEXTS[text] / left, left - TEXTS[text]
        for text in order:
            included[text] += share
    found = search(k, np.random.default_rng(k), 6000)
    for text, share in included.items():
        count = sum(any(tuple(ids) == text for ids, *_ in one) for one in found)
        assert binomtest(count, 6000, min(1.0, share)).pvalue > 1e-4


def test_the_order_is_that_of_numpy_s_choice_without_replacement():
    texts, rng = list(TEXTS), np.random.default_rng(11)
    pairs = {pair: at for at, pair in enumerate(itertools.permutations(range(7), 2))}
    ours = [tuple(texts.index(tuple(ids)) for ids, *_ in one) for one in search(2, rng, 8000)]
    counts = np.bincount([pairs[pair] for pair in ours], minlength=len(pairs))
    p = np.array(list(TEXTS.values()))
    wanted = np.array([8000 * p[a] * p[b] / (1 - p[a]) for a, b in pairs])
    is_common = wanted > 5
    rare = counts[~is_common].sum(), wanted[~is_common].sum()
    assert chisquare([*counts[is_common], rare[0]], [*wanted[is_common], rare[1]]).pvalue > 1e-4
    theirs = [tuple(rng.choice(7, size=2, replace=False, p=p).tolist()) for _ in range(8000)]
    for pair in itertools.permutations(range(7), 2):
        assert abs(ours.count(pair) - theirs.count(pair)) < 5.5 * math.sqrt(theirs.count(pair) + ours.count(pair)) + 2


def test_all_perturbed_values_are_gumbel_variables_at_their_log_probabilities():
    found = search(7, np.random.default_rng(4), 4000)
    for text, share in TEXTS.items():
        values = [perturbed for one in found for ids, _, perturbed in one if tuple(ids) == text]
        assert len(values) == 4000
        assert kstest(values, gumbel_r(loc=math.log(share)).cdf).pvalue > 1e-4
    noise = [[g - log_prob for _, log_prob, g in sorted(one, key=lambda t: t[0])] for one in found]
    correlations = np.corrcoef(np.array(noise).T) - np.eye(7)
    assert abs(correlations).max() < 5 / math.sqrt(4000)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_highest_perturbed_value_is_a_standard_gumbel_variable(k):
    best = [one[0][2] for one in search(k, np.random.default_rng(k), 4000)]
    assert kstest(best, gumbel_r.cdf).pvalue > 1e-4


def test_an_estimate_weighted_by_the_threshold_is_unbiased():
    """The k-th perturbed value is the threshold; each text above it is weighted by p / P(it would exceed that)."""
    values = {text: float(at) for at, text in enumerate(TEXTS)}
    truth = sum(TEXTS[text] * value for text, value in values.items())
    estimates = []
    for one in search(4, np.random.default_rng(8), 6000):
        threshold = one[-1][2]
        weights = [math.exp(lp) / -math.expm1(-math.exp(lp - threshold)) for _, lp, _ in one[:-1]]
        estimates.append(sum(w * values[tuple(ids)] for w, (ids, *_) in zip(weights, one, strict=False)))
    assert abs(np.mean(estimates) - truth) < 4.5 * np.std(estimates) / math.sqrt(6000)
