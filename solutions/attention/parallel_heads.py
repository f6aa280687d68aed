"""All heads at once.

Interview question: What do transformers do for parallel computation?

Nothing in attention waits for anything else: all heads of all positions of all texts are the same few matrix products
on different slices. So the heads become one more batch axis, the three projections one product with a taller matrix,
and a device that is good at large products gets a handful of them, however many heads there are.

Source: Vaswani et al. 2017, section 3.2.2, arXiv:1706.03762; one fused projection as in Radford et al. 2019 (GPT-2).
Axes: B texts of a batch, T positions, D features, size = D // heads features of a head.
Not allowed: torch.nn.functional.scaled_dot_product_attention, torch._C._nn.scaled_dot_product_attention,
torch.nn.MultiheadAttention, torch.nn.functional.multi_head_attention_forward, torch._native_multi_head_attention.

An interviewer goes on: the work is the same as in a loop over heads, so what makes it faster? Which parts of a
transformer can not be run in parallel, in training and in generation? How are heads dealt out to several devices, and
which of the two weights is then cut by rows, which by columns?
Read on: Shoeybi et al. 2019, Megatron-LM, section 3 (arXiv:1909.08053).
"""

import math

import torch
from torch import Tensor


def parallel_attention(x: Tensor, w_qkv: Tensor, w_out: Tensor, heads: int, causal: bool = False) -> Tensor:
    """Return multi-head self-attention of x, without a loop over heads, texts or positions.

    Weights act as in torch.nn.Linear: a position's features f become f @ w.T, and there are no biases. Of the
    3 D rows of w_qkv the first D make the queries, the next D the keys, the last D the values; within each of these
    three, head h has the rows h * size to (h + 1) * size - 1.

    Args:
        x: [B, T, D], float32 or float64; no size is 0.
        w_qkv: [3 D, D] in x's dtype.
        w_out: [D, D] in x's dtype.
        heads: at least 1.
        causal: let a position attend to itself and to those before it only.

    Returns:
        [B, T, D] in x's dtype: the heads' results, joined in the order of the heads, times w_out.T, where head h gives
        softmax(q_h k_h^T / sqrt(size)) v_h. Scores may be in the thousands.

    Raises:
        ValueError: heads does not divide D; the message gives both numbers.

    Work is counted in the operations that torch dispatches (what torch.utils._python_dispatch.TorchDispatchMode sees):
    - their number does not grow with B, T, D or heads, once each of these and size is at least 2;
    - at most four of them are matrix products (aten.mm, bmm, addmm, baddbmm and the like): one projection for queries,
      keys and values together, the scores, the mix of the values, and w_out.

    Gradients flow to x, w_qkv and w_out. Any of them may be a view that is not contiguous; none is modified.

    Queries and keys of 0 make each position take the mean of the values that it may see:

    >>> w_qkv = torch.cat([torch.zeros(4, 2), torch.eye(2)])
    >>> x = torch.tensor([[[0.0, 4.0], [2.0, 8.0]]])
    >>> parallel_attention(x, w_qkv, torch.eye(2), heads=2).tolist()
    [[[1.0, 6.0], [1.0, 6.0]]]
    >>> parallel_attention(x, w_qkv, torch.eye(2), heads=2, causal=True).tolist()
    [[[0.0, 4.0], [1.0, 6.0]]]
    """
    dim = x.shape[-1]
    if dim % heads:
        raise ValueError(f"{dim} features cannot be dealt out evenly to {heads} heads")
    fused = (x @ w_qkv.T).unflatten(-1, (3, heads, -1))  # [B, T, 3, heads, size]
    q, k, v = fused.permute(2, 0, 3, 1, 4)  # each [B, heads, T, size]
    scores = q @ k.mT / math.sqrt(q.shape[-1])  # [B, heads, T, T]
    if causal:
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
        scores = scores.masked_fill(future, -math.inf)
    mixed = scores.softmax(dim=-1) @ v  # [B, heads, T, size]
    # A head's features lie side by side again only after the swap, and then they have to be copied to be one axis.
    return mixed.transpose(1, 2).flatten(2) @ w_out.T
