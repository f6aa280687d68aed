"""Masks: who may attend to whom.

Interview questions: How do prefix and causal language models differ? What do transformers do for parallel computation?
Decoder-only, encoder-decoder or encoder-only?

The architectures compute the same attention; what sets them apart is a table of who may see whom. An encoder sees the
whole text, a causal decoder only what came before, and a prefix model reads its input both ways and writes its answer
causally. Since a mask hides the future, all positions of a text are trained at once instead of one after another; and
since a mask hides padding, so are texts of different lengths.

Source: Raffel et al. 2020, section 3.2.1 with figures 3 and 4, arXiv:1910.10683.
Axes: B texts of a batch, Tq queries, Tk keys, T positions that are both. Every mask is boolean, True where the query
may attend to the key, and broadcasts to [B, 1, Tq, Tk]; the 1 stands for the heads, which all see the same.
"""

import torch
from torch import Tensor


def padding_mask(lengths: Tensor, T: int) -> Tensor:
    """Hide the padding at the end of each text: query i of text b may attend to key j when j < lengths[b].

    Args:
        lengths: [B], int64, each from 0 to T.
        T: positions of a text with its padding.

    Returns:
        [B, 1, 1, T], boolean: the same for all queries. Padding is hidden as a key; as a query it sees what others see.

    lengths is left unmodified.

    >>> padding_mask(torch.tensor([2, 3]), 3).squeeze(1, 2).tolist()
    [[True, True, False], [True, True, True]]
    """
    raise NotImplementedError("padding_mask")


def causal_mask(T: int, past: int = 0) -> Tensor:
    """Hide the future: query i may attend to key j when j <= past + i.

    Args:
        T: queries; at least 1.
        past: keys that were read before the first query, as when new positions come to a cache.

    Returns:
        [1, 1, T, past + T], boolean.

    >>> causal_mask(2, past=1)[0, 0].tolist()
    [[True, True, False], [True, True, True]]
    """
    raise NotImplementedError("causal_mask")


def prefix_mask(prefix_lengths: Tensor, T: int) -> Tensor:
    """Show every query the prefix of its text, and of the rest what came before.

    Query i of text b may attend to key j when j <= i or j < prefix_lengths[b]. So the prefix is read in both
    directions, and nobody sees the future beyond it.

    Args:
        prefix_lengths: [B], int64, each from 0 to T.
        T: positions of a text, with its prefix.

    Returns:
        [B, 1, T, T], boolean.

    prefix_lengths is left unmodified.

    >>> prefix_mask(torch.tensor([2]), 3)[0, 0].tolist()
    [[True, True, False], [True, True, False], [True, True, True]]
    """
    raise NotImplementedError("prefix_mask")


def combine(*masks: Tensor) -> Tensor:
    """Return the mask that allows what every one of the masks allows.

    Args:
        masks: at least one, boolean, of shapes that broadcast with each other.

    Returns:
        Boolean, of the shape that they broadcast to. (That of a single mask is its own.)

    Raises:
        ValueError: there are no masks.

    The masks are left unmodified.

    >>> combine(torch.tensor([[True], [False]]), torch.tensor([True, False])).tolist()
    [[True, False], [False, False]]
    """
    raise NotImplementedError("combine")


def mask_for(architecture: str, lengths: Tensor, prefix_lengths: Tensor | None = None) -> dict[str, Tensor]:
    """Return the masks under which an architecture reads a batch of texts, padded at the end to the longest.

    All architectures get the same texts: text b has lengths[b] tokens, and its first prefix_lengths[b] are the input
    to which the rest is the answer. An encoder-decoder takes them apart: its encoder reads the inputs and its decoder
    the answers, two batches, each padded to its own longest. Padding is hidden as a key everywhere.

    Args:
        architecture: "encoder", "decoder", "prefix" or "encoder-decoder".
        lengths: [B], int64, each at least 1.
        prefix_lengths: [B], int64; for an encoder-decoder from 1 to lengths[b] - 1, for a prefix model from 0 to
            lengths[b]. The other two make no use of it.

    Returns:
        For each kind of attention of the architecture its mask, where T = max(lengths), S = max(prefix_lengths) and
        A = max(lengths - prefix_lengths):
        "encoder": {"encoder": [B, 1, 1, T]}, everybody sees the whole text;
        "decoder": {"decoder": [B, 1, T, T]}, causal;
        "prefix": {"decoder": [B, 1, T, T]}, the prefix both ways and the rest causal;
        "encoder-decoder": {"encoder": [B, 1, 1, S], "decoder": [B, 1, A, A], "cross": [B, 1, 1, S]}: inputs see the
        whole input, answers are causal among themselves, and each of their positions sees the whole input.

    Raises:
        ValueError: the architecture is none of the four, or needs prefix_lengths and has none; the message gives the
            architecture's name.

    The arguments are left unmodified.

    >>> masks = mask_for("encoder-decoder", torch.tensor([3, 5]), torch.tensor([2, 3]))
    >>> {name: list(mask.shape) for name, mask in masks.items()}
    {'encoder': [2, 1, 1, 3], 'decoder': [2, 1, 2, 2], 'cross': [2, 1, 1, 3]}
    >>> masks["cross"].squeeze(1, 2).tolist()
    [[True, True, False], [True, True, True]]
    """
    raise NotImplementedError("mask_for")
