"""generation/temperature against scipy's softmax and entropy, and its draws by a chi-square test."""

import numpy as np
import pytest
import scipy.special
import scipy.stats

from solutions.generation.temperature import apply_temperature, entropy, sample


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("temperature", [0.05, 0.7, 1.0, 1.9, 40.0])
def test_is_scipys_softmax(dtype, temperature):
    logits = np.random.default_rng(1).normal(scale=3.0, size=(4, 5, 30)).astype(dtype)
    got = apply_temperature(logits, temperature)
    assert got.dtype == dtype
    want = scipy.special.softmax(logits.astype(np.float64) / temperature, axis=-1)
    np.testing.assert_allclose(got, want, rtol=20 * np.finfo(dtype).eps, atol=np.finfo(dtype).eps)


def test_the_two_ends():
    logits = np.random.default_rng(2).normal(scale=3.0, size=(20, 12))
    np.testing.assert_array_equal(apply_temperature(logits, 0.0), np.eye(12)[logits.argmax(axis=-1)])
    np.testing.assert_allclose(apply_temperature(logits, 1e-4), apply_temperature(logits, 0.0), atol=1e-12)
    np.testing.assert_allclose(apply_temperature(logits, 1e9), apply_temperature(logits, np.inf), rtol=1e-7)


@pytest.mark.parametrize("temperature", [0.0, 0.3, 1.0, 5.0])
def test_is_scipys_entropy(temperature):
    p = apply_temperature(np.random.default_rng(3).normal(size=(3, 7, 11)), temperature)
    np.testing.assert_allclose(entropy(p), scipy.stats.entropy(p, axis=-1), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_draws_by_chi_square(temperature):
    logits, rng = np.random.default_rng(5).normal(size=15), np.random.default_rng(4)
    counts = np.bincount([sample(logits, temperature, rng) for _ in range(20_000)], minlength=15)
    shares = scipy.special.softmax(logits / temperature)
    assert scipy.stats.chisquare(counts, 20_000 * shares).pvalue > 1e-4
