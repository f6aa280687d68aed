"""Scaled dot-product attention.

Interview questions: How are attention scores computed? Explain the attention mechanism.

A query is compared with every key by a dot product, and the softmax of these scores says how much it takes of each
key's value. The dot product of K independent features of variance 1 has variance K; dividing it by sqrt(K) brings that
back to 1, so that the softmax does not saturate and starve its gradients.

Source: Vaswani et al. 2017, section 3.2.1, arXiv:1706.03762.
Axes: Tq queries, Tk keys, K features of a query or key, V features of a value; "..." stands for any leading axes
(none, a batch, a batch of heads).
Not allowed: torch.nn.functional.scaled_dot_product_attention, torch._C._nn.scaled_dot_product_attention.

An interviewer goes on: why is a forbidden score set to -inf before the softmax, and not its weight to 0 after it? What
do T queries and T keys cost in time and memory? Why does a decoder's mask line up at the bottom right once keys are
cached?
Read on: FlashAttention computes the same without holding the weights (arXiv:2205.14135); torch's documentation of
scaled_dot_product_attention, whose is_causal lines up at the top left instead.
"""

import math

import torch
from torch import Tensor


def scaled_dot_product(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    """Return what each query takes from the values, and the weights by which it takes.

    Args:
        q: [..., Tq, K], floating.
        k: [..., Tk, K] with q's leading axes and dtype.
        v: [..., Tk, V] with q's leading axes and dtype.
        mask: broadcastable to [..., Tq, Tk]. Boolean: True where the query may attend to the key. Floating (q's dtype
            or float32): added to the scaled scores; -inf forbids. None: every query may attend to every key.
        causal: line the last query up with the last key, and let query i attend to key j only when j <= i + Tk - Tq.
            A mask given as well forbids in addition.

    Returns:
        (output, weights), both in q's dtype: weights [..., Tq, Tk] is the softmax over the allowed keys of
        q k^T / sqrt(K) (+ mask), exactly 0 at forbidden keys; output [..., Tq, V] is weights v. A query that may attend
        to nothing (all of its keys forbidden, or causal and before the first key) has weights 0 and output 0.

        float16 and bfloat16 arguments are widened first: scores and softmax are float32, and only what is returned is
        rounded. The product of two float16 vectors may be larger than a float16 can hold, and is no error.

    Raises:
        ValueError: q and k differ in K, or k and v differ in Tk; the message gives both numbers.

    Gradients flow to q, k and v, and hold no nan, even where a query may attend to nothing.
    The arguments are left unmodified.

    >>> q, k, v = torch.zeros(2, 4), torch.ones(2, 4), torch.tensor([[1.0], [3.0]])
    >>> output, weights = scaled_dot_product(q, k, v, causal=True)
    >>> weights.tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    >>> output.tolist()
    [[1.0], [2.0]]
    >>> only_the_last = torch.tensor([[False, False], [False, True]])
    >>> scaled_dot_product(q, k, v, mask=only_the_last)[0].tolist()
    [[0.0], [3.0]]
    """
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"a query of {q.shape[-1]} features has no dot product with a key of {k.shape[-1]}")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"{k.shape[-2]} keys cannot stand for {v.shape[-2]} values")
    wide = torch.promote_types(q.dtype, torch.float32)
    q, k, v, narrow = q.to(wide), k.to(wide), v.to(wide), q.dtype
    scores = q @ k.mT / math.sqrt(k.shape[-1])  # [..., Tq, Tk]
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    if causal:
        past = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).tril(k.shape[-2] - q.shape[-2])
        scores = scores.masked_fill(~past, -math.inf)
    # The softmax of a row of -inf is nan, and so is its gradient: such rows are filled before it and emptied after.
    empty = (scores == -math.inf).all(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(empty, 0.0), dim=-1).masked_fill(empty, 0.0)
    return (weights @ v).to(narrow), weights.to(narrow)
