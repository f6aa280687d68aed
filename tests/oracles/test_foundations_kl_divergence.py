"""foundations/kl_divergence against SciPy, and the k3 terms against what they estimate."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr

from solutions.foundations.kl_divergence import js_divergence, k3_estimate, kl_divergence


@pytest.fixture
def rng():
    return np.random.default_rng(1951)


def draw(rng, axis, dtype):
    """Return two arrays of distributions in which some probabilities are 0."""
    weights = rng.exponential(size=(2, 3, 4, 5))
    weights[rng.random(weights.shape) < 0.1] = 0
    weights[:, :, 2] += 0.1
    weights[:, 1] += 0.1
    weights[..., 3] += 0.1
    return (weights / weights.sum(axis=axis if axis < 0 else axis + 1, keepdims=True)).astype(dtype)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_divergences_are_those_of_scipy(rng, axis, dtype):
    p, q = draw(rng, axis, dtype)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    want = rel_entr(p, q).sum(axis=axis)
    assert np.isinf(want).any()
    np.testing.assert_allclose(kl_divergence(p, q, axis=axis), want, rtol=tolerance, atol=tolerance)
    # SciPy gives the square root.
    want = jensenshannon(p.astype(np.float64), q.astype(np.float64), axis=axis) ** 2
    np.testing.assert_allclose(js_divergence(p, q, axis=axis), want, rtol=tolerance, atol=tolerance)


def test_the_mean_of_the_k3_terms_estimates_the_divergence_better_than_that_of_the_log_ratios(rng):
    p, q = rng.dirichlet(np.full(6, 20.0), size=2)
    samples = rng.choice(6, size=100_000, p=p)
    logp, logq = np.log(p[samples]), np.log(q[samples])
    terms = k3_estimate(logp, logq)
    assert terms.mean() == pytest.approx(kl_divergence(p, q), rel=0.05)
    assert terms.std() < 0.5 * (logp - logq).std()
