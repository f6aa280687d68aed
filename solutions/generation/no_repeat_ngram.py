"""No repeated n-grams.

Interview question: How is repetition held back?

The blunt remedy against loops: no run of n tokens may occur twice in a text. Before each step it is known which tokens
would complete a run that is there already, and those are made impossible.

An interviewer goes on: which names and phrases does n = 2 forbid that a text has to repeat? Why is the prompt usually
counted in, and when should it not be? How would you keep the bans up to date at constant cost a token, and for each
hypothesis of a beam?
Read on: Holtzman et al. 2020 (arXiv:1904.09751) on why greedy text repeats itself at all; transformers'
NoRepeatNGramLogitsProcessor.

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
    if n < 1:
        raise ValueError(f"an n-gram has at least 1 token, and not {n}")
    before = len(ids) - (n - 1)  # how many ids stand before the last n - 1
    prefix = ids[max(before, 0) :]
    return {ids[at + n - 1] for at in range(before) if ids[at : at + n - 1] == prefix}


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
    result = logits.copy()
    result[list(banned_tokens(ids, n))] = -np.inf
    return result if np.isfinite(result).any() else logits.copy()
