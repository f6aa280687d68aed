"""generation/length_control against transformers' processors and Wu et al. 2016, eq. 14."""

import numpy as np
import pytest
import torch
from transformers import ExponentialDecayLengthPenalty, MinNewTokensLengthLogitsProcessor

from solutions.generation.length_control import exponential_decay, length_score, min_length

PROMPT = 4
EOS = 3


def draw(seed, dtype):
    return np.random.default_rng(seed).normal(scale=2.0, size=(6, 9)).astype(dtype)


def theirs(processor, logits, length):
    ids = torch.zeros(len(logits), PROMPT + length, dtype=torch.long)
    return processor(ids, torch.from_numpy(logits.copy())).numpy()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("length", [0, 1, 4, 5, 6, 20])
def test_min_length(dtype, length):
    processor = MinNewTokensLengthLogitsProcessor(PROMPT, 5, EOS, device="cpu")
    logits = draw(length, dtype)
    np.testing.assert_array_equal(min_length(logits, length, 5, EOS), theirs(processor, logits, length))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("factor", [1.0, 1.05, 1.5, 3.0])
@pytest.mark.parametrize("length", [0, 4, 5, 6, 9, 20])
def test_exponential_decay(dtype, factor, length):
    processor = ExponentialDecayLengthPenalty((5, factor), EOS, PROMPT)
    logits = draw(length, dtype)
    ours = exponential_decay(logits, length, 5, factor, EOS)
    np.testing.assert_allclose(ours, theirs(processor, logits, length), rtol=8 * np.finfo(dtype).eps)


@pytest.mark.parametrize("alpha", [0.0, 0.2, 0.6, 1.0])
@pytest.mark.parametrize("length", [1, 2, 7, 31])
def test_scores(alpha, length):
    penalty = (5 + length) ** alpha / (5 + 1) ** alpha  # lp(Y) as the paper has it
    assert length_score(-12.5, length, alpha, "gnmt") == pytest.approx(-12.5 / penalty, rel=1e-13)
    assert length_score(-12.5, length, alpha, "power") == pytest.approx(-12.5 / length**alpha, rel=1e-13)
