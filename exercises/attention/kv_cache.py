"""Attention with a cache of keys and values.

Interview question: Why are most large models decoder-only?

In a causal decoder a position never looks ahead, so its keys and values never change once they are computed. They can
be kept, and a new token costs one query against them instead of another pass over the whole text. That is what makes
generation with a decoder cheap; in an encoder each new token would change everything before it.

Source: Shazeer 2019, section 2.4, arXiv:1911.02150.
Axes: B texts of a batch, T positions of a call, S positions held in the cache, dim features, size = dim // heads
features of a head.
torch.nn.functional.scaled_dot_product_attention is allowed here (mind where its is_causal lines up).
"""

import torch
from torch import Tensor, nn


class CachedAttention(nn.Module):
    """Causal multi-head self-attention that remembers the keys and values of what it has read.

    It holds four torch.nn.Linear(dim, dim, bias=False) layers, named q_proj, k_proj, v_proj and out_proj, and nothing
    else in its state dict: the four keys are "q_proj.weight" and so on. Head h has the features h * size to
    (h + 1) * size - 1 of each projection. There are no position encodings.

    Every instance has a cache of its own, empty at first. It is meant for inference: results may be detached, and no
    gradients are asked for.
    """

    def __init__(self, dim: int, heads: int) -> None:
        """Create the four layers, initialised as torch.nn.Linear initialises itself, and an empty cache.

        Args:
            dim: features of a position.
            heads: at least 1.

        Raises:
            ValueError: heads does not divide dim; the message gives both numbers.
        """
        raise NotImplementedError("CachedAttention.__init__")

    def prefill(self, x: Tensor) -> Tensor:
        """Read the next T positions of the texts at once, and keep their keys and values.

        On an empty cache these are the first T positions; otherwise they continue what was read before, by prefill or
        by step, so that a long text may be read in pieces.

        Args:
            x: [B, T, dim] in the parameters' dtype (float32, or float64 after .double()), T >= 1.

        Returns:
            [B, T, dim]: at each position what causal attention over the whole text so far gives there, the position
            itself included: out_proj of the joined heads, head h giving softmax(q_h k_h^T / sqrt(size)) v_h over the
            keys up to that position.

        Raises:
            ValueError: the cache holds texts of another batch size than B; the message gives both sizes, and the cache
                stays as it was.

        x is left unmodified.

        Queries and keys of 0 make each position take the mean of the values so far:

        >>> layer = CachedAttention(2, 1)
        >>> for name, parameter in layer.named_parameters():
        ...     passes_on = name in ("v_proj.weight", "out_proj.weight")
        ...     _ = parameter.data.copy_(torch.eye(2) if passes_on else torch.zeros(2, 2))
        >>> layer.prefill(torch.tensor([[[0.0, 8.0], [4.0, 2.0]]])).tolist()
        [[[0.0, 8.0], [2.0, 5.0]]]
        >>> layer.step(torch.tensor([[[5.0, 2.0]]])).tolist()
        [[[3.0, 4.0]]]
        >>> layer.reset()
        >>> layer.step(torch.tensor([[[5.0, 2.0]]])).tolist()
        [[[5.0, 2.0]]]
        """
        raise NotImplementedError("CachedAttention.prefill")

    def step(self, x: Tensor) -> Tensor:
        """Read one more position of each text; the same as prefill of a single position, also on an empty cache.

        A step after which the cache holds S positions costs 8 B dim^2 + 4 B S dim floating-point operations in matrix
        products (a multiplication and an addition count as two): four projections of the new position, its scores, and
        its mix of the values. At most a quarter more is tolerated, so what was projected before is not projected again.

        Args:
            x: [B, 1, dim] in the parameters' dtype.

        Returns:
            [B, 1, dim].

        Raises:
            ValueError: the cache holds texts of another batch size than B, or x has T > 1 positions; the message gives
                both batch sizes, or T, and the cache stays as it was.

        x is left unmodified.
        """
        raise NotImplementedError("CachedAttention.step")

    def reset(self) -> None:
        """Forget everything read, so that the next call starts new texts, of any batch size; the parameters stay."""
        raise NotImplementedError("CachedAttention.reset")
