"""The gradient of an embedding table.

Interview question: How are gradients of embeddings computed?

Looking a token up copies a row of the table. So the table's gradient has, in each row, the sum of the gradients that
arrived at the places where that row was copied to: a token that occurs five times gets five terms, and one that does
not occur gets 0. It is what multiplying by a one-hot matrix gives in the backward pass, without the matrix.

Source: Bengio et al. 2003, A neural probabilistic language model, JMLR 3:1137-1155, section 3.2 (the rows of the words
that were read are updated, each by the gradient at its place).
Axes: V tokens of the vocabulary, D features of a token; "..." stands for the axes of the ids (a text, or a batch).
"""

import numpy as np


def embedding_gradient(
    ids: np.ndarray, grad_output: np.ndarray, vocab_size: int, padding_idx: int | None = None
) -> np.ndarray:
    """Return the gradient of a loss with respect to the table, given its gradient with respect to table[ids].

    Args:
        ids: [...] integers from 0 to vocab_size - 1, of any rank from 1 up, contiguous or not. There may be none (an
            axis of size 0).
        grad_output: [..., D], float32 or float64, with the leading axes of ids.
        vocab_size: V, at least 1.
        padding_idx: None, or the id of the padding token, from 0 to vocab_size - 1. That row is not learnt: its
            gradient is 0, whatever arrives at it.

    Returns:
        [V, D] in grad_output's dtype: row i is the sum of grad_output[p] over all positions p with ids[p] == i.

    Raises:
        IndexError: an id is negative or not below vocab_size; the message gives such an id and vocab_size.

    There is no Python loop over tokens: for the same vocabulary and D, the number of Python lines that run does not
    grow with the number of tokens.
    The arguments are left unmodified.

    >>> ids = np.array([2, 0, 2])
    >>> grad_output = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    >>> embedding_gradient(ids, grad_output, vocab_size=4).tolist()
    [[2.0, 20.0], [0.0, 0.0], [5.0, 50.0], [0.0, 0.0]]
    >>> embedding_gradient(ids, grad_output, vocab_size=4, padding_idx=0).tolist()
    [[0.0, 0.0], [0.0, 0.0], [5.0, 50.0], [0.0, 0.0]]
    """
    raise NotImplementedError("embedding_gradient")
