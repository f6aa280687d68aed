"""Multi-head attention.

Interview questions: What is multi-head attention? Explain the attention mechanism.

One softmax can only blend: it gives a single weighted mean of the values. With several heads, each over its own slice
of the projected features, a position reads from several places for several reasons at once, at the cost of one head.

Source: Vaswani et al. 2017, section 3.2.2, arXiv:1706.03762.
Axes: T queries, S keys, dim features of the model, size = dim // heads features of a head; "..." stands for any leading
axes (none, a batch, ...).
Not allowed: torch.nn.MultiheadAttention, torch.nn.functional.multi_head_attention_forward,
torch._native_multi_head_attention, torch.nn.functional.scaled_dot_product_attention,
torch._C._nn.scaled_dot_product_attention.
"""

import torch
from torch import Tensor, nn


class MultiHeadAttention(nn.Module):
    """Attention in `heads` slices of the features, as a torch module.

    It holds four torch.nn.Linear(dim, dim) layers with biases, named q_proj, k_proj, v_proj and out_proj, and nothing
    else in its state dict: the eight keys are "q_proj.weight", "q_proj.bias" and so on. Head h has the features
    h * size to (h + 1) * size - 1 of each projection.
    """

    def __init__(self, dim: int, heads: int) -> None:
        """Create the four layers, initialised as torch.nn.Linear initialises itself.

        Args:
            dim: features of x, of the context and of the result.
            heads: at least 1.

        Raises:
            ValueError: heads does not divide dim; the message gives both numbers.
        """
        raise NotImplementedError("MultiHeadAttention.__init__")

    def forward(self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """Let every position of x attend to the context.

        Args:
            x: [..., T, dim], what queries are projected from.
            context: [..., S, dim] with x's leading axes, what keys and values are projected from. None: x itself.
            mask: boolean, True where a query may attend to a key, broadcastable to [..., heads, T, S]: [T, S] for all
                heads alike, [heads, T, S] for each head its own, [B, 1, 1, S] for the padding of a batch. None: all
                may.

        Returns:
            [..., T, dim] in the parameters' dtype (float32, or float64 after .double()): out_proj of the heads' results
            joined in the order of the heads, where head h gives softmax(q_h k_h^T / sqrt(size)) v_h, the softmax over
            its allowed keys. Where a query may attend to nothing, that head gives 0 (if all heads do, the result is
            out_proj's bias).

        Gradients flow to x, the context and all eight parameters, and hold no nan (that of k_proj.bias is 0 but for
        rounding: it adds the same to all scores of a query). There is no dropout.
        The arguments are left unmodified.

        Queries and keys of 0 make each query take the mean of the values that it may see:

        >>> layer = MultiHeadAttention(2, 2)
        >>> for name, parameter in layer.named_parameters():
        ...     passes_on = name in ("v_proj.weight", "out_proj.weight")
        ...     _ = parameter.data.copy_(torch.eye(2) if passes_on else torch.zeros_like(parameter))
        >>> x = torch.tensor([[0.0, 4.0], [2.0, 8.0]])
        >>> layer(x).tolist()
        [[1.0, 6.0], [1.0, 6.0]]
        >>> layer(x, mask=torch.tensor([[True, False], [True, True]])).tolist()
        [[0.0, 4.0], [1.0, 6.0]]
        """
        raise NotImplementedError("MultiHeadAttention.forward")
