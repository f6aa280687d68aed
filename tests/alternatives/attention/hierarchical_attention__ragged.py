"""Another right solution: what is not real is taken out, and every row is pooled by itself in a loop."""

import torch
from torch import Tensor


def attention_pool(x: Tensor, w: Tensor, b: Tensor, u: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    length, size = x.shape[-2:]
    means, shares = [], []
    for row, real in zip(x.reshape(-1, length, size), mask.reshape(-1, length), strict=True):
        where = real.nonzero().flatten()
        items = row[where]  # [real, D]
        share = torch.softmax(torch.nn.functional.linear(items, w, b).tanh().mv(u), 0)
        means.append(share @ items)
        shares.append(torch.zeros_like(row[:, 0]).index_put((where,), share))
    return torch.stack(means).reshape(*x.shape[:-2], size), torch.stack(shares).reshape(mask.shape)


def hierarchical(docs: Tensor, word_mask: Tensor, params: dict) -> tuple[Tensor, Tensor, Tensor]:
    pooled = [attention_pool(doc, *params["word"], real) for doc, real in zip(docs, word_mask, strict=True)]
    sentences, word_weights = map(torch.stack, zip(*pooled, strict=True))
    doc, sentence_weights = attention_pool(sentences, *params["sentence"], word_mask.sum(-1) > 0)
    return doc, word_weights, sentence_weights
