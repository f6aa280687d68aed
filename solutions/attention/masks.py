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

An interviewer goes on: a padding query still attends to real keys here; what would come of hiding everything from it,
and why may its output be anything? Padding on the left or on the right: which suits generation? How does one mask let
several short texts share a row? Why may a loss be taken at every position of a causal model, but not of an encoder?
Read on: Dong et al. 2019, one model under several masks (arXiv:1905.03197); Wang et al. 2022, which architecture and
objective work best zero-shot (arXiv:2204.05832).
"""

from functools import reduce

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
    positions = torch.arange(T, device=lengths.device)
    return (positions < lengths[:, None])[:, None, None]


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
    return torch.ones(1, 1, T, past + T, dtype=torch.bool).tril(past)


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
    return causal_mask(T).to(prefix_lengths.device) | padding_mask(prefix_lengths, T)


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
    if not masks:
        raise ValueError("0 masks have no shape to combine to: give at least 1")
    return reduce(torch.logical_and, masks)


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
    if architecture in ("prefix", "encoder-decoder") and prefix_lengths is None:
        raise ValueError(f"'{architecture}' needs prefix_lengths: which tokens are the input?")
    match architecture:
        case "encoder":
            return {"encoder": _padding(lengths)}
        case "decoder":
            return {"decoder": _causal(lengths)}
        case "prefix":
            padding = _padding(lengths)
            return {"decoder": combine(prefix_mask(prefix_lengths, padding.shape[-1]), padding)}
        case "encoder-decoder":
            inputs = _padding(prefix_lengths)
            return {"encoder": inputs, "decoder": _causal(lengths - prefix_lengths), "cross": inputs}
    raise ValueError(f"'{architecture}' is none of encoder, decoder, prefix and encoder-decoder")


def _padding(lengths: Tensor) -> Tensor:
    """Return the padding mask of texts that are padded to the longest."""
    return padding_mask(lengths, int(lengths.max()))


def _causal(lengths: Tensor) -> Tensor:
    """Return the mask of a causal decoder over texts that are padded to the longest."""
    padding = _padding(lengths)
    return combine(causal_mask(padding.shape[-1]).to(lengths.device), padding)
