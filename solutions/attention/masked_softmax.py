"""Softmax over the places that a mask keeps.

Interview question: How is softmax used in attention?

Attention turns a query's scores into shares by a softmax, but some keys are not to be seen: padding, or the future.
They have to be out of the race before the shares are dealt out. To empty their places afterwards leaves shares that no
longer add up to 1; to lower their scores by some large number works until the real scores are as low. And when nobody
is left in the race, the formula says 0 / 0, where what is meant is nothing.

Source: Vaswani et al. 2017, section 3.2.3, arXiv:1706.03762.

An interviewer goes on: which number would you add in float16 in place of minus infinity, and what goes wrong with it?
Where do rows with nothing to keep come from in a batch? What is the gradient at a place that is masked, and how does
nan get into it? Why is it nevertheless common to add -1e9?
Read on: Lee et al. 2019, attention on sets of different sizes (arXiv:1810.00825); Martins and Astudillo 2016, a softmax
that gives exact zeros without a mask (arXiv:1602.02068).
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
    kept = np.where(mask, scores, -np.inf)
    highest = kept.max(axis=axis, keepdims=True)
    # Where nothing is kept the maximum is -inf, and -inf minus -inf is nan: subtract 0 there.
    shares = np.exp(kept - np.where(highest == -np.inf, 0, highest))
    total = shares.sum(axis=axis, keepdims=True)
    return shares / np.where(total == 0, 1, total)
