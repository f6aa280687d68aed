"""attention/grouped_query_attention against torch's grouped attention, and against its multi-head attention."""

import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from solutions.attention.grouped_query_attention import GroupedQueryAttention


@pytest.fixture
def draw():
    generator = torch.Generator().manual_seed(6)
    return lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.fixture(params=[1, 2, 3, 6], ids="kv_heads={}".format)
def layer(request, draw):
    layer = GroupedQueryAttention(24, 6, request.param).double()
    for parameter in layer.parameters():
        parameter.data.copy_(draw(*parameter.shape) / 5)
    return layer


@pytest.mark.parametrize("kind", ["no mask", "causal", "for each head"])
def test_is_torchs_grouped_attention(draw, layer, kind):
    x = draw(2, 7, 24)
    mask = {"no mask": None, "causal": torch.ones(7, 7).tril() > 0, "for each head": draw(6, 7, 7) > -0.5}[kind]
    if kind == "for each head":
        mask[..., 0] = True
    q, k, v = (p(x).unflatten(-1, (-1, 4)).transpose(1, 2) for p in (layer.q_proj, layer.k_proj, layer.v_proj))
    mixed = scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
    torch.testing.assert_close(layer(x, mask), layer.out_proj(mixed.transpose(1, 2).reshape(2, 7, 24)))


def test_is_multi_head_attention_with_repeated_weights(draw, layer):
    x = draw(2, 7, 24)
    theirs = nn.MultiheadAttention(24, 6, bias=False, batch_first=True).double()
    repeated = [
        projection.weight.unflatten(0, (-1, 1, 4)).expand(-1, 24 // len(projection.weight), 4, 24).reshape(24, 24)
        for projection in (layer.q_proj, layer.k_proj, layer.v_proj)
    ]
    theirs.in_proj_weight.data.copy_(torch.cat(repeated))
    theirs.out_proj.weight.data.copy_(layer.out_proj.weight)
    torch.testing.assert_close(layer(x), theirs(x, x, x, need_weights=False)[0])
