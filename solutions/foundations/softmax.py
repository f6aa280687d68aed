"""Softmax and its logarithm.

Interview question: How is softmax used in attention?

It turns scores of any size into shares: positive, adding up to 1, in the order of the scores. Attention takes them as
the weights of a query's keys, and a language model as the probabilities of its next token. Written down as the formula
stands it fails at once: exp(90) is beyond float32. But only differences of scores matter, so the largest of those that
compete may be subtracted first, and then exp never sees a positive number.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, section 4.1.

An interviewer goes on: which derivative does softmax have, and why does it vanish when one score is far above the rest?
What does a temperature do to the shares? Why does a cross-entropy loss take logits instead of probabilities?
Read on: Blanchard, Higham and Higham 2021, Accurately computing the log-sum-exp and softmax functions; Milakov and
Gimelshein 2018, arXiv:1805.02867, which finds maximum and sum in one pass, the seed of FlashAttention.
"""

import numpy as np


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return exp(x) divided by the sum of exp(x) along `axis`.

    A slice is what lies along `axis` when all other indices are held: its entries compete with each other and with
    nothing else, however large the entries of other slices are.

    Args:
        x: float32 or float64, of any rank from 1 up, contiguous or not, with at least one entry along `axis`. Entries
            are finite and within 1e5 of 0, or -inf, which gets the share 0; every slice has at least one finite entry.
            (What a slice of nothing but -inf gives is not looked at.)
        axis: the axis whose entries compete; a negative one counts from the end.

    Returns:
        A new array of x's shape and dtype. In every slice the entries are at least 0 and add up to 1.

    Adding one number to all entries of a slice changes nothing: the result is as accurate for entries near 65,536 as
    for the same entries near 0, as long as x itself holds their differences exactly.
    x is left unmodified.

    >>> softmax(np.array([[0.0, 0.0, -np.inf], [1e4, -1e4, 1e4]])).tolist()
    [[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]
    >>> softmax(np.array([[7.0, 7.0], [7.0, -np.inf]]), axis=0).tolist()
    [[0.5, 1.0], [0.5, 0.0]]
    """
    weights = np.exp(_below_maximum(x, axis))
    return weights / weights.sum(axis=axis, keepdims=True)


def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the natural logarithm of softmax(x, axis), also where the share itself is too small for a float.

    An entry that lies 1,000 below the only other one has the share exp(-1000), which no float holds. Its logarithm is
    simply -1000.

    Args:
        x, axis: as in softmax.

    Returns:
        A new array of x's shape and dtype: finite where x is finite, -inf where x is -inf.

    What softmax says of adding one number to all entries of a slice holds here too: x - (maximum + log of the sum) is
    not accurate enough for large entries, for the sum in brackets is rounded to their size.
    x is left unmodified.

    >>> log_softmax(np.array([0.0, -1000.0, -np.inf])).tolist()
    [0.0, -1000.0, -inf]
    """
    shifted = _below_maximum(x, axis)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _below_maximum(x: np.ndarray, axis: int) -> np.ndarray:
    """Return x less the maximum of each slice, so that its exponentials add up to between 1 and their number."""
    return x - x.max(axis=axis, keepdims=True)
