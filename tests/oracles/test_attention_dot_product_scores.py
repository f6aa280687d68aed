"""attention/dot_product_scores against einsum, statistics of drawn scores and torch's count of the work."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from solutions.attention.dot_product_scores import attention_cost, dot_product_scores, score_variance


@pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
@pytest.mark.parametrize("scaled", [False, True])
def test_scores_are_those_of_einsum(lead, scaled):
    rng = np.random.default_rng(1)
    q, k = rng.standard_normal((*lead, 5, 9)), rng.standard_normal((*lead, 7, 9))
    want = np.einsum("...ik,...jk->...ij", q, k) / (3.0 if scaled else 1.0)
    np.testing.assert_allclose(dot_product_scores(q, k, scaled), want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("K", [4, 64])
@pytest.mark.parametrize("scaled", [False, True])
def test_drawn_scores_have_mean_zero_and_the_variance_of_the_formula(K, scaled):
    rng = np.random.default_rng(2)
    scores = dot_product_scores(rng.standard_normal((50_000, 1, K)), rng.standard_normal((50_000, 1, K)), scaled)
    variance = score_variance(K, scaled)
    assert abs(scores.mean()) < 5 * (variance / scores.size) ** 0.5
    assert scores.var() == pytest.approx(variance, rel=0.05)


@pytest.mark.parametrize(("T", "K"), [(1, 1), (7, 5), (32, 8)])
def test_the_cost_is_what_torch_counts(T, K):
    q, k, v = torch.zeros(3, T, K)
    with FlopCounterMode(display=False) as counter:
        scores = q @ k.T
        scores @ v
    # torch counts a multiplication and its addition as two.
    assert attention_cost(T, K) == (counter.get_total_flops() // 2, scores.numel() * scores.element_size())


def test_a_worked_example():
    # 1,024 positions, 64 features: 2 * 2^20 * 2^6 multiply-adds, and 4 MiB of scores.
    assert attention_cost(1024, 64) == (2**27, 4 * 2**20)
