"""New tokens for a trained model.

Interview question: Is expanding the vocabulary worth it?

A tokenizer that was learned on English cuts Chinese, code or medicine into many small pieces. New tokens make such
texts shorter, and each of them needs a row in the embedding and one in the output head. Random rows take long training
to be of use. The mean of the rows of the pieces that the old tokenizer cut the token into is a better start: it lies
where the model is used to find that text.

Source: Gee et al. 2022, Fast Vocabulary Transfer, arXiv:2402.09977 (the mean of the pieces); Cui et al. 2023,
arXiv:2304.08177 (new rows behind the old ones, which stay as they are).
Axes: V tokens of the old vocabulary, N new tokens, D features of a token.

An interviewer goes on: how many tokens does a page take before and after, and how much training does it cost to get
there? How large do embedding and head become beside the rest of a small model? Why does a new token steal probability
from its pieces as soon as it exists? Would you train the new rows alone at first? What happens to texts that the old
tokenizer cut otherwise: caches, fine-tuned adapters, a draft model for speculative decoding?
Read on: Dobler and de Melo 2023, FOCUS (arXiv:2305.14481); Minixhofer et al. 2022, WECHSEL (arXiv:2112.06598); Tao et
al. 2024, on how large vocabularies should be (arXiv:2407.13623).
"""

import torch
from torch import Tensor


def expand_vocabulary(embedding: Tensor, head: Tensor, new_tokens: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Return the two tables with a row more for each new token.

    Args:
        embedding: [V, D], float16, bfloat16, float32 or float64, contiguous or not. It may require gradients.
        head: [V, D] likewise, the rows by which hidden states are multiplied to give the logits. Either the very same
            tensor as embedding (a tied pair: head is embedding), or another one, which may hold equal values, or be of
            another dtype.
        new_tokens: N lists, perhaps none: the ids, from 0 to V - 1, of the pieces that the old tokenizer cuts each new
            token into.

    Returns:
        (embedding, head), each [V + N, D] in the dtype it had. The first V rows are the old ones, bit by bit. Row V + i
        is the mean of that table's own rows of the ids in new_tokens[i], an id that stands there twice counting twice.
        It is computed in float32 if the table is float16 or bfloat16 (whose sums could overflow), else in its dtype.

        Both are leaves that require gradients (tensors or parameters, with no history) and share no memory with the
        arguments. A tied pair stays tied: the same tensor comes back twice. What was not tied comes back as two.

    Raises:
        ValueError: a list of new_tokens is empty; the message gives its index.
        IndexError: an id is negative or not below V; the message gives such an id and V.

    The arguments are left unmodified.

    >>> embedding = torch.tensor([[0.0, 4.0], [2.0, 0.0], [6.0, 8.0]])
    >>> head = torch.tensor([[1.0, 1.0], [3.0, 5.0], [0.0, 0.0]])
    >>> rows, columns = expand_vocabulary(embedding, head, [[0, 1], [2, 2, 0]])
    >>> rows[3:].tolist(), columns[3:].tolist()
    ([[1.0, 2.0], [4.0, 6.666666507720947]], [[2.0, 3.0], [0.3333333432674408, 0.3333333432674408]])
    >>> rows, columns = expand_vocabulary(embedding, embedding, [[0, 1]])
    >>> rows is columns, rows.is_leaf, rows.requires_grad
    (True, True, True)
    """
    size = len(embedding)
    for index, pieces in enumerate(new_tokens):
        if not pieces:
            raise ValueError(f"new token {index} has no pieces to take the mean of")
        for piece in pieces:
            if not 0 <= piece < size:
                raise IndexError(f"new token {index} has the piece {piece}, which is not one of the {size} old tokens")
    rows = _with_means(embedding, new_tokens)
    return rows, rows if head is embedding else _with_means(head, new_tokens)


def _with_means(table: Tensor, new_tokens: list[list[int]]) -> Tensor:
    old = table.detach()
    wide = torch.promote_types(table.dtype, torch.float32)
    means = [old[pieces].mean(dim=0, keepdim=True, dtype=wide).to(table.dtype) for pieces in new_tokens]  # N of [1, D]
    return torch.cat([old, *means]).requires_grad_()  # [V + N, D]
