"""Checks of attention/hierarchical_attention: both levels, padding, empty sentences and documents, gradients."""

import math

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_type,
    gradients,
    noncontiguous,
    normal,
    probe,
    untouched,
    weight,
)


def draw_level(rng, hidden, size, dtype=torch.float64):
    """Return w, b and u: the bias is large enough to be missed, and weights come out uneven."""
    return normal(rng, hidden, size, dtype=dtype), normal(rng, hidden, dtype=dtype), normal(rng, hidden, dtype=dtype)


def draw_params(rng, size, dtype=torch.float64):
    return {"word": draw_level(rng, 6, size, dtype), "sentence": draw_level(rng, 3, size, dtype)}


def draw_mask(rng, *shape):
    """Return a mask with real items anywhere, at least one a row."""
    mask = rng.random(shape) < 0.6
    mask[..., int(rng.integers(shape[-1]))] = True
    return torch.from_numpy(mask)


def item_by_item(x, w, b, u, mask):
    """Return (pooled, weights) in float64, with nothing but what is real ever looked at."""
    x, w, b, u = (t.double().numpy() for t in (x, w, b, u))
    pooled, weights = np.zeros((*x.shape[:-2], x.shape[-1])), np.zeros(x.shape[:-1])
    for lead in np.ndindex(x.shape[:-2]):
        real = [t for t in range(x.shape[-2]) if mask[lead][t]]
        scores = [sum(c * math.tanh(row @ x[lead][t] + a) for row, a, c in zip(w, b, u, strict=True)) for t in real]
        shares = [math.exp(score - max(scores)) for score in scores]
        for t, share in zip(real, shares, strict=True):
            weights[lead][t] = share / sum(shares)
            pooled[lead] += weights[lead][t] * x[lead][t]
    return torch.from_numpy(pooled), torch.from_numpy(weights)


def level_by_level(docs, word_mask, params):
    """Return (doc, word_weights, sentence_weights) in float64."""
    sentences, word_weights = item_by_item(docs, *params["word"], word_mask)
    doc, sentence_weights = item_by_item(sentences, *params["sentence"], word_mask.any(dim=-1))
    return doc, word_weights, sentence_weights


def triple(got):
    """Require three parts of the right shapes for docs [3, 5, 4, 7], and return them in NumPy."""
    got = expect_type(got, tuple, "the result")
    expect(len(got) == 3, f"the result is (doc, word_weights, sentence_weights), not a tuple of {len(got)}")
    names = "doc", "word_weights", "sentence_weights"
    shapes = (3, 7), (3, 5, 4), (3, 5)
    return [expect_array(part, shape, None, name) for part, shape, name in zip(got, shapes, names, strict=True)]


@weight(3)
@pytest.mark.parametrize("lead", [(), (2,), (2, 3)], ids=["one row", "a batch", "two leading axes"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_pooling_is_the_mean_by_the_softmax_of_the_scores(submission, rng, lead, dtype):
    x, level = normal(rng, *lead, 7, 5, dtype=dtype), draw_level(rng, 4, 5, dtype)
    mask = draw_mask(rng, *lead, 7)
    want = tuple(part.to(dtype) for part in item_by_item(x, *level, mask))
    got = submission.attention_pool(x, *level, mask)
    check(got, want, "the mean of the real items by the weights softmax(u . tanh(w x_t + b)), and these", work=32)


@weight(5, core=True)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("shape", [(3, 5, 4, 7), (1, 2, 8, 3), (2, 6, 1, 5), (4, 1, 5, 2)], ids=str)
def test_words_are_pooled_into_sentences_and_these_into_documents(submission, rng, shape, dtype):
    docs, params = normal(rng, *shape, dtype=dtype), draw_params(rng, shape[-1], dtype)
    word_mask = draw_mask(rng, *shape[:-1])
    want = tuple(part.to(dtype) for part in level_by_level(docs, word_mask, params))
    got = submission.hierarchical(docs, word_mask, params)
    check(got, want, "(doc, word_weights, sentence_weights), each level with its own parameters", work=64)


@weight(4)
@pytest.mark.parametrize("empty", [[4], [0], [1, 3], [0, 1, 2, 4]], ids=["last", "first", "inside", "all but one"])
def test_empty_sentences_get_no_weight(submission, rng, empty):
    docs, params = normal(rng, 3, 5, 4, 7, dtype=torch.float64), draw_params(rng, 7)
    word_mask = draw_mask(rng, 3, 5, 4)
    word_mask[1, empty] = False
    got = submission.hierarchical(docs, word_mask, params)
    _, words, sentences = triple(got)
    expect((sentences[1, empty] == 0).all(), "the weight of a sentence with no real word is exactly 0")
    expect((words[1, empty] == 0).all(), "the weights of words in a sentence with no real word are exactly 0")
    check(got, level_by_level(docs, word_mask, params), "documents with empty sentences", work=64)


@weight(2)
def test_an_empty_document_is_all_zeros(submission, rng):
    docs, params = normal(rng, 3, 5, 4, 7, dtype=torch.float64), draw_params(rng, 7)
    word_mask = draw_mask(rng, 3, 5, 4)
    word_mask[1] = False
    got = submission.hierarchical(docs, word_mask, params)
    expect(all((part[1] == 0).all() for part in triple(got)), "a document with no real word and its weights are all 0")
    check(got, level_by_level(docs, word_mask, params), "the documents beside it as ever", work=64)


@weight(1)
@pytest.mark.parametrize("lead", [(), (4,)], ids=["one row", "beside other rows"])
def test_pooling_nothing_gives_zeros(submission, rng, lead):
    x, level = normal(rng, *lead, 6, 5, dtype=torch.float64), draw_level(rng, 4, 5)
    mask = draw_mask(rng, *lead, 6)
    mask[lead and (2,)] = False
    got = submission.attention_pool(x, *level, mask)
    check(got, item_by_item(x, *level, mask), "pooled and weights of 0 where no item is real", work=32)


@weight(2)
def test_what_is_not_real_changes_nothing(submission, rng):
    docs, params = normal(rng, 3, 5, 4, 7, dtype=torch.float64), draw_params(rng, 7)
    word_mask = draw_mask(rng, 3, 5, 4)
    word_mask[0, 2], word_mask[2, 4] = False, False
    want = level_by_level(docs, word_mask, params)
    docs[~word_mask] = normal(rng, int((~word_mask).sum()), 7, dtype=torch.float64, scale=1e3)
    got = submission.hierarchical(docs, word_mask, params)
    _, words, _ = triple(got)
    expect((words[~word_mask.numpy()] == 0).all(), "the weight of a word that is not real is exactly 0")
    check(got, want, "what it is without the words that are not real", work=64)


@weight(1)
def test_equal_weights_worked_by_hand(submission, rng):
    # Context vectors of 0: every sentence is the mean of its words, the document the mean of the means.
    docs = torch.from_numpy(rng.integers(-20, 20, size=(1, 3, 4, 2))).double()
    word_mask = torch.tensor([[[1, 1, 0, 0], [0, 0, 0, 0], [0, 1, 1, 1]]]) == 1
    params = {name: (*draw_level(rng, 5, 2)[:2], torch.zeros(5).double()) for name in ("word", "sentence")}
    first, last = (docs[0, 0, 0] + docs[0, 0, 1]) / 2, docs[0, 2, 1:].sum(dim=0) / 3
    words = torch.tensor([[[3, 3, 0, 0], [0, 0, 0, 0], [0, 2, 2, 2]]]).double() / 6
    want = ((first + last) / 2)[None], words, torch.tensor([[0.5, 0.0, 0.5]]).double()
    check(submission.hierarchical(docs, word_mask, params), want, "means of means, with the empty sentence left out")


@weight(2)
@pytest.mark.parametrize("kind", ["all real", "some rows empty"])
def test_gradients_of_pooling(submission, reference, rng, kind):
    x, level, mask = normal(rng, 4, 6, 5, dtype=torch.float64), draw_level(rng, 3, 5), draw_mask(rng, 4, 6)
    if kind == "some rows empty":
        mask[1], mask[3] = False, False
    upstream = normal(rng, 4, 5, dtype=torch.float64)
    got = gradients(submission.attention_pool, x, *level, mask, upstream=upstream)
    leaves = [a.clone().requires_grad_() for a in (x, *level)]
    reference.attention_pool(*leaves, mask)[0].backward(upstream)
    check(got.arguments[:4], [leaf.grad for leaf in leaves], f"{kind}: the gradients of x, w, b and u", work=256)


@weight(2)
def test_gradients_flow_through_both_levels(submission, reference, rng):
    docs, params = normal(rng, 3, 5, 4, 7, dtype=torch.float64), draw_params(rng, 7)
    word_mask = draw_mask(rng, 3, 5, 4)
    word_mask[0, 2], word_mask[2] = False, False
    upstream = normal(rng, 3, 7, dtype=torch.float64)
    got = probe(submission, all_gradients, docs.clone(), word_mask, params, upstream)
    want = all_gradients(reference, docs.clone(), word_mask, params, upstream)
    check(got, want, "the gradients of docs and of both levels' w, b and u", work=1024)


def all_gradients(module, docs, word_mask, params, upstream):
    leaves = [docs.clone().requires_grad_()]
    copies = {}
    for name in ("word", "sentence"):
        copies[name] = tuple(part.clone().requires_grad_() for part in params[name])
        leaves += copies[name]
    module.hierarchical(leaves[0], word_mask, copies)[0].backward(upstream)
    return [leaf.grad for leaf in leaves]


@weight(1)
def test_scores_in_the_thousands_do_not_overflow(submission, rng):
    docs, params = normal(rng, 3, 5, 4, 7, dtype=torch.float64), draw_params(rng, 7)
    params = {name: (w, b, 1000 * u) for name, (w, b, u) in params.items()}
    word_mask = draw_mask(rng, 3, 5, 4)
    word_mask[1, 2] = False
    want = level_by_level(docs, word_mask, params)
    check(submission.hierarchical(docs, word_mask, params), want, "the softmax of large scores", tolerance=1e-8)


@weight(1)
def test_views_that_are_not_contiguous_are_taken(submission, rng):
    docs, params = normal(rng, 3, 5, 4, 7, dtype=torch.float32), draw_params(rng, 7, torch.float32)
    word_mask = draw_mask(rng, 3, 5, 4)
    want = tuple(part.float() for part in level_by_level(docs, word_mask, params))
    views = {name: tuple(noncontiguous(part) for part in level) for name, level in params.items()}
    got = submission.hierarchical(noncontiguous(docs), noncontiguous(word_mask), views)
    check(got, want, "the same as for contiguous arguments", work=64)


@weight(1)
def test_arguments_are_left_unmodified(submission, rng):
    docs, params = normal(rng, 3, 5, 4, 7, dtype=torch.float64), draw_params(rng, 7)
    word_mask = draw_mask(rng, 3, 5, 4)
    word_mask[1, 2] = False
    want = level_by_level(docs, word_mask, params)
    check(submission.hierarchical(docs, word_mask, params), want, "both levels", work=64)
    want = item_by_item(docs, *params["word"], word_mask)
    check(submission.attention_pool(docs, *params["word"], word_mask), want, "pooled words", work=64)
    untouched(submission)
