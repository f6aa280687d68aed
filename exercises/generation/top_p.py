"""Nucleus (top-p) sampling.

Interview question: How do top-k and top-p sampling differ?

Sampling from the whole vocabulary picks nonsense now and then: its tail is long, and each of its tokens is a bad one.
Top-k cuts the tail at a fixed number of tokens, however flat or peaked the distribution is. The nucleus is the smallest
set of the most probable tokens that holds at least the share p of the probability, so that it is narrow where the model
is sure and wide where it is not.

Source: Holtzman et al. 2020, section 3.1, arXiv:1904.09751.
Axes: V tokens of the vocabulary; "..." stands for any leading axes (none, a batch).
"""

import numpy as np


def top_p_filter(logits: np.ndarray, p: float, min_keep: int = 1) -> np.ndarray:
    """Return the logits with -inf in place of every token outside the nucleus of its row.

    The tokens of a row are taken from the most probable down, of equals the one of the lower id first, until the
    probabilities (the softmax over V) of those taken add up to at least p. The token that crosses p is taken too, so at
    least one always is. If fewer than min_keep are taken by then, taking goes on until there are min_keep.

    Args:
        logits: [..., V], float32 or float64, contiguous or not; finite or -inf, with a finite one in every row.
        p: above 0, at most 1. With p = 1 every token stays as it is.
        min_keep: how many tokens of a row stay at the least, from 1 to V.

    Returns:
        A new array [..., V] in the dtype of logits, in the order of the vocabulary: the logit itself where the token is
        taken, -inf where it is not. Rows have nothing to do with each other.

    Raises:
        ValueError: p is not in (0, 1], or min_keep is not in [1, V]; the message gives the number.

    logits is left unmodified. No sum of probabilities comes closer to p than 1e-5 in what is checked, so that rounding
    decides nothing.

    >>> logits = np.log(np.array([0.25, 0.4, 0.05, 0.3]))
    >>> np.isfinite(top_p_filter(logits, 0.6)).tolist()
    [False, True, False, True]
    >>> np.isfinite(top_p_filter(logits, 0.6, min_keep=3)).tolist()
    [True, True, False, True]
    """
    raise NotImplementedError("top_p_filter")


def sample_top_p(logits: np.ndarray, p: float, rng: np.random.Generator, temperature: float = 1.0) -> int:
    """Draw a token from the nucleus of softmax(logits / temperature), each by its share of what the nucleus holds.

    Args:
        logits: [V], as in top_p_filter.
        p: as in top_p_filter, of the probabilities at this temperature.
        rng: where all randomness comes from; in the same state it gives the same token.
        temperature: above 0.

    Returns:
        The token's id, an int from 0 to V - 1.

    Raises:
        ValueError: as in top_p_filter, or temperature is not above 0; the message gives the number.

    >>> sample_top_p(np.array([0.0, 5.0, 1.0]), 0.5, np.random.default_rng(0))
    1
    """
    raise NotImplementedError("sample_top_p")
