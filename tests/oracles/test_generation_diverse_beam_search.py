"""generation/diverse_beam_search against all texts of a small vocabulary, transformers' beam search, and a definition.

transformers took its own group beam search out (version 5), so its penalty is written out here: the counts of the
tokens that earlier groups have just chosen, times the diversity, are taken from the scores.
"""

import functools
import itertools
import math

import numpy as np
import pytest
import torch
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

from solutions.generation.diverse_beam_search import diverse_beam_search

EOS = 0


def random_model(seed: int, vocabulary: int):
    @functools.cache
    def model(prefix):
        logits = np.random.default_rng([seed, len(prefix), *prefix]).normal(scale=1.5, size=vocabulary)
        return logits - np.log(np.exp(logits).sum())

    return model


def log_prob(model, ids) -> float:
    return math.fsum(model(tuple(ids[:at]))[token] for at, token in enumerate(ids))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("diversity", [0.3, 1.0, 5.0])
def test_groups_of_one_take_the_best_sum_by_an_exhaustive_look_at_each_step(seed, diversity):
    vocabulary, groups, steps = 5, 4, 4
    model = random_model(seed, vocabulary)
    texts = [()] * groups
    for _ in range(steps):
        tokens = np.zeros((0,), int)
        for group in range(groups):
            if texts[group][-1:] == (EOS,):
                continue
            scores = np.array([log_prob(model, (*texts[group], token)) for token in range(vocabulary)])
            scores -= diversity * np.bincount(tokens, minlength=vocabulary)
            texts[group] = (*texts[group], int(scores.argmax()))
            tokens = np.append(tokens, texts[group][-1])
    got = diverse_beam_search(model, (), groups, groups, diversity, steps, EOS)
    assert [group[0][0] for group in got] == [list(text) for text in texts]
    np.testing.assert_allclose([group[0][1] for group in got], [log_prob(model, text) for text in texts])


@pytest.mark.parametrize("seed", range(5))
def test_wide_enough_every_group_is_exhaustive(seed):
    model, texts = random_model(seed, 3), []
    for length in range(1, 5):
        for ids in itertools.product(range(3), repeat=length):
            if EOS not in ids[:-1] and (ids[-1] == EOS or length == 4):
                texts.append((list(ids), log_prob(model, ids)))
    texts.sort(key=lambda text: -text[1])
    for group in diverse_beam_search(model, (), 3 * 81, 3, 0.8, 4, EOS):
        assert [ids for ids, _ in group] == [ids for ids, _ in texts]
        np.testing.assert_allclose([score for _, score in group], [score for _, score in texts])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("width", [2, 3, 5])
def test_a_single_group_finds_what_transformers_beam_search_finds(seed, width):
    vocabulary, steps = 12, 6
    torch.manual_seed(seed)
    config = GPT2Config(vocab_size=vocabulary, n_positions=32, n_embd=16, n_layer=1, n_head=2, initializer_range=1.0)
    network = GPT2LMHeadModel(config).double().eval()

    @torch.no_grad()
    def model(prefix):
        row = network(torch.tensor([prefix])).logits[0, -1].log_softmax(dim=-1).numpy().copy()
        row[vocabulary - 1] = -np.inf  # no text ends, so that both searches keep the same hypotheses
        return row

    settings = GenerationConfig(
        num_beams=width,
        num_return_sequences=width,
        max_new_tokens=steps,
        length_penalty=0.0,
        do_sample=False,
        suppress_tokens=[vocabulary - 1],
        eos_token_id=vocabulary - 1,
        bos_token_id=None,
        pad_token_id=0,
        return_dict_in_generate=True,
        output_scores=True,
    )
    theirs = network.generate(torch.tensor([[3, 1]]), generation_config=settings)
    (ours,) = diverse_beam_search(model, (3, 1), width, 1, 0.7, steps, vocabulary - 1)
    assert [ids for ids, _ in ours] == theirs.sequences[:, 2:].tolist()
    np.testing.assert_allclose([score for _, score in ours], theirs.sequences_scores.numpy(), rtol=1e-5)


def test_the_more_diversity_the_more_texts_differ():
    apart = []
    for diversity in (0.0, 0.5, 2.0):
        found = [diverse_beam_search(random_model(seed, 8), (), 4, 4, diversity, 5, EOS) for seed in range(20)]
        apart.append(np.mean([len({tuple(group[0][0]) for group in groups}) for groups in found]))
    assert apart[0] == 1 < apart[1] < apart[2]
