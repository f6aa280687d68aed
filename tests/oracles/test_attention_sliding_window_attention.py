"""attention/sliding_window_attention against torch's own attention under the mask of the band."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from solutions.attention.sliding_window_attention import sliding_window_attention


@pytest.mark.parametrize("window", [1, 2, 5, 8, 16, 17, 50])
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("lead", [(), (2, 3)])
def test_output(window, causal, lead):
    generator = torch.Generator().manual_seed(9)
    q, k, v = (torch.randn(*lead, 16, size, generator=generator, dtype=torch.float64) for size in (6, 6, 4))
    ones = torch.ones(16, 16, dtype=torch.bool)
    band = ones.tril(0 if causal else window - 1).triu(1 - window)
    want = scaled_dot_product_attention(q, k, v, attn_mask=band)
    torch.testing.assert_close(sliding_window_attention(q, k, v, window, causal), want)
