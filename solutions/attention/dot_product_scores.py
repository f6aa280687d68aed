"""Scores as dot products: their size, their spread and their cost.

Interview question: What does the dot product contribute to self-attention, and why is its cost quadratic?

The dot product measures how far two vectors point the same way, for all queries and keys in one matrix product, which
is what hardware does best. It adds up K terms, so its spread grows with K: without a scale, a wide head would start its
training with a softmax that picks a single key and passes hardly any gradient. And since every query meets every key,
there are T^2 scores for T positions: twice the text costs four times the work and four times the memory.

Source: Vaswani et al. 2017, section 3.2.1 with footnote 4, and table 1, arXiv:1706.03762.
Axes: Tq queries, Tk keys, T positions that are queries and keys at once, K features of a query or key (and, for the
cost, of a value); "..." stands for any leading axes (none, a batch, a batch of heads).

An interviewer goes on: why is the variance of a sum of K products K, and which assumptions does that need? Do they hold
once a model is trained? When do the projections cost more than the scores? What would additive attention cost instead?
Read on: Luong et al. 2015, which compares ways to score (arXiv:1508.04025); Henry et al. 2020, queries and keys brought
to unit length (arXiv:2010.04245).
"""

import math

import numpy as np


def dot_product_scores(q: np.ndarray, k: np.ndarray, scaled: bool = True) -> np.ndarray:
    """Return the dot product of every query with every key.

    Args:
        q: [..., Tq, K], float32 or float64, every size at least 1.
        k: [..., Tk, K] with q's leading axes and dtype.
        scaled: divide by sqrt(K).

    Returns:
        [..., Tq, Tk] in q's dtype: row i, column j holds q_i . k_j, over sqrt(K) if scaled.

    Raises:
        ValueError: q and k differ in K; the message gives both numbers.

    The arguments are left unmodified.

    >>> q = np.array([[1.0, 2.0, 0.0, 0.0]])
    >>> k = np.array([[4.0, 0.0, 0.0, 0.0], [0.0, -3.0, 0.0, 5.0]])
    >>> dot_product_scores(q, k).tolist()
    [[2.0, -3.0]]
    >>> dot_product_scores(q, k, scaled=False).tolist()
    [[4.0, -6.0]]
    """
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"a query of {q.shape[-1]} features has no dot product with a key of {k.shape[-1]}")
    scores = q @ k.swapaxes(-2, -1)  # [..., Tq, Tk]
    return scores / math.sqrt(q.shape[-1]) if scaled else scores


def score_variance(K: int, scaled: bool) -> float:
    """Return the variance of a score whose query and key have K independent features of mean 0 and variance 1.

    This is the number that theory gives, not a measurement: it is the same whenever it is asked for. What
    dot_product_scores gives for many drawn queries and keys comes near it.

    Args:
        K: at least 1.
        scaled: whether the score is divided by sqrt(K).

    >>> score_variance(64, scaled=True)
    1.0
    """
    return 1.0 if scaled else float(K)


def attention_cost(T: int, K: int) -> tuple[int, int]:
    """Return what one head of self-attention over T positions costs, beside its projections.

    Args:
        T: positions, each of them a query, a key and a value; at least 1.
        K: features of a query, of a key and of a value; at least 1.

    Returns:
        (multiply_adds, score_bytes), both int and exact, however large.
        multiply_adds: the multiplications, each with its addition counted as one, of both matrix products: all scores
        of queries and keys, and the mix of the values by their [T, T] weights. The softmax and the scale are not
        counted, and no query is spared a key by a causal mask.
        score_bytes: what all scores take at once in float32, 4 bytes each.

    Two positions of 3 features: 4 scores of 3 products, and 2 * 3 results of 2 products.

    >>> attention_cost(2, 3)
    (24, 16)
    """
    return 2 * T * T * K, 4 * T * T
