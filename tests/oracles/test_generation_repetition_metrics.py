"""generation/repetition_metrics against scikit-learn's n-grams, regular expressions, and a closed form."""

import itertools
import math
import re

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from solutions.generation.repetition_metrics import distinct_n, longest_repeat, repetition_n, self_reinforcement


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("vocabulary", [2, 5, 30])
def test_shares_are_those_of_scikit_learn_s_counts(n, vocabulary):
    rng = np.random.default_rng([n, vocabulary])
    for length in range(n, 60, 3):
        ids = rng.integers(0, vocabulary, size=length).tolist()
        vectorizer = CountVectorizer(analyzer="word", token_pattern=r"\d+", ngram_range=(n, n))
        counts = vectorizer.fit_transform([" ".join(map(str, ids))]).toarray()[0]
        assert distinct_n(ids, n) == pytest.approx(len(counts) / counts.sum())
        assert repetition_n(ids, n) == pytest.approx((counts - 1).sum() / counts.sum())


def by_expressions(text: str) -> tuple[int, int, int]:
    """Return the longest repeat of a text of letters, found by back-references."""
    for length in range(len(text) // 2, 0, -1):
        found = []
        for start in range(len(text)):
            match = re.compile(rf"(.{{{length}}})\1+").match(text, start)
            if match and not re.fullmatch(r"(.+?)\1+", match[1]):
                found.append((-(len(match[0]) // length), start))
        if found:
            count, start = min(found)
            return start, length, -count
    return 0, 0, 0


@pytest.mark.parametrize("vocabulary", [1, 2, 3, 8])
def test_repeats_are_those_that_back_references_find(vocabulary):
    rng = np.random.default_rng(vocabulary)
    for length in [*range(30), 50]:
        ids = rng.integers(0, vocabulary, size=length).tolist()
        assert longest_repeat(ids) == by_expressions("".join(chr(97 + i) for i in ids))


@pytest.mark.parametrize("size", [2, 3, 7])
def test_a_copying_bigram_model_has_a_closed_form(size):
    vocabulary, times, sentence = 10, 6, list(range(1, size + 1))

    def bigrams(prefix):
        followers = [b for a, b in itertools.pairwise(prefix) if a == prefix[-1]]
        return [math.log((followers.count(t) + 1) / (len(followers) + vocabulary)) for t in range(vocabulary)]

    # Inside the k-th copy each pair has come k - 1 times, and its first id has been followed as often; the pair across
    # the border of two copies is one behind.
    def inside(k):
        return k / (vocabulary + k - 1)

    want = [((size - 1) * inside(k) + inside(max(k - 1, 1))) / size for k in range(1, times + 1)]
    assert self_reinforcement(bigrams, sentence, times) == pytest.approx(want)
    assert want == sorted(want)
