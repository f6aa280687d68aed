"""Top-k sampling.

Interview question: How do top-k and top-p sampling differ?

The tail of a vocabulary is long: tens of thousands of tokens of next to no probability each, which together are drawn
often enough to derail a text. Top-k cuts it off and draws from the k most probable tokens alone. k is the same however
flat or peaked the distribution is, which is what top-p mends.

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
    raise NotImplementedError("top_k_filter")


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
    raise NotImplementedError("sample_top_k")
