"""Self-attention for one sequence.

Interview question: How does the attention mechanism work in a transformer?

Every position asks a question (its query), offers a label (its key) and has something to say (its value); all three are
projections of its own vector. A position's result is a mix of everybody's values, and how much of each goes into it is
the softmax of how well its query fits the keys. The weights are computed from the content, position by position; the
three matrices are all that is learnt, and nothing here knows in which order the positions stand.

Source: Vaswani et al. 2017, section 3.2.1, arXiv:1706.03762.
Axes: T positions, D features of a position, K features of a query or key, V features of a value.
"""

import numpy as np


def self_attention(x: np.ndarray, w_q: np.ndarray, w_k: np.ndarray, w_v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let every position of x attend to every position of x, itself included.

    Args:
        x: [T, D], float32 or float64, T >= 1.
        w_q, w_k: [D, K] in x's dtype: x w_q are the queries, x w_k the keys.
        w_v: [D, V] in x's dtype: x w_v are the values. D, K and V may differ.

    Returns:
        (output, weights), both in x's dtype. weights [T, T]: row i holds the shares that position i takes of each
        position's value, the softmax over j of (query i . key j) / sqrt(K). No share is negative, and each row adds up
        to 1. output [T, V]: row i is the sum over j of weights[i, j] times value j, so that each of its features lies
        between the smallest and the largest of the values there.

    The scores (query i . key j) / sqrt(K) may be large, up to 1e5 either way, and rows may lie far from each other:
    nothing overflows, and nothing is divided by 0.
    Permuting the rows of x permutes the rows of the output alike (and the rows and columns of the weights).
    The arguments are left unmodified.

    A query of 0 fits every key equally well, so that position takes the mean of the values:

    >>> x = np.array([[0.0, 2.0], [0.0, 6.0]])
    >>> first, both = np.array([[1.0], [0.0]]), np.eye(2)
    >>> output, weights = self_attention(x, first, first, both)
    >>> weights.tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    >>> output.tolist()
    [[0.0, 4.0], [0.0, 4.0]]
    """
    raise NotImplementedError("self_attention")
