"""generation/repetition_penalty against transformers' processor, and OpenAI's formula written out with a count."""

import numpy as np
import pytest
import torch
from transformers import RepetitionPenaltyLogitsProcessor

from solutions.generation.repetition_penalty import frequency_presence, penalise_repeats


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("penalty", [0.7, 1.0, 1.2, 3.0])
def test_scaling(dtype, penalty):
    processor = RepetitionPenaltyLogitsProcessor(penalty)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        logits, ids = rng.normal(scale=3.0, size=25).astype(dtype), rng.integers(0, 25, size=30)
        theirs = processor(torch.from_numpy(ids[None]), torch.from_numpy(logits[None].copy()))[0].numpy()
        np.testing.assert_allclose(
            penalise_repeats(logits, ids.tolist(), penalty), theirs, rtol=2 * np.finfo(dtype).eps
        )


@pytest.mark.parametrize(("frequency", "presence"), [(0.0, 0.0), (0.5, 0.0), (0.0, 1.5), (2.0, -1.0)])
def test_the_published_formula(frequency, presence):
    # mu[j] -> mu[j] - c[j] * alpha_frequency - float(c[j] > 0) * alpha_presence
    rng = np.random.default_rng(8)
    mu, ids = rng.normal(size=25), rng.integers(0, 25, size=30).tolist()
    want = [mu[j] - ids.count(j) * frequency - float(ids.count(j) > 0) * presence for j in range(25)]
    np.testing.assert_allclose(frequency_presence(mu, ids, frequency, presence), want, rtol=1e-12, atol=1e-14)
