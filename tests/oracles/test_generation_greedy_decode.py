"""generation/greedy_decode against chains that can be followed by eye, and against transformers with a tiny model."""

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from solutions.generation.greedy_decode import generate

# Row i holds the probabilities of what follows token i: 0 -> 3 -> 1 -> 2 -> 1 -> ..., and 4 -> 0.
CHAIN = np.log(
    [
        [0.1, 0.2, 0.2, 0.4, 0.1],
        [0.0625, 0.25, 0.5, 0.125, 0.0625],
        [0.1, 0.6, 0.1, 0.1, 0.1],
        [0.05, 0.8, 0.05, 0.05, 0.05],
        [0.3, 0.2, 0.2, 0.2, 0.1],
    ]
)


@pytest.mark.parametrize(
    ("prompt", "most", "ends", "want"),
    [
        ([4], 6, {}, [0, 3, 1, 2, 1, 2]),
        ([2, 0], 3, {}, [3, 1, 2]),
        ([4], 6, {"eos_id": 2}, [0, 3, 1]),
        ([4], 6, {"eos_id": 4}, [0, 3, 1, 2, 1, 2]),
        ([4], 6, {"stop": [[1, 2, 1]]}, [0, 3]),
        ([4], 6, {"stop": [[2, 1], [1, 2, 1], [1]]}, [0, 3]),
        ([0, 3], 4, {"stop": [[3, 1], [2]]}, [1]),
        ([3], 0, {}, []),
    ],
)
def test_a_markov_chain_by_hand(prompt, most, ends, want):
    assert generate(lambda prefix: CHAIN[prefix[-1]], prompt, most, **ends) == want


@pytest.mark.parametrize("seed", range(6))
def test_is_what_transformers_generates(seed):
    torch.manual_seed(seed)
    config = GPT2Config(vocab_size=23, n_positions=32, n_embd=16, n_layer=2, n_head=2, initializer_range=1.0)
    model = GPT2LMHeadModel(config).eval()
    prompt = np.random.default_rng(seed).integers(0, 23, size=4).tolist()

    @torch.no_grad()
    def next_log_probs(prefix):
        return model(torch.tensor([prefix])).logits[0, -1].log_softmax(dim=-1).numpy()

    ids = torch.tensor([prompt])
    settings = {"max_new_tokens": 12, "do_sample": False, "attention_mask": torch.ones_like(ids), "pad_token_id": 0}
    theirs = model.generate(ids, eos_token_id=None, **settings)[0, 4:].tolist()
    assert generate(next_log_probs, prompt, 12) == theirs
    eos = theirs[-1]
    until = model.generate(ids, eos_token_id=eos, **settings)[0, 4:].tolist()
    assert generate(next_log_probs, prompt, 12, eos) == until[: until.index(eos)]
