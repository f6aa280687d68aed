"""No repeated n-grams.

Interview question: How is repetition held back?

The blunt remedy against loops: no run of n tokens may occur twice in a text. Before each step it is known which tokens
would complete a run that is there already, and those are made impossible.

Source: Paulus, Xiong and Socher 2017, section 2.5, arXiv:1705.04304.
Axes: T ids of the text so far, V tokens of the vocabulary.
"""

from collections.abc import Sequence

import numpy as np


def banned_tokens(ids: Sequence[int], n: int) -> set[int]:
    """Return the tokens that would complete an n-gram which is already in the text.

    The last n - 1 ids and the token to come make an n-gram. The token is banned if the same n ids stand next to each
    other somewhere in the text. With n = 1 every token of the text is banned, and a text of fewer than n ids bans none.
    The occurrence may overlap with the last n - 1 ids.

    Args:
        ids: the text so far, a list or tuple of T ids of any size, the prompt included; may be empty.
        n: at least 1.

    Returns:
        The banned ids, as a set of ints; empty if there are none.

    Raises:
        ValueError: n is below 1; the message gives it.

    The text is gone through once: ids are compared and hashed at most 10 * n * T times. ids is left unmodified.

    >>> sorted(banned_tokens([5, 1, 2, 5, 3, 7, 5], 2))  # 5 was followed by 1 and by 3
    [1, 3]
    >>> banned_tokens([4, 4, 4], 3)  # 4 4 4 is there
    {4}
    >>> banned_tokens([1, 2], 3)
    set()
    """
    raise NotImplementedError("banned_tokens")


def no_repeat_ngram(logits: np.ndarray, ids: Sequence[int], n: int) -> np.ndarray:
    """Return the logits with -inf in place of the banned tokens.

    If that would leave no token possible (every logit is banned or was -inf before), the logits come back as they were:
    a repetition is better than no text.

    Args:
        logits: [V], float32 or float64, contiguous or not; finite or -inf.
        ids: as in banned_tokens, here from 0 to V - 1.
        n: as in banned_tokens.

    Returns:
        A new array [V] in the dtype of logits.

    Raises:
        ValueError: as in banned_tokens.

    The arguments are left unmodified.

    >>> no_repeat_ngram(np.array([0.5, 1.0, 2.0]), [1, 2, 0, 1], 2).tolist()
    [0.5, 1.0, -inf]
    >>> no_repeat_ngram(np.array([0.5, 1.0, 2.0]), [1, 2, 0, 1], 1).tolist()
    [0.5, 1.0, 2.0]
    """
    raise NotImplementedError("no_repeat_ngram")
