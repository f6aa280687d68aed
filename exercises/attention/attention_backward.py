"""The backward pass of attention.

Interview question: What is the Jacobian's part in backpropagation through a transformer?

Each step of a backward pass multiplies a gradient by the Jacobian of one operation. It is hardly ever written down: a
row of Tk weights has a Jacobian of Tk * Tk entries, diag(a) - a a^T, but its product with a gradient takes only a sum
over the row and a few products. The two matrix products of attention give two products each on the way back.

Source: Dao et al. 2022, appendix B.2, arXiv:2205.14135.
Axes: Tq queries, Tk keys, D features of a query or key, V features of a value; "..." stands for any leading axes (none,
a batch, a batch of heads), the same for all arguments.
"""

from typing import Any

import numpy as np


def attention_forward(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, Any]:
    """Return softmax(q k^T / sqrt(D)) v, the softmax over the keys, and what the backward pass needs.

    Args:
        q: [..., Tq, D], float32 or float64; no size is 0.
        k: [..., Tk, D] in q's dtype.
        v: [..., Tk, V] in q's dtype.

    Returns:
        (out, cache): out [..., Tq, V] in q's dtype. The cache is yours to lay out: a tuple, list or dict of arrays and
        plain numbers, with no object of a class of your own in it. It may hold the arguments themselves.

    Scores may be in the thousands. The arguments are left unmodified.

    >>> out, cache = attention_forward(np.zeros((1, 2)), np.ones((2, 2)), np.array([[2.0], [6.0]]))
    >>> out.tolist()
    [[4.0]]
    """
    raise NotImplementedError("attention_forward")


def attention_backward(grad_out: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of sum(grad_out * out) with respect to q, k and v.

    Args:
        grad_out: [..., Tq, V] in the dtype of out.
        cache: what attention_forward returned with that out. Other forward passes may have come in between.

    Returns:
        (dq, dk, dv), each in the shape and dtype of q, k and v.

    The Jacobian of the softmax is never built, and nothing is larger than a few times the scores: for 2 times Tq = Tk =
    256 in float32 with D, V <= 8 a call takes at most 32 MB (32 * 2^20 bytes) beyond its arguments, where the Jacobians
    of all rows would take 128 MB. There is no loop over leading axes, queries or keys: the number of Python lines that
    the two functions run does not grow with them.

    grad_out and the cache are left unmodified, so that a second call gives the same.

    One query and two keys of equal score: half of grad_out reaches each value, and the query is drawn to the key whose
    value is the larger one.

    >>> q, k, v = np.zeros((1, 1)), np.array([[1.0], [3.0]]), np.array([[0.0], [8.0]])
    >>> out, cache = attention_forward(q, k, v)
    >>> [gradient.tolist() for gradient in attention_backward(np.ones((1, 1)), cache)]
    [[[4.0]], [[0.0], [0.0]], [[0.5], [0.5]]]
    """
    raise NotImplementedError("attention_backward")
