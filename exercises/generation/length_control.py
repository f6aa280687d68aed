"""Control of the length.

Interview question: How do LLMs generate synthetic text?

Each token adds a log-probability below 0 to a text, so that a search which compares sums likes texts short. Dividing by
a power of the length makes up for it. Where tokens are chosen one by one, length is steered through eos: it is made
impossible until the text is long enough, and ever more attractive from some length on.

Source: Wu et al. 2016, equation 14, arXiv:1609.08144; the other two are transformers' MinNewTokensLengthLogitsProcessor
and ExponentialDecayLengthPenalty.
Axes: V tokens of the vocabulary; "..." stands for any leading axes (none, a batch).
"""

import numpy as np


def length_score(log_prob: float, length: int, penalty: float, style: str) -> float:
    """Return the score by which a text is compared with texts of other lengths.

    The styles are

    - "power": log_prob / length ** penalty;
    - "gnmt": log_prob / ((5 + length) / 6) ** penalty, which is gentler on short texts;
    - "none": log_prob.

    Args:
        log_prob: of the whole text, at most 0; may be -inf.
        length: of the text in tokens, at least 1.
        penalty: at least 0. With 0 the score is log_prob; larger values favour long texts.
        style: one of the three.

    Returns:
        The score, a number.

    Raises:
        ValueError: style is none of the three, or length is below 1 in any style; the message gives it.

    >>> length_score(-6.0, 4, 0.5, "power")
    -3.0
    >>> length_score(-6.0, 7, 1.0, "gnmt")
    -3.0
    """
    raise NotImplementedError("length_score")


def min_length(logits: np.ndarray, length: int, minimum: int, eos_id: int) -> np.ndarray:
    """Return the logits of the next token, with -inf for eos as long as the text has fewer than `minimum` tokens.

    Args:
        logits: [..., V], float32 or float64, contiguous or not; finite or -inf.
        length: how many new tokens the text has so far, the one to come not counted; at least 0.
        minimum: how many it has to have before eos may come.
        eos_id: the token that ends a text, from 0 to V - 1.

    Returns:
        A new array [..., V] in the dtype of logits; from the minimum on the logits as they are.

    logits is left unmodified.

    >>> min_length(np.array([1.0, 2.0]), 2, 3, eos_id=1).tolist()
    [1.0, -inf]
    >>> min_length(np.array([1.0, 2.0]), 3, 3, eos_id=1).tolist()
    [1.0, 2.0]
    """
    raise NotImplementedError("min_length")


def exponential_decay(logits: np.ndarray, length: int, start: int, factor: float, eos_id: int) -> np.ndarray:
    """Return the logits of the next token, with that of eos raised exponentially once the text is longer than `start`.

    If length > start, the logit x of eos becomes x + |x| * (factor ** (length - start) - 1). A positive one is so
    multiplied by the power, and a negative one rises by as much as a positive one of its size. 0 stays 0 and -inf stays
    -inf. Otherwise, and for all other tokens, the logits are as they were.

    Args:
        logits: as in min_length.
        length: as in min_length.
        start: the length up to which nothing changes, at least 0.
        factor: at least 1; factor ** (length - start) is no larger than 1e30.
        eos_id: as in min_length.

    Returns:
        A new array [..., V] in the dtype of logits.

    Raises:
        ValueError: factor is below 1 (eos would fall), whatever the length; the message gives it.

    logits is left unmodified.

    >>> exponential_decay(np.array([[1.0, 2.0], [1.0, -2.0]]), 5, 3, 2.0, eos_id=1).tolist()
    [[1.0, 8.0], [1.0, 4.0]]
    """
    raise NotImplementedError("exponential_decay")
