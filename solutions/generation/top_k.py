"""Top-k sampling.

Interview question: How do top-k and top-p sampling differ?

The tail of a vocabulary is long: tens of thousands of tokens of next to no probability each, which together are drawn
often enough to derail a text. Top-k cuts it off and draws from the k most probable tokens alone. k is the same however
flat or peaked the distribution is, which is what top-p mends.

An interviewer goes on: for which distributions is k = 40 far too many, and for which too few? Does the order of
temperature and top-k matter, and that of temperature and top-p? How would you find the k largest of 100,000 logits
without sorting them, and what becomes of ties then?
Read on: Holtzman et al. 2020 (arXiv:1904.09751), section 3, on what k does to a text; numpy.argpartition.

Source: Fan et al. 2018, section 5.3, arXiv:1805.04833.
Axes: V tokens of the vocabulary; "..." stands for any leading axes (none, a batch).
"""

import numpy as np


def top_k_filter(logits: np.ndarray, k: int) -> np.ndarray:
    """Return the logits with -inf in place of all but the k highest of each row.

    Of equal logits the one of the lower id is higher, so that exactly k tokens of a row are kept.

    Args:
        logits: [..., V], float32 or float64, contiguous or not; finite or -inf.
        k: at least 1. If it is V or more, every token is kept.

    Returns:
        A new array [..., V] in the dtype of logits, in the order of the vocabulary: the logit itself where the token is
        kept, -inf where it is not. Rows have nothing to do with each other.

    Raises:
        ValueError: k is below 1; the message gives it.

    logits is left unmodified.

    >>> top_k_filter(np.array([[1.0, 3.0, 2.0, 2.0], [0.0, 0.0, -1.0, 0.0]]), 2).tolist()
    [[-inf, 3.0, 2.0, -inf], [0.0, 0.0, -inf, -inf]]
    """
    if k < 1:
        raise ValueError(f"at least 1 token has to be kept, and not {k}")
    order = np.argsort(-logits, axis=-1, kind="stable")  # [..., V] ids, the highest first, equals by their ids
    kept = order[..., :k]  # [..., min(k, V)]
    result = np.full_like(logits, -np.inf)
    np.put_along_axis(result, kept, np.take_along_axis(logits, kept, axis=-1), axis=-1)
    return result


def sample_top_k(logits: np.ndarray, k: int, rng: np.random.Generator, temperature: float = 1.0) -> int:
    """Draw one of the k most probable tokens, each by its share of what they hold in softmax(logits / temperature).

    Args:
        logits: [V], as in top_k_filter, with a finite one.
        k: as in top_k_filter.
        rng: where all randomness comes from; in the same state it gives the same token.
        temperature: above 0.

    Returns:
        The token's id, an int from 0 to V - 1.

    Raises:
        ValueError: as in top_k_filter, or temperature is not above 0; the message gives the number.

    >>> sample_top_k(np.array([0.0, 5.0, 1.0]), 1, np.random.default_rng(0))
    1
    """
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, and not {temperature}")
    kept = top_k_filter(logits, k).astype(np.float64) / temperature
    weights = np.exp(kept - kept.max())
    return int(rng.choice(len(kept), p=weights / weights.sum()))
