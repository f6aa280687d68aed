"""generation/top_k against transformers' warper where no logits are equal, and its draws by a chi-square test."""

import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from transformers import TopKLogitsWarper

from solutions.generation.top_k import sample_top_k, top_k_filter


def their_filter(logits: np.ndarray, k: int) -> np.ndarray:
    return TopKLogitsWarper(k)(None, torch.from_numpy(logits.copy())).numpy()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 2, 7, 29, 30, 31, 100])
def test_filter(dtype, k):
    logits = np.random.default_rng(k).normal(scale=2.0, size=(40, 30)).astype(dtype)
    assert all(len(set(row)) == 30 for row in logits.tolist())
    np.testing.assert_array_equal(top_k_filter(logits, k), their_filter(logits, k))


@pytest.mark.parametrize("k", [1, 3, 6])
def test_of_equals_they_keep_more_and_we_the_lower_ids_of_those(k):
    logits = np.random.default_rng(k).integers(0, 4, size=(40, 12)).astype(np.float64)
    ours, theirs = np.isfinite(top_k_filter(logits, k)), np.isfinite(their_filter(logits, k))
    assert np.all(theirs | ~ours)
    assert theirs.sum() > ours.sum() == 40 * k


@pytest.mark.parametrize("temperature", [0.7, 1.0, 1.6])
def test_draws_by_chi_square(temperature):
    logits, rng = np.random.default_rng(5).normal(scale=0.7, size=20), np.random.default_rng(4)
    counts = np.bincount([sample_top_k(logits, 8, rng, temperature) for _ in range(20_000)], minlength=20)
    shares = torch.softmax(torch.from_numpy(their_filter(logits[None] / temperature, 8)[0]), dim=-1).numpy()
    kept = shares > 0
    assert kept.sum() == 8
    assert not counts[~kept].any()
    assert chisquare(counts[kept], 20_000 * shares[kept]).pvalue > 1e-4
