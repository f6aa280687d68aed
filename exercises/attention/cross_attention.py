"""Cross-attention over a context of another width.

Interview question: How do the encoder and the decoder of a transformer differ?

A decoder layer has what an encoder layer lacks: a second attention, whose queries come from the text being written and
whose keys and values come from what the encoder made of the input. The two may differ in length and in width. Nothing
is causal about it, for the input is there from the beginning; and since it never changes while the answer grows, its
keys and values are computed once and kept.

Source: Vaswani et al. 2017, section 3.2.3, arXiv:1706.03762.
Axes: B texts of a batch, Tq positions of x (queries), Tk positions of the context (keys and values), dim features of x,
context_dim features of the context, size = dim // heads features of a head.
Not allowed: torch.nn.MultiheadAttention, torch.nn.functional.multi_head_attention_forward,
torch.nn.functional.scaled_dot_product_attention, torch._C._nn.scaled_dot_product_attention.
"""

import torch
from torch import Tensor, nn


class CrossAttention(nn.Module):
    """Multi-head attention whose queries come from x and whose keys and values come from a context.

    It holds four torch.nn.Linear layers with biases, and nothing else in its state dict: q_proj from dim features to
    dim, k_proj and v_proj from context_dim to dim, out_proj from dim to dim. The eight keys are "q_proj.weight",
    "q_proj.bias" and so on. Head h has the features h * size to (h + 1) * size - 1 of queries, keys and values.
    """

    def __init__(self, dim: int, context_dim: int, heads: int) -> None:
        """Create the four layers, initialised as torch.nn.Linear initialises itself.

        Args:
            dim: features of x and of the result.
            context_dim: features of the context; heads need not divide it.
            heads: at least 1.

        Raises:
            ValueError: heads does not divide dim; the message gives both numbers.
        """
        raise NotImplementedError("CrossAttention.__init__")

    def forward(self, x: Tensor, context: Tensor | tuple[Tensor, Tensor], context_mask: Tensor | None = None) -> Tensor:
        """Let every position of x attend to the real positions of its context.

        Args:
            x: [B, Tq, dim] in the parameters' dtype.
            context: [B, Tk, context_dim] in the same dtype; or the pair that cache(context) returned, which gives the
                same result without projecting the context again.
            context_mask: [B, Tk], boolean, True where the context is real and False where it is padding, which may
                stand anywhere. None: all of it is real. With a pair it means the same.

        Returns:
            [B, Tq, dim] in the parameters' dtype (float32, or float64 after .double()): out_proj of the heads' results
            joined in the order of the heads, where head h gives softmax(q_h k_h^T / sqrt(size)) v_h, the softmax over
            the real positions of the context. Where all of a text's context is padding, every head gives 0, and the
            result is out_proj's bias.

        Padding has a weight of exactly 0: whatever finite numbers stand there, the result is the same. x has no mask of
        its own. Scores of any size are taken, in the thousands as well: nothing overflows.
        Gradients flow to x, the context and all eight parameters when the context is given as such, and hold no nan
        (that of k_proj.bias is 0 but for rounding). There is no dropout.
        The arguments are left unmodified, those of the pair as well.

        Keys of 0 make each query take the mean of the values of the real context:

        >>> layer = CrossAttention(2, 3, 1)
        >>> for name, parameter in layer.named_parameters():
        ...     passes_on = name in ("v_proj.weight", "out_proj.weight")
        ...     _ = parameter.data.copy_(torch.eye(*parameter.shape) if passes_on else torch.zeros_like(parameter))
        >>> x, context = torch.ones(1, 1, 2), torch.tensor([[[1.0, 2.0, 9.0], [3.0, 8.0, 9.0], [7.0, 7.0, 9.0]]])
        >>> real = torch.tensor([[True, True, False]])
        >>> layer(x, context, real).tolist()
        [[[2.0, 5.0]]]
        >>> layer(x, layer.cache(context), real).tolist()
        [[[2.0, 5.0]]]
        """
        raise NotImplementedError("CrossAttention.forward")

    def cache(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """Return the keys and values of a context, cut into heads, for any number of calls of forward.

        Nothing is kept in the module: pairs of several contexts may be in use by turns.

        Args:
            context: [B, Tk, context_dim] in the parameters' dtype; left unmodified.

        Returns:
            (k, v), each [B, heads, Tk, size]: head h of k_proj's result and of v_proj's, biases included.
        """
        raise NotImplementedError("CrossAttention.cache")
