"""The Jacobian of softmax, and its product with a vector.

Interview question: What is the Jacobian's part in backpropagation through a transformer?

A layer with n inputs and n outputs has n * n derivatives. Backpropagation wants them only for one product, of the
gradient that arrives with the whole matrix, and for most layers that product is had without the matrix. Softmax is the
layer where both can be written down: every share depends on every score, and yet the product takes two sums.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, sections 4.3 and 6.5.2; Dao et al. 2022, appendix B.2,
arXiv:2205.14135, which uses the product in the backward pass of attention.
Axes: n scores; "..." stands for any leading axes, such as texts, heads and queries.
"""

import numpy as np


def softmax_jacobian(x: np.ndarray) -> np.ndarray:
    """Return all derivatives of s = softmax(x): entry [i, j] is that of s[i] with respect to x[j].

    Args:
        x: [n], float32 or float64, n >= 1, contiguous or not. Entries are finite and within 1e5 of 0, or -inf, which
            gets the share 0; at least one is finite.

    Returns:
        [n, n] in x's dtype: diag(s) - s s^T. Up to rounding each row adds up to 0. No entry is nan.

    x is left unmodified.

    >>> softmax_jacobian(np.array([4.0, 4.0])).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    raise NotImplementedError("softmax_jacobian")


def softmax_vjp(x: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Return the gradient with respect to x, given the gradient g with respect to softmax(x) along the last axis.

    Along that axis it is g^T J, where J is the Jacobian of the slice; each slice is for itself. J is never built: for
    one slice of n = 50,000 in float64, of which J has 20 GB, the call takes less than 16 MB of memory.

    Args:
        x: [..., n], of any rank from 1 up; otherwise as in softmax_jacobian, for each slice along the last axis.
        g: of x's shape and dtype, finite, contiguous or not.

    Returns:
        A new array of x's shape and dtype.

    The arguments are left unmodified.

    >>> softmax_vjp(np.array([[4.0, 4.0], [0.0, -np.inf]]), np.array([[8.0, 0.0], [3.0, 5.0]])).tolist()
    [[2.0, -2.0], [0.0, 0.0]]
    """
    raise NotImplementedError("softmax_vjp")
