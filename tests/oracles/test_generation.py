"""The solutions of the topic generation against transformers' warper, and against all texts of a small vocabulary."""

import functools
import itertools
import math

import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from transformers import TopPLogitsWarper

from solutions.generation.beam_search import beam_search
from solutions.generation.top_p import sample_top_p, top_p_filter

EOS = 0


def their_filter(logits: np.ndarray, p: float, min_keep: int = 1) -> np.ndarray:
    warper = TopPLogitsWarper(p, min_tokens_to_keep=min_keep)
    return warper(None, torch.from_numpy(logits.copy())).numpy()


class TestTopP:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("p", [0.05, 0.3, 0.5, 0.9, 0.99])
    def test_filter(self, dtype, p):
        logits = np.random.default_rng(1).normal(scale=2.0, size=(40, 30)).astype(dtype)
        np.testing.assert_array_equal(top_p_filter(logits, p), their_filter(logits, p))

    @pytest.mark.parametrize("min_keep", [2, 5, 30])
    def test_min_keep(self, min_keep):
        logits = np.random.default_rng(2).normal(scale=2.0, size=(40, 30))
        np.testing.assert_array_equal(top_p_filter(logits, 0.4, min_keep), their_filter(logits, 0.4, min_keep))

    @pytest.mark.parametrize("temperature", [0.7, 1.0, 1.6])
    def test_draws_by_chi_square(self, temperature):
        logits, rng = np.random.default_rng(5).normal(scale=0.7, size=20), np.random.default_rng(4)
        counts = np.bincount([sample_top_p(logits, 0.8, rng, temperature) for _ in range(20_000)], minlength=20)
        warped = torch.from_numpy(their_filter(logits[None] / temperature, 0.8)[0])
        shares = torch.softmax(warped, dim=-1).numpy()
        kept = shares > 0
        assert kept.sum() > 3
        assert not counts[~kept].any()
        assert chisquare(counts[kept], 20_000 * shares[kept]).pvalue > 1e-4


def random_model(seed: int, vocabulary: int):
    """Return a model whose probabilities depend on the whole prefix."""

    @functools.cache
    def model(prefix):
        logits = np.random.default_rng([seed, len(prefix), *prefix]).normal(scale=2.0, size=vocabulary)
        return logits - np.log(np.exp(logits).sum())

    return model


def all_texts(model, prompt: tuple[int, ...], vocabulary: int, most: int, penalty: float) -> list[tuple]:
    """Return (ids, score) of everything that ends in eos, or is cut off at `most` tokens, the best first."""
    texts = []
    for length in range(1, most + 1):
        for ids in itertools.product(range(vocabulary), repeat=length):
            if EOS not in ids[:-1] and (ids[-1] == EOS or length == most):
                log_prob = math.fsum(model((*prompt, *ids[:at]))[token] for at, token in enumerate(ids))
                texts.append((list(ids), log_prob / length**penalty))
    return sorted(texts, key=lambda text: -text[1])


class TestBeamSearch:
    @pytest.mark.parametrize("seed", range(5))
    @pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0, 2.0])
    @pytest.mark.parametrize(("vocabulary", "most"), [(2, 6), (3, 4), (5, 3)])
    def test_wide_enough_it_is_exhaustive(self, seed, penalty, vocabulary, most):
        model, prompt, width = random_model(seed, vocabulary), (1, 0), vocabulary**most
        got = beam_search(model, prompt, width, most, EOS, penalty)
        want = all_texts(model, prompt, vocabulary, most, penalty)
        assert [ids for ids, _ in got] == [ids for ids, _ in want]
        np.testing.assert_allclose([score for _, score in got], [score for _, score in want], rtol=1e-12)

    @pytest.mark.parametrize("seed", range(20))
    def test_no_beam_finds_what_is_better_than_the_best_text_nor_scores_it_wrongly(self, seed):
        model = random_model(seed, 4)
        scores = {tuple(ids): score for ids, score in all_texts(model, (), 4, 4, 0.8)}
        for width in (1, 2, 4, 8):
            found = beam_search(model, (), width, 4, EOS, 0.8)
            assert len(found) == width
            np.testing.assert_allclose([score for _, score in found], [scores[tuple(ids)] for ids, _ in found])

    def test_beats_greedy_where_greedy_is_wrong(self):
        greedy, best, beams = [], [], []
        for seed in range(40):
            model = random_model(seed, 4)
            greedy.append(beam_search(model, (), 1, 4, EOS)[0][1])
            beams.append(beam_search(model, (), 6, 4, EOS)[0][1])
            best.append(all_texts(model, (), 4, 4, 0.0)[0][1])
        assert sum(g < b - 1e-9 for g, b in zip(greedy, best, strict=True)) > 10
        assert np.isclose(beams, best).sum() > np.isclose(greedy, best).sum()
        assert np.all(np.array(beams) <= np.array(best) + 1e-9)
