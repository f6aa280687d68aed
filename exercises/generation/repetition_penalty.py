"""Repetition, frequency and presence penalties.

Interview question: How is repetition held back?

A model that has begun to repeat itself finds the repetition ever more probable. The simplest remedies lower the logits
of tokens that are already there: CTRL's penalty scales them, OpenAI's subtract an amount that is the same once a token
has come (presence) or grows each time it comes (frequency).

Source: Keskar et al. 2019, section 4.1, arXiv:1909.05858, with the case of negative logits that its formula leaves out;
OpenAI's API reference on frequency and presence penalties.
V is the size of the vocabulary.
"""

from collections.abc import Sequence

import numpy as np


def penalise_repeats(logits: np.ndarray, previous_ids: Sequence[int] | np.ndarray, penalty: float = 1.2) -> np.ndarray:
    """Return the logits with those of tokens that have come before made smaller by a factor.

    Of a token in previous_ids a logit above 0 is divided by the penalty, and one below 0 multiplied by it, so that both
    fall when the penalty is above 1; a logit of 0 stays 0. It happens once, however often the token has come. All other
    logits stay as they are.

    Args:
        logits: [V], float32 or float64, contiguous or not; finite or -inf (which stays -inf).
        previous_ids: ids from 0 to V - 1 in any order, as a list, a tuple or an integer array; may be empty.
        penalty: above 0. With 1 nothing changes; below 1 repetition is rewarded.

    Returns:
        A new array [V] in the dtype of logits.

    Raises:
        ValueError: penalty is not above 0; the message gives it.

    The arguments are left unmodified.

    >>> penalise_repeats(np.array([3.0, -1.0, 3.0, 0.0]), [0, 1, 0, 3], penalty=2.0).tolist()
    [1.5, -2.0, 3.0, 0.0]
    """
    raise NotImplementedError("penalise_repeats")


def frequency_presence(
    logits: np.ndarray, previous_ids: Sequence[int] | np.ndarray, frequency: float, presence: float
) -> np.ndarray:
    """Return the logits with those of tokens that have come before made smaller by an amount.

    A token that comes c >= 1 times in previous_ids loses c * frequency + presence; the others lose nothing.

    Args:
        logits: as in penalise_repeats.
        previous_ids: as in penalise_repeats.
        frequency: what each occurrence costs; finite, below 0 to reward it.
        presence: what having come at all costs; finite, below 0 to reward it.

    Returns:
        A new array [V] in the dtype of logits.

    The arguments are left unmodified.

    >>> frequency_presence(np.array([3.0, -1.0, 3.0, 0.0]), [0, 1, 0], frequency=0.5, presence=0.25).tolist()
    [1.75, -1.75, 3.0, 0.0]
    """
    raise NotImplementedError("frequency_presence")
