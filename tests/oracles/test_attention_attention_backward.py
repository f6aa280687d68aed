"""attention/attention_backward against torch's autograd in float64."""

import numpy as np
import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from solutions.attention.attention_backward import attention_backward, attention_forward


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
@pytest.mark.parametrize(("queries", "keys"), [(5, 7), (6, 6), (1, 9), (8, 1)])
def test_both_passes(lead, queries, keys):
    generator = torch.Generator().manual_seed(7)
    shapes = (queries, 4), (keys, 4), (keys, 3), (queries, 3)
    q, k, v, upstream = (torch.randn(*lead, *s, generator=generator, dtype=torch.float64) for s in shapes)
    leaves = [t.clone().requires_grad_() for t in (q, k, v)]
    want = scaled_dot_product_attention(*leaves)
    out, cache = attention_forward(q.numpy(), k.numpy(), v.numpy())
    np.testing.assert_allclose(out, want.detach().numpy(), rtol=1e-10, atol=1e-12)
    got = attention_backward(upstream.numpy(), cache)
    for ours, theirs in zip(got, torch.autograd.grad(want, leaves, upstream), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-8, atol=1e-10)
