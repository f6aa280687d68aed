"""Softmax over the places that a mask keeps.

Interview question: How is softmax used in attention?

Attention turns a query's scores into shares by a softmax, but some keys are not to be seen: padding, or the future.
They have to be out of the race before the shares are dealt out. To empty their places afterwards leaves shares that no
longer add up to 1; to lower their scores by some large number works until the real scores are as low. And when nobody
is left in the race, the formula says 0 / 0, where what is meant is nothing.

Source: Vaswani et al. 2017, section 3.2.3, arXiv:1706.03762.
"""

import numpy as np


def masked_softmax(scores: np.ndarray, mask: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the softmax along `axis` over those places alone where the mask is True, and 0 at all others.

    A slice is what lies along `axis` when all other indices are held: its kept places compete with each other and with
    nothing else.

    Args:
        scores: float32 or float64, of any rank from 1 up, contiguous or not, with at least one place along `axis`. Kept
            ones are finite and within 1e30 of 0, or -inf, which gets the share 0. What stands at the other places makes
            no difference, be it far larger, infinite or nan.
        mask: boolean, True = keep; broadcastable to the shape of `scores` by NumPy's rules, [4] or [3, 1] for scores
            [2, 3, 4], say.
        axis: the axis whose places compete, of `scores`; a negative one counts from the end.

    Returns:
        A new array of the shape and dtype of `scores`: exp(score) over the sum of exp(score) of the kept places of its
        slice; exactly 0 where the mask is False. A slice with nothing to keep, or with nothing but -inf at its kept
        places, is all 0.

    The result is the same as if the kept places of each slice had been picked out and softmax taken of them, whatever
    the size of the scores: neither large nor very negative ones overflow, underflow or give nan.
    The arguments are left unmodified.

    >>> scores = np.array([[5.0, 5.0, 9.0], [-1e12, 0.0, -1e12], [1.0, 2.0, 3.0]])
    >>> mask = np.array([[True, True, False], [True, False, True], [False, False, False]])
    >>> masked_softmax(scores, mask).tolist()
    [[0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]
    >>> masked_softmax(np.array([[7.0, 7.0], [7.0, 8.0]]), np.array([True, False]), axis=0).tolist()
    [[0.5, 0.0], [0.5, 0.0]]
    """
    raise NotImplementedError("masked_softmax")
