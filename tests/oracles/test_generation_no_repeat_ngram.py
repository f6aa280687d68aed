"""generation/no_repeat_ngram against transformers' processor."""

import numpy as np
import pytest
import torch
from transformers import NoRepeatNGramLogitsProcessor

from solutions.generation.no_repeat_ngram import banned_tokens, no_repeat_ngram


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("vocabulary", [2, 3, 6, 20])
def test_is_theirs_unless_nothing_is_left(n, vocabulary):
    processor, rng, compared = NoRepeatNGramLogitsProcessor(n), np.random.default_rng(n), 0
    for length in range(1, 40):
        logits, ids = rng.normal(size=vocabulary), rng.integers(0, vocabulary, size=length)
        theirs = processor(torch.from_numpy(ids[None]), torch.from_numpy(logits[None].copy()))[0].numpy()
        assert banned_tokens(ids.tolist(), n) == set(np.flatnonzero(np.isneginf(theirs)).tolist())
        ours = no_repeat_ngram(logits, ids.tolist(), n)
        np.testing.assert_array_equal(ours, theirs if np.isfinite(theirs).any() else logits)
        compared += bool(np.isneginf(theirs).any())
    assert compared > 5 or (n, vocabulary) in [(3, 20), (4, 20), (4, 6)]
