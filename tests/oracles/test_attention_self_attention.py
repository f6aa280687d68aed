"""attention/self_attention against torch's own attention."""

import numpy as np
import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from solutions.attention.self_attention import self_attention


@pytest.mark.parametrize(("t", "d", "k", "v"), [(6, 5, 4, 3), (1, 3, 2, 5), (40, 16, 8, 8)])
@pytest.mark.parametrize("scale", [1.0, 30.0], ids=["ordinary scores", "scores in the thousands"])
def test_is_the_attention_of_the_projections(t, d, k, v, scale):
    rng = np.random.default_rng(t)
    x, w_q, w_k, w_v = (rng.standard_normal(shape) for shape in ((t, d), (d, k), (d, k), (d, v)))
    output, weights = self_attention(scale * x, w_q, w_k, w_v)
    q, keys, values = (torch.from_numpy(scale * x @ w) for w in (w_q, w_k, w_v))
    np.testing.assert_allclose(output, scaled_dot_product_attention(q, keys, values), rtol=1e-9, atol=1e-12)
    eye = torch.eye(t, dtype=torch.float64)
    np.testing.assert_allclose(weights, scaled_dot_product_attention(q, keys, eye), rtol=1e-9, atol=1e-12)
