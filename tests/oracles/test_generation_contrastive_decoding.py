"""generation/contrastive_decoding against SciPy's softmax and ratios, and scikit-learn's cosines."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.metrics.pairwise import cosine_similarity

from solutions.generation.contrastive_decoding import contrastive_scores, contrastive_search_score


@pytest.mark.parametrize("alpha", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("beta", [0.0, 0.5, 3.0])
def test_scores_order_tokens_by_the_product_of_powers(alpha, beta):
    rng = np.random.default_rng(3)
    expert, amateur = rng.normal(scale=2.0, size=(2, 50, 30))
    p, q = softmax(expert, axis=-1), softmax(amateur, axis=-1)
    products = np.where(p >= alpha * p.max(axis=-1, keepdims=True), p * (p / q) ** beta, 0.0)
    scores = contrastive_scores(log_softmax(expert, axis=-1), log_softmax(amateur, axis=-1), alpha, beta)
    np.testing.assert_allclose(np.exp(scores), products, rtol=1e-10)
    # Raw logits differ by a constant a row, so they choose the same tokens.
    raw = contrastive_scores(expert, amateur, alpha, beta)
    np.testing.assert_array_equal(np.isfinite(raw), np.isfinite(scores))
    np.testing.assert_array_equal(raw.argmax(axis=-1), scores.argmax(axis=-1))


@pytest.mark.parametrize("beta", [0.5, 1.0])
def test_li_s_objective_is_the_limit_of_a_large_beta(beta):
    rng = np.random.default_rng(4)
    expert, amateur = log_softmax(rng.normal(scale=2.0, size=(2, 40, 20)), axis=-1)
    objective = np.where(expert >= np.log(0.1) + expert.max(axis=-1, keepdims=True), expert - amateur, -np.inf)
    large = contrastive_scores(expert, amateur, 0.1, 1e9)
    np.testing.assert_array_equal(large.argmax(axis=-1), objective.argmax(axis=-1))
    # And any beta lies between it and the expert alone.
    scores = contrastive_scores(expert, amateur, 0.1, beta)
    np.testing.assert_allclose(scores, np.where(np.isfinite(objective), expert + beta * objective, -np.inf))


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.6, 1.0])
def test_the_penalty_is_scikit_learn_s_highest_cosine(alpha):
    rng = np.random.default_rng(5)
    for k, t, d in ((4, 9, 16), (1, 1, 2), (6, 30, 3)):
        probability, hidden, past = rng.random(k), rng.normal(size=(k, d)), rng.normal(size=(t, d))
        hidden[0] = 0.0
        want = (1 - alpha) * probability - alpha * cosine_similarity(hidden, past).max(axis=1)
        np.testing.assert_allclose(contrastive_search_score(probability, hidden, past, alpha), want, rtol=1e-12)
