"""The solutions of the topic attention against torch's own functions."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from solutions.attention.flash_attention import flash_attention
from solutions.attention.kv_cache import CachedAttention
from solutions.attention.multi_head_attention import MultiHeadAttention
from solutions.attention.scaled_dot_product import scaled_dot_product


@pytest.fixture
def draw():
    """Return a function that draws tensors of the given shape, the same in every run."""
    generator = torch.Generator().manual_seed(3)
    return lambda *shape, dtype=torch.float64: torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def lined_up_at_the_end(queries: int, keys: int) -> Tensor:
    return torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)


class TestScaledDotProduct:
    @pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
    def test_output(self, draw, lead):
        q, k, v = draw(*lead, 5, 8), draw(*lead, 7, 8), draw(*lead, 7, 6)
        output, weights = scaled_dot_product(q, k, v)
        torch.testing.assert_close(output, scaled_dot_product_attention(q, k, v))
        torch.testing.assert_close(
            weights, scaled_dot_product_attention(q, k, torch.eye(7).double().expand(*lead, 7, 7))
        )

    @pytest.mark.parametrize("kind", ["boolean", "additive"])
    def test_masks(self, draw, kind):
        q, k, v, bias = draw(2, 3, 5, 8), draw(2, 3, 7, 8), draw(2, 3, 7, 6), draw(5, 7)
        mask = bias < 0.5 if kind == "boolean" else bias.masked_fill(bias > 0.5, -math.inf)
        torch.testing.assert_close(
            scaled_dot_product(q, k, v, mask)[0], scaled_dot_product_attention(q, k, v, attn_mask=mask)
        )

    def test_rows_that_attend_to_nothing(self, draw):
        q, k, v = draw(2, 5, 8), draw(2, 7, 8), draw(2, 7, 6)
        mask = torch.ones(5, 7, dtype=torch.bool)
        mask[3] = False
        torch.testing.assert_close(
            scaled_dot_product(q, k, v, mask)[0], scaled_dot_product_attention(q, k, v, attn_mask=mask).nan_to_num(0.0)
        )

    @pytest.mark.parametrize(("queries", "keys"), [(6, 6), (3, 8), (1, 8), (8, 5)])
    def test_causal(self, draw, queries, keys):
        q, k, v = draw(2, queries, 8), draw(2, keys, 8), draw(2, keys, 6)
        mask = lined_up_at_the_end(queries, keys)
        want = scaled_dot_product_attention(q, k, v, attn_mask=mask).nan_to_num(0.0)
        torch.testing.assert_close(scaled_dot_product(q, k, v, causal=True)[0], want)

    def test_gradients(self, draw):
        ours = [draw(2, 5, 8).requires_grad_(), draw(2, 7, 8).requires_grad_(), draw(2, 7, 6).requires_grad_()]
        upstream = draw(2, 5, 6)
        want = torch.autograd.grad(scaled_dot_product_attention(*ours), ours, upstream)
        torch.testing.assert_close(torch.autograd.grad(scaled_dot_product(*ours)[0], ours, upstream), want)

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
    def test_half_precision(self, draw, dtype):
        q, k, v = draw(2, 5, 8, dtype=dtype), draw(2, 7, 8, dtype=dtype), draw(2, 7, 6, dtype=dtype)
        want = scaled_dot_product_attention(q.double(), k.double(), v.double()).to(dtype)
        torch.testing.assert_close(scaled_dot_product(q, k, v)[0], want, rtol=torch.finfo(dtype).eps, atol=1e-5)


class TestMultiHeadAttention:
    @pytest.fixture(params=[1, 3, 12], ids="heads={}".format)
    def pair(self, request, draw):
        """Return our module and torch's, with the same weights."""
        ours, theirs = MultiHeadAttention(12, request.param), nn.MultiheadAttention(12, request.param, batch_first=True)
        ours.double(), theirs.double()
        for parameter in ours.parameters():
            parameter.data.copy_(draw(*parameter.shape))
        layers = ours.q_proj, ours.k_proj, ours.v_proj
        theirs.in_proj_weight.data.copy_(torch.cat([layer.weight for layer in layers]))
        theirs.in_proj_bias.data.copy_(torch.cat([layer.bias for layer in layers]))
        theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
        return ours, theirs

    def test_self_attention(self, draw, pair):
        ours, theirs = pair
        x = draw(2, 7, 12)
        torch.testing.assert_close(ours(x), theirs(x, x, x, need_weights=False)[0])

    def test_cross_attention_with_a_mask(self, draw, pair):
        ours, theirs = pair
        x, context = draw(2, 7, 12), draw(2, 5, 12)
        allowed = draw(7, 5) < 0.5
        allowed[:, 1] = True
        want, _ = theirs(x, context, context, attn_mask=~allowed, need_weights=False)
        torch.testing.assert_close(ours(x, context, mask=allowed), want)

    def test_padding(self, draw, pair):
        ours, theirs = pair
        x = draw(2, 7, 12)
        real = torch.arange(7) < torch.tensor([4, 7])[:, None]
        want, _ = theirs(x, x, x, key_padding_mask=~real, need_weights=False)
        torch.testing.assert_close(ours(x, mask=real[:, None, None]), want)

    def test_gradients(self, draw, pair):
        ours, theirs = pair
        x, upstream = draw(2, 7, 12).requires_grad_(), draw(2, 7, 12)
        ours(x).backward(upstream)
        (got,), x.grad = [x.grad], None
        theirs(x, x, x, need_weights=False)[0].backward(upstream)
        torch.testing.assert_close(got, x.grad)
        stacked = torch.cat([ours.q_proj.weight.grad, ours.k_proj.weight.grad, ours.v_proj.weight.grad])
        torch.testing.assert_close(stacked, theirs.in_proj_weight.grad)
        torch.testing.assert_close(ours.out_proj.weight.grad, theirs.out_proj.weight.grad)


class TestCachedAttention:
    @pytest.mark.parametrize("pieces", [[9], [1] * 9, [5, 1, 1, 1, 1], [2, 4, 3]])
    def test_is_the_full_causal_pass(self, draw, pieces):
        layer, x = CachedAttention(12, 3).double(), draw(2, 9, 12)
        projections = layer.q_proj, layer.k_proj, layer.v_proj
        q, k, v = (projection(x).view(2, 9, 3, 4).transpose(1, 2) for projection in projections)
        mixed = scaled_dot_product_attention(q, k, v, is_causal=True)
        want = layer.out_proj(mixed.transpose(1, 2).reshape(2, 9, 12))
        got = [layer.step(part) if part.shape[1] == 1 else layer.prefill(part) for part in x.split(pieces, dim=1)]
        torch.testing.assert_close(torch.cat(got, dim=1), want.detach())


class TestFlashAttention:
    @pytest.mark.parametrize("block", [1, 3, 4, 64])
    @pytest.mark.parametrize("causal", [False, True])
    @pytest.mark.parametrize(("queries", "keys"), [(9, 9), (5, 12), (1, 7), (11, 4)])
    def test_output_and_logsumexp(self, draw, block, causal, queries, keys):
        q, k, v = draw(2, 3, queries, 8), draw(2, 3, keys, 8), draw(2, 3, keys, 6)
        mask = lined_up_at_the_end(queries, keys) if causal else torch.ones(queries, keys, dtype=torch.bool)
        output, logsumexp = flash_attention(q, k, v, block=block, causal=causal)
        want = scaled_dot_product_attention(q, k, v, attn_mask=mask).nan_to_num(0.0)
        torch.testing.assert_close(output, want)
        scores = (q @ k.mT / math.sqrt(8)).masked_fill(~mask, -math.inf)
        torch.testing.assert_close(logsumexp, torch.logsumexp(scores, dim=-1))

    def test_float32_to_1e_5(self, draw):
        q, k, v = (draw(2, 300, 16, dtype=torch.float32) for _ in range(3))
        got, _ = flash_attention(q, k, v)
        want = scaled_dot_product_attention(q.double(), k.double(), v.double()).float()
        torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-5)
