"""Dropout, forward and backward.

Interview question: What is overfitting and how is it held back?

In training, dropout sets each activation to 0 with probability p, anew for each pass, so that no unit can rely on a
certain other one being there. What is left is divided by 1 - p, which keeps the mean of each activation where it was
("inverted" dropout). So nothing has to be done when the model is used.

Source: Srivastava et al. 2014, Dropout, JMLR 15:1929-1958, sections 4 and 10.

An interviewer goes on: of which ensemble is the network without dropout an average, and when is it exactly that? Why do
large language models train with little dropout or none? What breaks when dropout stands before a batch norm? How does
recomputing activations in the backward pass get the same mask again?
Read on: Gal and Ghahramani 2016, arXiv:1506.02142, on dropout kept for estimates of doubt; Huang et al. 2016,
arXiv:1603.09382, which drops whole layers.
"""

import numpy as np


def dropout(x: np.ndarray, p: float, rng: np.random.Generator, training: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return (y, mask): x with each entry dropped with probability p and the others divided by 1 - p, and which stay.

    Args:
        x: float32 or float64, finite, of any rank from 1 up, contiguous or not.
        p: the probability that an entry is dropped, from 0 to 1.
        rng: the only source of randomness; each entry has a draw of its own, independent of all others. Another call
            with the same generator gives another mask, and one with a generator in the same state the same again.
        training: False when the model is used; then nothing is dropped and nothing is divided.

    Returns:
        A tuple of two new arrays in x's shape. y, in x's dtype, is x / (1 - p) where mask is True, else 0; in use it is
        x. mask, of bools, is True for what was kept. For p = 0 and in use it is True all over and y is x; for p = 1 it
        is False all over and y is zeros.

    Raises:
        ValueError: p is not from 0 to 1, in training or in use (nan is not from 0 to 1 either); the message gives p.

    x is left unmodified.

    >>> y, mask = dropout(np.array([1.0, 2.0, 3.0]), 0.5, np.random.default_rng(0))
    >>> bool((y == np.where(mask, [2.0, 4.0, 6.0], 0.0)).all())
    True
    >>> dropout(np.array([1.0, 2.0]), 0.5, np.random.default_rng(0), training=False)[0].tolist()
    [1.0, 2.0]
    """
    if not 0 <= p <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {p}")
    if not training:
        return x.copy(), np.ones(x.shape, dtype=bool)
    mask = rng.random(x.shape) >= p  # draws are from 0 up and below 1: all stay for p = 0, none for p = 1
    return _kept(x, mask, p), mask


def dropout_backward(grad: np.ndarray, mask: np.ndarray, p: float) -> np.ndarray:
    """Return the gradient with respect to x of a training pass, given the gradient with respect to its y.

    Args:
        grad: of x's shape, float32 or float64, finite, contiguous or not.
        mask: bools, that of the pass, contiguous or not; nothing is drawn again.
        p: that of the pass, from 0 to 1; for p = 1 mask is False all over.

    Returns:
        A new array of grad's shape and dtype: grad / (1 - p) where mask is True, else 0.

    The arguments are left unmodified.

    >>> dropout_backward(np.array([1.0, 2.0, 3.0]), np.array([True, False, True]), 0.75).tolist()
    [4.0, 0.0, 12.0]
    """
    return _kept(grad, mask, p)  # y is linear in x, so the way back is the way forward


def _kept(values: np.ndarray, mask: np.ndarray, p: float) -> np.ndarray:
    """Return values / (1 - p) where the mask is True, else 0; where nothing is kept, nothing is divided."""
    return np.divide(values, 1 - p, out=np.zeros_like(values), where=mask)
