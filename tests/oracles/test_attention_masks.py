"""attention/masks against the definition in loops, torch's causal mask, and attention over texts without padding."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from solutions.attention.masks import causal_mask, combine, mask_for, padding_mask, prefix_mask


@pytest.fixture
def draw():
    generator = torch.Generator().manual_seed(8)
    return lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("T", [1, 4, 9])
def test_causal_is_torchs_own(T):
    assert torch.equal(causal_mask(T)[0, 0], nn.Transformer.generate_square_subsequent_mask(T) == 0)


def test_elementwise_in_loops():
    lengths, T = [2, 5, 0], 5
    padding, prefix = padding_mask(torch.tensor(lengths), T), prefix_mask(torch.tensor(lengths), T)
    both = combine(prefix, padding, causal_mask(T))
    for b, i, j in itertools.product(range(3), range(T), range(T)):
        assert padding[b, 0, 0, j] == (j < lengths[b])
        assert prefix[b, 0, i, j] == (j < lengths[b] or j <= i)
        assert both[b, 0, i, j] == (j < lengths[b] and j <= i)


@pytest.mark.parametrize("architecture", ["encoder", "decoder"])
def test_a_padded_batch_is_each_text_alone(draw, architecture):
    lengths = torch.tensor([3, 6, 1])
    q, k, v = draw(3, 3, 2, 6, 4)
    (mask,) = mask_for(architecture, lengths).values()
    padded = scaled_dot_product_attention(q, k, v, attn_mask=mask)
    for b, n in enumerate(lengths):
        alone = scaled_dot_product_attention(q[b, :, :n], k[b, :, :n], v[b, :, :n], is_causal=architecture == "decoder")
        torch.testing.assert_close(padded[b, :, :n], alone)


def test_a_prefix_model_sees_what_an_encoder_decoder_sees(draw):
    lengths, prefix = torch.tensor([5, 7]), torch.tensor([2, 4])
    q, k, v = draw(3, 2, 1, 7, 4)
    whole = scaled_dot_product_attention(q, k, v, attn_mask=mask_for("prefix", lengths, prefix)["decoder"])
    parts = mask_for("encoder-decoder", lengths, prefix)
    for b, (n, p) in enumerate(zip(lengths.tolist(), prefix.tolist(), strict=True)):
        inputs = scaled_dot_product_attention(
            q[b, :, :p], k[b, :, :p], v[b, :, :p], attn_mask=parts["encoder"][b, ..., :p]
        )
        torch.testing.assert_close(whole[b, :, :p], inputs)
        sees = torch.cat([parts["cross"][b, ..., :p].expand(1, n - p, p), parts["decoder"][b, :, : n - p, : n - p]], -1)
        answers = scaled_dot_product_attention(q[b, :, p:n], k[b, :, :n], v[b, :, :n], attn_mask=sees)
        torch.testing.assert_close(whole[b, :, p:n], answers)
