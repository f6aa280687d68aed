"""Cross-entropy, its gradient, and perplexity.

Interview question: Why is cross-entropy the loss of language modelling?

A language model gives each token of its vocabulary a probability. How likely it holds a text is the product of the
probabilities of the tokens that came, and the mean of their negative logarithms is the cross-entropy: the loss that is
least for the model that makes the text most likely. Its gradient with respect to the logits is as plain as can be, the
probabilities less the target, so that what is sure and wrong learns fast. exp of the loss is the perplexity: among how
many equally likely tokens the model is as unsure.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, sections 6.2.2.3 and 7.5.1; Szegedy et al. 2015,
section 7, arXiv:1512.00567, on label smoothing.
Axes: N positions, V classes (the tokens of the vocabulary).
"""

import numpy as np


def cross_entropy(
    logits: np.ndarray, targets: np.ndarray, ignore_index: int = -100, label_smoothing: float = 0.0
) -> tuple[float, np.ndarray]:
    """Return (loss, gradient of the loss with respect to the logits).

    A position counts unless its target is ignore_index. With p = softmax(logits[n]) and eps = label_smoothing, its loss
    is the sum over all V classes of -q log(p), in nats, where q is eps / V for every class and 1 - eps more for the
    target's. The loss is the mean over the positions that count.

    Args:
        logits: [N, V], float32 or float64, finite and within 1e5 of 0, contiguous or not; V is at least 1, N may be 0.
        targets: [N], int32 or int64, contiguous or not: each a class from 0 to V - 1, or ignore_index.
        ignore_index: the target of positions that do not count. It may be one of the V classes: then the positions with
            that target do not count.
        label_smoothing: from 0 to 1.

    Returns:
        A tuple of the loss, as a number (a Python float or a NumPy scalar), and its gradient, a new array [N, V] in the
        dtype of logits, with rows of 0 for positions that do not count. If no position counts, the loss is 0.0 and the
        gradient is all zeros.

    Raises:
        ValueError: a target is neither a class nor ignore_index; the message gives such a target, and V.

    Adding one number to all logits of a position changes nothing. A probability that is too small for a float has an
    ordinary logarithm: a target 1,000 below the only other class costs 1,000 nats.
    The arguments are left unmodified.

    >>> logits = np.array([[0.0, 0.0], [1000.0, 0.0], [5.0, 6.0]])
    >>> loss, grad = cross_entropy(logits, np.array([0, 1, -100]))  # two of the three positions count
    >>> round(float(loss), 6)  # (log(2) + 1000) / 2
    500.346574
    >>> grad[:2].tolist()
    [[-0.25, 0.25], [0.5, -0.5]]
    """
    raise NotImplementedError("cross_entropy")


def perplexity(loss: float) -> float:
    """Return e to the power of a mean loss in nats, in float64.

    Args:
        loss: a number, a NumPy scalar of either dtype included; it may be inf.

    Returns:
        A number: inf where it is beyond the range of float64 (for a loss above 709.78), without an error.

    >>> perplexity(0.0)
    1.0
    """
    raise NotImplementedError("perplexity")
