"""Attention in tiles, without the matrix of scores.

Interview question: How does FlashAttention give exact attention without ever holding all of its scores?

A softmax needs the maximum and the sum of its whole row, but both can be kept up to date while the row is read in
pieces: whenever a larger score turns up, what was added up before is scaled down to it. So a tile of queries goes
through the keys tile by tile, and never holds more than one tile of scores. The logarithm of each row's sum, which
comes for free, is all that a backward pass needs to compute any weight again.

Source: Dao 2023 (FlashAttention-2), section 3.1, arXiv:2307.08691.
Axes: Tq queries, Tk keys, D features of a query or key, V features of a value; "..." stands for any leading axes
(none, a batch, a batch of heads).
Not allowed: torch.nn.functional.scaled_dot_product_attention, torch._C._nn.scaled_dot_product_attention.
"""

import torch
from torch import Tensor


def flash_attention(q: Tensor, k: Tensor, v: Tensor, block: int = 64, causal: bool = False) -> tuple[Tensor, Tensor]:
    """Return softmax(q k^T / sqrt(D)) v and the logsumexp of each row of scores, computed in tiles.

    Args:
        q: [..., Tq, D], floating.
        k: [..., Tk, D] with q's leading axes and dtype.
        v: [..., Tk, V] with q's leading axes and dtype.
        block: queries of a tile, and keys of a tile. It need not divide Tq or Tk, and may be larger than both.
        causal: line the last query up with the last key, and let query i attend to key j only when j <= i + Tk - Tq.

    Returns:
        (output, logsumexp): output [..., Tq, V] in q's dtype; logsumexp [..., Tq] is the natural logarithm of the sum
        of exp(q k^T / sqrt(D)) over the keys that the query may attend to, in float32 (float64 for float64 arguments).
        A query that may attend to nothing (causal, and before the first key) has output 0 and logsumexp -inf. All is
        as the plain formula gives it, to 1e-5 in float32, whatever the block.

        float16 and bfloat16 arguments are widened tile by tile: scores, sums and output are float32 until the output is
        rounded at the end. Scores may be in the thousands, or larger than a float16 can hold.

    Raises:
        ValueError: block is less than 1; the message gives it.

    Memory grows with (Tq + Tk) * block, never with Tq * Tk. In float32, without leading axes, a call takes at most 64
    MB (64 * 2^20 bytes) beyond its arguments for Tq = Tk = 8,192, D = V = 8, block = 128 (all scores would take 256
    MB), and likewise for Tq = 64, Tk = 524,288, D = 2, V = 1, block = 4,096 (all scores: 128 MB).

    Tiles in which nothing may be attended to may be skipped or computed. Only the forward pass is asked for.
    The arguments are left unmodified.

    >>> q, k, v = torch.zeros(3, 4), torch.ones(3, 4), torch.tensor([[1.0], [3.0], [8.0]])
    >>> output, logsumexp = flash_attention(q, k, v, block=2)
    >>> output.tolist()
    [[4.0], [4.0], [4.0]]
    >>> output, logsumexp = flash_attention(q, k, v, block=2, causal=True)
    >>> output.tolist()
    [[1.0], [2.0], [4.0]]
    >>> logsumexp.exp().round(decimals=4).tolist()
    [1.0, 2.0, 3.0]
    """
    raise NotImplementedError("flash_attention")
