"""Greedy decoding.

Interview question: How does beam search improve on greedy decoding?

A language model does one thing: it gives the probabilities of the next token after a prefix. Text comes of it by a loop
that chooses a token, appends it, and asks again. Greedy decoding always chooses the most probable one. It needs one
call a token and no luck, but a step that looks best now may lead where everything that follows is improbable.

Source: Jurafsky and Martin, Speech and Language Processing, 3rd edition (draft), the section on greedy decoding.
V is the size of the vocabulary.
"""

from collections.abc import Callable, Sequence

import numpy as np


def generate(
    next_log_probs: Callable[[tuple[int, ...]], np.ndarray],
    prompt: Sequence[int],
    max_new_tokens: int,
    eos_id: int | None = None,
    stop: Sequence[Sequence[int]] = (),
) -> list[int]:
    """Continue the prompt by the most probable next token, again and again.

    A step asks the model once and chooses the token of the highest log-probability, of equals the one of the lowest id.
    Then:

    - if it is eos_id, generation ends, and eos_id does not belong to the result;
    - otherwise it joins the new ids. If they now end with one of the stop sequences, generation ends, and the sequence
      is cut off; if they end with several, the longest of them is. A stop sequence lies wholly among the new ids: one
      that would begin in the prompt does not count;
    - generation also ends when there are max_new_tokens new ids; nothing is cut off then.

    Args:
        next_log_probs: the model; called with the ids of the prompt and all new ones as one tuple, it returns a float
            array [V] of the log-probabilities of the next token, -inf for impossible ones (not for all).
        prompt: ids from 0 to V - 1; may be empty. An eos_id or a stop sequence within it means nothing.
        max_new_tokens: at least 0.
        eos_id: the token that ends a text; with None no token does.
        stop: sequences of at least one id, each a list or a tuple.

    Returns:
        The new ids as a list of ints, without the prompt, eos_id and the stop sequence. It may be empty.

    Raises:
        ValueError: max_new_tokens is below 0 (the message gives it), or a stop sequence is empty. The model is not
            called then.

    The model is called exactly once for each token that is chosen, those that do not belong to the result included, so
    with max_new_tokens = 0 never. The arguments are left unmodified.

    >>> def model(prefix):  # the next token is most probably one more, of four
    ...     return np.log(np.roll([0.7, 0.1, 0.1, 0.1], (prefix[-1] + 1) % 4))
    >>> generate(model, [0], 6)
    [1, 2, 3, 0, 1, 2]
    >>> generate(model, [0], 6, eos_id=3)
    [1, 2]
    >>> generate(model, [0], 6, stop=[[0, 1], [3, 0, 1]])
    [1, 2]
    """
    raise NotImplementedError("generate")
