"""Grouped-query attention.

Interview question: What is special about the LLaMA series?

A decoder that generates keeps the keys and values of all it has read, and reads them all for every new token. Several
query heads can share one head of keys and values with little loss, and then the cache, the traffic to read it and the
two projections shrink by the size of a group. One group for each query head is multi-head attention, a single group is
multi-query attention; LLaMA 2 in its larger sizes and LLaMA 3 in all of them have 8 groups.

Source: Ainslie et al. 2023, section 2.2, arXiv:2305.13245.
Axes: B texts of a batch, T positions, dim features of a position, size = dim // heads features of a head.
Not allowed: torch.nn.functional.scaled_dot_product_attention, torch._C._nn.scaled_dot_product_attention.

An interviewer goes on: how many bytes does a token take in the cache with 32 query heads of 128 features and 8 heads of
keys? Why are the query heads not reduced instead? How is a multi-head checkpoint turned into a grouped one? With the
heads spread over several accelerators, what goes wrong with a single key head?
Read on: Shazeer 2019, multi-query attention (arXiv:1911.02150); DeepSeek-AI 2024, section 2.1, a cache of latent
vectors (arXiv:2405.04434).
"""

import math

import torch
from torch import Tensor, nn


class GroupedQueryAttention(nn.Module):
    """Self-attention in which heads // kv_heads neighbouring query heads share one head of keys and values.

    It holds four torch.nn.Linear layers without biases, and nothing else in its state dict: q_proj and out_proj from
    dim features to dim, k_proj and v_proj from dim to kv_heads * size. The four keys are "q_proj.weight" and so on.
    Query head h has the features h * size to (h + 1) * size - 1 of q_proj's result; key and value head g have the
    features g * size to (g + 1) * size - 1 of k_proj's and v_proj's.
    """

    def __init__(self, dim: int, heads: int, kv_heads: int) -> None:
        """Create the four layers, initialised as torch.nn.Linear initialises itself.

        Args:
            dim: features of a position.
            heads: query heads; at least 1.
            kv_heads: heads of keys and values; at least 1.

        Raises:
            ValueError: heads does not divide dim (the message gives both numbers), or kv_heads does not divide heads
                (the message gives these two).
        """
        if dim % heads:
            raise ValueError(f"{dim} features cannot be dealt out evenly to {heads} heads")
        if heads % kv_heads:
            raise ValueError(f"{heads} query heads cannot share {kv_heads} key/value heads evenly")
        super().__init__()
        self.size = dim // heads
        self.group = heads // kv_heads
        self.q_proj = nn.Linear(dim, dim, bias=False)
        self.k_proj = nn.Linear(dim, kv_heads * self.size, bias=False)
        self.v_proj = nn.Linear(dim, kv_heads * self.size, bias=False)
        self.out_proj = nn.Linear(dim, dim, bias=False)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Let every position of x attend to the positions of its text.

        Args:
            x: [B, T, dim] in the parameters' dtype.
            mask: boolean, True where a query may attend to a key, broadcastable to [B, heads, T, T]: [T, T] for all,
                [B, 1, 1, T] for padding, [heads, T, T] for each query head its own. None: all may; nothing is causal
                unless the mask says so.

        Returns:
            [B, T, dim] in the parameters' dtype (float32, or float64 after .double()): out_proj of the query heads'
            results joined in their order. Query head h reads key and value head g = h // (heads // kv_heads), and gives
            softmax(q_h k_g^T / sqrt(size)) v_g, the softmax over its allowed keys; 0 where a query may attend to
            nothing.

        Scores may be large, in the thousands as well: nothing overflows.
        Gradients flow to x and all four parameters, and hold no nan. There is no dropout and no position encoding.
        The arguments are left unmodified.

        Keys of 0 make each query take the mean of the values that it may see. Both query heads share the only value,
        whose one feature is the first of x:

        >>> layer = GroupedQueryAttention(2, 2, 1)
        >>> for name, parameter in layer.named_parameters():
        ...     passes_on = name in ("v_proj.weight", "out_proj.weight")
        ...     _ = parameter.data.copy_(torch.eye(*parameter.shape) if passes_on else torch.zeros_like(parameter))
        >>> x = torch.tensor([[[4.0, 1.0], [8.0, 1.0]]])
        >>> layer(x).tolist()
        [[[6.0, 6.0], [6.0, 6.0]]]
        >>> layer(x, torch.tensor([[True, False], [True, True]])).tolist()
        [[[4.0, 4.0], [6.0, 6.0]]]
        """
        q = self._split(self.q_proj(x))  # [B, heads, T, size]
        # [B, kv_heads, T, size] -> [B, heads, T, size]: each head is repeated beside itself, for its group.
        k = self._split(self.k_proj(x)).repeat_interleave(self.group, dim=1)
        v = self._split(self.v_proj(x)).repeat_interleave(self.group, dim=1)
        scores = q @ k.mT / math.sqrt(self.size)  # [B, heads, T, T]
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        # The softmax of a row of -inf is nan: such rows are filled before it and emptied after.
        empty = (scores == -math.inf).all(dim=-1, keepdim=True)
        weights = torch.softmax(scores.masked_fill(empty, 0.0), dim=-1).masked_fill(empty, 0.0)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2))

    def _split(self, features: Tensor) -> Tensor:
        """Cut [B, T, n * size] into [B, n, T, size]."""
        return features.unflatten(-1, (-1, self.size)).transpose(1, 2)
