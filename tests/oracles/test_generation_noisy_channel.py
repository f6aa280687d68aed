"""generation/noisy_channel against Bayes' rule on a small joint table, and its noise by chi-square."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binom, chisquare

from solutions.generation.noisy_channel import corrupt, online_step, rerank

V, S, T = 3, 2, 3
SOURCES = list(itertools.product(range(V), repeat=S))
TARGETS = list(itertools.product(range(V), repeat=T))


class Joint:
    """p(x, y) over all pairs of a source and a target, and what follows from it."""

    def __init__(self, seed: int):
        table = np.random.default_rng(seed).gamma(0.5, size=(len(SOURCES), *[V] * T)) + 1e-3
        self.table = table / table.sum()

    def mass(self, x=None, y=()):
        """Return the probability of the source, or any, together with all targets that begin with y."""
        return self.table[(slice(None) if x is None else SOURCES.index(x), *y)].sum()

    def direct(self, y, x):
        return math.log(self.mass(x, y) / self.mass(x))

    def channel(self, x, y):
        return math.log(self.mass(x, y) / self.mass(None, y))

    def prior(self, y):
        return math.log(self.mass(None, y))

    def next_direct(self, y, x):
        return [math.log(self.mass(x, (*y, t)) / self.mass(x, y)) for t in range(V)]

    def next_prior(self, y):
        return [math.log(self.mass(None, (*y, t)) / self.mass(None, y)) for t in range(V)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("is_informed", [True, False])
def test_reranking_orders_by_the_posterior(seed, is_informed):
    joint = Joint(seed)
    for x in SOURCES:
        direct = joint.direct if is_informed else lambda y, x: -T * math.log(V)
        ranking = rerank(TARGETS, direct, joint.channel, joint.prior, x, (0.7, 0.7))
        assert [y for y, _ in ranking] == sorted(TARGETS, key=lambda y: -joint.mass(x, y))
        for y, score in ranking:
            assert score == pytest.approx(direct(y, x) / T + 0.7 * math.log(joint.mass(x, y)) / S)


@pytest.mark.parametrize("seed", range(4))
def test_steps_that_keep_everything_are_reranking(seed):
    joint = Joint(seed)
    for x in SOURCES:
        beams = [((), 0.0, 0.0)]
        for _ in range(T):
            beams = online_step(beams, joint.next_direct, joint.channel, joint.next_prior, x, (0.7, 1.2), V, V**T)
        ranking = rerank(TARGETS, joint.direct, joint.channel, joint.prior, x, (0.7, 1.2))
        assert [ids for ids, *_ in beams] == [y for y, _ in ranking]
        for y, direct, prior in beams:
            assert direct == pytest.approx(joint.direct(y, x))
            assert prior == pytest.approx(joint.prior(y))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_noise_by_chi_square(rate):
    rng = np.random.default_rng(3)
    tokens = [4, 0, 2, 2, 1, 3]
    copies = np.array([corrupt(tokens, rate, 5, rng) for _ in range(20_000)])
    changed = copies != tokens
    counts = np.bincount(changed.sum(axis=1), minlength=7)
    wanted = 20_000 * binom.pmf(range(7), 6, rate)
    is_common = wanted > 5
    counts = [*counts[is_common], counts[~is_common].sum()] if (~is_common).any() else counts
    wanted = [*wanted[is_common], wanted[~is_common].sum()] if (~is_common).any() else wanted
    assert chisquare(counts, wanted).pvalue > 1e-4
    for place, token in enumerate(tokens):
        others = np.delete(np.bincount(copies[:, place], minlength=5), token)
        assert chisquare(others).pvalue > 1e-4
