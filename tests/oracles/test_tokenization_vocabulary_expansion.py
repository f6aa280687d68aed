"""tokenization/vocabulary_expansion against resize_token_embeddings of transformers, and torch's EmbeddingBag."""

import copy

import pytest
import torch
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel

from solutions.tokenization.vocabulary_expansion import expand_vocabulary

OLD, NEW_TOKENS = 29, [[3], [0, 28, 7], [5, 5, 1], list(range(29))]


def tiny_model(tied: bool) -> GPT2LMHeadModel:
    torch.manual_seed(4)
    sizes = {"n_embd": 12, "n_layer": 1, "n_head": 2, "n_positions": 16}
    return GPT2LMHeadModel(GPT2Config(vocab_size=OLD, tie_word_embeddings=tied, **sizes)).eval()


def tables(model: GPT2LMHeadModel) -> tuple[nn.Parameter, nn.Parameter]:
    return model.get_input_embeddings().weight, model.get_output_embeddings().weight


@pytest.mark.parametrize("tied", [True, False])
def test_old_rows_ties_and_old_logits_are_as_when_transformers_resizes(tied):
    model = tiny_model(tied)
    ids = torch.arange(15).reshape(1, 15)
    before = model(ids).logits
    ours = expand_vocabulary(*tables(model), NEW_TOKENS)
    theirs = copy.deepcopy(model)
    theirs.resize_token_embeddings(OLD + len(NEW_TOKENS), mean_resizing=False)
    assert (ours[0] is ours[1]) == (tables(theirs)[0] is tables(theirs)[1]) == tied
    for mine, other in zip(ours, tables(theirs), strict=True):
        assert mine.shape == other.shape
        assert torch.equal(mine[:OLD], other[:OLD])
        assert mine.is_leaf == other.is_leaf
        assert mine.requires_grad == other.requires_grad
    with torch.no_grad():
        for mine, other in zip(ours, tables(theirs), strict=True):
            other.copy_(mine)
    after = theirs(ids).logits
    torch.testing.assert_close(after[..., :OLD], before)
    means = torch.stack([before[..., pieces].mean(dim=-1) for pieces in NEW_TOKENS], dim=-1)
    torch.testing.assert_close(after[..., OLD:], means)  # the logit of a mean of rows is the mean of their logits


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_means_are_those_of_an_embedding_bag(dtype):
    generator = torch.Generator().manual_seed(5)
    embedding, head = (torch.randn(OLD, 7, generator=generator, dtype=dtype) for _ in range(2))
    offsets = torch.tensor([0, *(len(pieces) for pieces in NEW_TOKENS)]).cumsum(0)[:-1]
    pieces = torch.tensor([piece for pieces in NEW_TOKENS for piece in pieces])
    for old, larger in zip((embedding, head), expand_vocabulary(embedding, head, NEW_TOKENS), strict=True):
        bag = nn.EmbeddingBag.from_pretrained(old, mode="mean")
        torch.testing.assert_close(larger[OLD:].detach(), bag(pieces, offsets))
