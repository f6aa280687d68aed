"""Grouped-query attention.

Interview question: What is special about the LLaMA series?

A decoder that generates keeps the keys and values of all it has read, and reads them all for every new token. Several
query heads can share one head of keys and values with little loss, and then the cache, the traffic to read it and the
two projections shrink by the size of a group. One group for each query head is multi-head attention, a single group is
multi-query attention; LLaMA 2 in its larger sizes and LLaMA 3 in all of them have 8 groups.

Source: Ainslie et al. 2023, section 2.2, arXiv:2305.13245.
Axes: B texts of a batch, T positions, dim features of a position, size = dim // heads features of a head.
Not allowed: torch.nn.functional.scaled_dot_product_attention, torch._C._nn.scaled_dot_product_attention.
"""

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
        raise NotImplementedError("GroupedQueryAttention.__init__")

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
        raise NotImplementedError("GroupedQueryAttention.forward")
