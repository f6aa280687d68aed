"""Every mask from the positions of queries and keys, compared; architectures in a table."""

import torch


def _grid(queries, keys):
    return torch.arange(queries).view(1, 1, -1, 1), torch.arange(keys).view(1, 1, 1, -1)


def padding_mask(lengths, T):
    _, j = _grid(1, T)
    return lengths.reshape(-1, 1, 1, 1) > j


def causal_mask(T, past=0):
    i, j = _grid(T, T + past)
    return i + past >= j


def prefix_mask(prefix_lengths, T):
    i, j = _grid(T, T)
    return torch.maximum(i + 1, prefix_lengths.view(-1, 1, 1, 1)) > j


def combine(*masks):
    if len(masks) == 0:
        raise ValueError("no masks")
    return torch.stack(torch.broadcast_tensors(*masks)).all(dim=0)


def mask_for(architecture, lengths, prefix_lengths=None):
    builders = {
        "encoder": lambda: {"encoder": padding_mask(lengths, lengths.max().item())},
        "decoder": lambda: {"decoder": _within(causal_mask, lengths)},
        "prefix": lambda: {"decoder": _within(lambda T: prefix_mask(prefix_lengths, T), lengths)},
        "encoder-decoder": lambda: _apart(lengths, prefix_lengths),
    }
    if architecture not in builders:
        raise ValueError(f"unknown architecture {architecture!r}")
    if prefix_lengths is None and architecture not in ("encoder", "decoder"):
        raise ValueError(f"{architecture} without prefix_lengths")
    return builders[architecture]()


def _within(builder, lengths):
    T = lengths.max().item()
    return builder(T) & padding_mask(lengths, T)


def _apart(lengths, prefix_lengths):
    source = padding_mask(prefix_lengths, max(prefix_lengths.tolist()))
    return {"cross": source.clone(), "encoder": source, "decoder": _within(causal_mask, lengths - prefix_lengths)}
