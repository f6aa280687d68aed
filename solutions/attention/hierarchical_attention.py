"""Attention in two levels: words make sentences, sentences make a document.

Interview questions: How can a model handle longer text? How do LLMs handle context and long dependencies?

A document is not one long row of words. If its words are pooled within their sentences first, and then the sentences,
no step ever looks at more than one sentence or one list of sentences, and the cost stays linear in the length. Each
level asks one learnt question (its context vector u): what matters here? Its weights show what the answer rests on.

Source: Yang et al. 2016, section 2.2, equations 5 to 10, https://aclanthology.org/N16-1174 (without the GRU encoders,
which stand before each of the two poolings there).
Axes: B documents, S sentences, T words of a sentence, D features, A features of the hidden layer (it may differ between
the levels); "..." stands for any leading axes (none, one, several).

An interviewer goes on: what can no model of this kind see that attention over all words can? Do the weights explain the
decision? What would you change so that sentences know of each other before they are pooled?
Read on: Jain and Wallace 2019, on attention as explanation (arXiv:1902.10186); Liu and Lapata 2019, hierarchical
transformers for many documents (arXiv:1905.13164).
"""

import math

import torch
from torch import Tensor


def attention_pool(x: Tensor, w: Tensor, b: Tensor, u: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Return the weighted mean of x over T, with weights softmax(u . tanh(w x_t + b)) over the real items.

    Args:
        x: [..., T, D], float32 or float64, T >= 1. Items that are not real hold any finite numbers.
        w: [A, D], b: [A] and u: [A], all in x's dtype.
        mask: boolean [..., T], with x's leading axes, True where an item is real.

    Returns:
        (pooled [..., D], weights [..., T]) in x's dtype. Weights are exactly 0 where an item is not real, and add up to
        1 over those that are. Where none is real, pooled and weights are all 0.

    Scores may be in the thousands. Gradients flow to x, w, b and u, and hold no nan, also where no item is real.
    The arguments are left unmodified.

    Here tanh of w x_t + b is 0 for both of the items that are real:

    >>> x = torch.tensor([[0.0, 2.0], [0.0, 6.0], [9.0, 9.0]])
    >>> w, b, u = torch.tensor([[1.0, 0.0]]), torch.zeros(1), torch.ones(1)
    >>> pooled, weights = attention_pool(x, w, b, u, torch.tensor([True, True, False]))
    >>> pooled.tolist(), weights.tolist()
    ([0.0, 4.0], [0.5, 0.5, 0.0])
    """
    scores = torch.tanh(x @ w.T + b) @ u  # [..., T]
    # A row of nothing but -inf gives nan, here and in the gradient; as all of it is masked, both are overwritten by 0.
    weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1).masked_fill(~mask, 0.0)
    return (weights.unsqueeze(-1) * x).sum(dim=-2), weights


def hierarchical(
    docs: Tensor, word_mask: Tensor, params: dict[str, tuple[Tensor, Tensor, Tensor]]
) -> tuple[Tensor, Tensor, Tensor]:
    """Pool the words of each sentence, then the sentences of each document.

    A sentence with no real word is not real: it gets the weight 0, wherever it stands. A document with no real word is
    all 0, and so are its weights.

    Args:
        docs: [B, S, T, D], float32 or float64. Words that are not real hold any finite numbers.
        word_mask: boolean [B, S, T], True where a word is real. Neither the real words of a sentence nor the sentences
            that have any need to come first.
        params: {"word": (w, b, u), "sentence": (w, b, u)}, as attention_pool takes them, each level with its own.

    Returns:
        (doc [B, D], word_weights [B, S, T], sentence_weights [B, S]) in docs' dtype. Word weights add up to 1 within
        each sentence that has real words, sentence weights within each document that has any.

    Gradients flow to docs and all parameters, and hold no nan. The arguments are left unmodified.

    Context vectors of 0 make all weights at a level the same; the second of these sentences is empty:

    >>> docs = torch.tensor([[[[2.0], [4.0]], [[7.0], [7.0]], [[9.0], [5.0]]]])
    >>> word_mask = torch.tensor([[[True, True], [False, False], [True, False]]])
    >>> level = torch.ones(1, 1), torch.ones(1), torch.zeros(1)
    >>> doc, word_weights, sentence_weights = hierarchical(docs, word_mask, {"word": level, "sentence": level})
    >>> doc.tolist(), word_weights.tolist(), sentence_weights.tolist()
    ([[6.0]], [[[0.5, 0.5], [0.0, 0.0], [1.0, 0.0]]], [[0.5, 0.0, 0.5]])
    """
    sentences, word_weights = attention_pool(docs, *params["word"], word_mask)  # [B, S, D] and [B, S, T]
    # An empty sentence was pooled to 0, but its score would not be: tanh(b) . u.
    doc, sentence_weights = attention_pool(sentences, *params["sentence"], word_mask.any(dim=-1))
    return doc, word_weights, sentence_weights
