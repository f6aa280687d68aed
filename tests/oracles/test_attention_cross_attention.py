"""attention/cross_attention against torch.nn.MultiheadAttention with keys and values of another width."""

import pytest
import torch
from torch import nn

from solutions.attention.cross_attention import CrossAttention


@pytest.fixture
def draw():
    generator = torch.Generator().manual_seed(4)
    return lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.fixture(params=[(12, 7, 1), (12, 7, 3), (8, 16, 4)], ids=str)
def pair(request, draw):
    """Return our module and torch's, with the same weights."""
    dim, context_dim, heads = request.param
    ours = CrossAttention(dim, context_dim, heads).double()
    theirs = nn.MultiheadAttention(dim, heads, kdim=context_dim, vdim=context_dim, batch_first=True).double()
    for parameter in ours.parameters():
        parameter.data.copy_(draw(*parameter.shape))
    layers = ours.q_proj, ours.k_proj, ours.v_proj
    for name, layer in zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), layers, strict=True):
        getattr(theirs, name).data.copy_(layer.weight)
    theirs.in_proj_bias.data.copy_(torch.cat([layer.bias for layer in layers]))
    theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
    return ours, theirs


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("cached", [False, True])
def test_is_torchs_attention_over_the_context(draw, pair, padded, cached):
    ours, theirs = pair
    x, context = draw(2, 5, ours.q_proj.in_features), draw(2, 6, ours.k_proj.in_features)
    real = torch.arange(6) < torch.tensor([4, 6])[:, None] if padded else None
    want, _ = theirs(x, context, context, key_padding_mask=~real if padded else None, need_weights=False)
    torch.testing.assert_close(ours(x, ours.cache(context) if cached else context, real), want)


def test_gradients(draw, pair):
    ours, theirs = pair
    x, context = draw(2, 5, ours.q_proj.in_features), draw(2, 6, ours.k_proj.in_features)
    found = []
    for call in (lambda q, c: ours(q, c), lambda q, c: theirs(q, c, c, need_weights=False)[0]):
        leaves = [x.clone().requires_grad_(), context.clone().requires_grad_()]
        found.append(torch.autograd.grad(call(*leaves).square().sum(), leaves))
    torch.testing.assert_close(*found)
