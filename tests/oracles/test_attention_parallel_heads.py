"""attention/parallel_heads against torch's own attention on heads that were split one by one."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from solutions.attention.parallel_heads import parallel_attention


@pytest.mark.parametrize("heads", [1, 2, 3, 12])
@pytest.mark.parametrize("causal", [False, True])
def test_output_and_gradients(heads, causal):
    generator = torch.Generator().manual_seed(5)
    shapes = (2, 7, 12), (36, 12), (12, 12)
    x, w_qkv, w_out = (torch.randn(s, generator=generator, dtype=torch.float64).requires_grad_() for s in shapes)
    upstream = torch.randn(2, 7, 12, generator=generator, dtype=torch.float64)
    parts = [(x @ w.T).chunk(heads, dim=-1) for w in w_qkv.chunk(3)]
    mixed = [scaled_dot_product_attention(q, k, v, is_causal=causal) for q, k, v in zip(*parts, strict=True)]
    want = torch.cat(mixed, dim=-1) @ w_out.T
    got = parallel_attention(x, w_qkv, w_out, heads, causal)
    torch.testing.assert_close(got, want)
    leaves = x, w_qkv, w_out
    torch.testing.assert_close(
        torch.autograd.grad(got, leaves, upstream), torch.autograd.grad(want, leaves, upstream), rtol=1e-6, atol=1e-9
    )
