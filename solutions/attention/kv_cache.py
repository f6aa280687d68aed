"""Attention with a cache of keys and values.

Interview question: Why are most large models decoder-only?

In a causal decoder a position never looks ahead, so its keys and values never change once they are computed. They can
be kept, and a new token costs one query against them instead of another pass over the whole text. That is what makes
generation with a decoder cheap; in an encoder each new token would change everything before it.

Source: Shazeer 2019, section 2.4, arXiv:1911.02150.
Axes: B texts of a batch, T positions of a call, S positions held in the cache, dim features, size = dim // heads
features of a head.
torch.nn.functional.scaled_dot_product_attention is allowed here (mind where its is_causal lines up).

An interviewer goes on: how many bytes does the cache take for a token, and when does it outweigh the parameters? Why
is a step bound by memory traffic and not by arithmetic? Why is concatenation at every step wasteful, and what do pages
bring?
Read on: Kwon et al. 2023, PagedAttention (arXiv:2309.06180); Pope et al. 2022, inference at scale (arXiv:2211.05102).
"""

import math

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
        if dim % heads:
            raise ValueError(f"{dim} features cannot be dealt out evenly to {heads} heads")
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(dim, dim, bias=False)
        self.k_proj = nn.Linear(dim, dim, bias=False)
        self.v_proj = nn.Linear(dim, dim, bias=False)
        self.out_proj = nn.Linear(dim, dim, bias=False)
        self.cache: list[Tensor] = []  # empty, or keys and values, each [B, heads, S, size]

    @torch.no_grad()
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
        past = 0
        if self.cache:
            batch, _, past, _ = self.cache[0].shape
            if batch != x.shape[0]:
                raise ValueError(f"the cache holds {batch} texts, not {x.shape[0]}: reset() before a new batch")
        q = self._split(self.q_proj(x))  # [B, heads, T, size]
        k, v = self._split(self.k_proj(x)), self._split(self.v_proj(x))
        if past:
            k, v = (torch.cat(pair, dim=2) for pair in zip(self.cache, (k, v), strict=True))  # [B, heads, S, size]
        self.cache[:] = k, v
        scores = q @ k.mT / math.sqrt(q.shape[-1])  # [B, heads, T, S]
        # The first of the T queries stands at position `past`, so the diagonal begins there.
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).tril(past)
        weights = scores.masked_fill(~seen, -math.inf).softmax(dim=-1)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2))

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
        if x.shape[1] != 1:
            raise ValueError(f"a step reads one position of each text, not {x.shape[1]}: use prefill")
        return self.prefill(x)

    def reset(self) -> None:
        """Forget everything read, so that the next call starts new texts, of any batch size; the parameters stay."""
        self.cache.clear()

    def _split(self, features: Tensor) -> Tensor:
        """Cut [B, T, dim] into [B, heads, T, size]."""
        return features.unflatten(-1, (self.heads, -1)).transpose(1, 2)
