"""The solutions of the topic tokenization against Hugging Face's tokenizers, and an example worked by hand."""

import itertools
import json
from collections import Counter

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from tokenizers.trainers import BpeTrainer

from solutions.tokenization.bpe_train import WORD, train_bpe

MERGES = 60
LETTERS = {
    "one byte": "etaoinshrdlucmfwygp",
    "two bytes": "ÁÐéðЁАЩасѐѩѰ",  # each first byte goes with several second ones, and the other way round
    "runs": "aab",
}


def random_text(letters: str, seed: int) -> str:
    """Return a text whose letters have different probabilities, so that frequent pairs seldom have the same count."""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(list(letters), size=100_000, p=rng.dirichlet(np.ones(len(letters))))
    ends = np.cumsum(rng.integers(1, 8, size=25_000))
    words = np.split(drawn, ends[ends < len(drawn)])
    return " ".join("".join(word) for word in words)


def spelled(byte_level: str) -> bytes:
    """Return the bytes of a ByteLevel token, which writes each byte as a visible character."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    table = {chr(byte): byte for byte in visible} | {chr(256 + n): byte for n, byte in enumerate(hidden)}
    return bytes(table[character] for character in byte_level)


def their_merges(corpus: list[str], vocab_size: int) -> list[tuple[bytes, bytes]]:
    tokenizer = Tokenizer(BPE())
    words = Split(Regex(WORD.pattern), behavior="isolated")
    tokenizer.pre_tokenizer = Sequence([words, ByteLevel(add_prefix_space=False, use_regex=False)])
    trainer = BpeTrainer(vocab_size=vocab_size, initial_alphabet=ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    pairs = json.loads(tokenizer.to_str())["model"]["merges"]
    return [(spelled(left), spelled(right)) for left, right in pairs]


def counts_after(corpus: list[str], merges: list[tuple[bytes, bytes]]) -> Counter:
    """Return how often each pair stands in the corpus once `merges` have been made."""
    counts: Counter = Counter()
    for word, times in Counter(word for text in corpus for word in WORD.findall(text)).items():
        tokens = [bytes([byte]) for byte in word.encode()]
        for left, right in merges:
            at = 0
            while at < len(tokens) - 1:
                if (tokens[at], tokens[at + 1]) == (left, right):
                    tokens[at : at + 2] = [left + right]
                at += 1
        for pair in itertools.pairwise(tokens):
            counts[pair] += times
    return counts


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", LETTERS)
def test_merges_are_those_of_hugging_face_until_a_tie(kind, seed):
    corpus = [random_text(LETTERS[kind], seed)]
    ours, theirs = train_bpe(corpus, 256 + MERGES)[1], their_merges(corpus, 256 + MERGES)
    same = next((n for n in range(MERGES) if ours[n] != theirs[n]), MERGES)
    assert same >= 8
    if same < MERGES:  # they take the pair of lower ids where counts are equal
        counts = counts_after(corpus, ours[:same])
        assert counts[ours[same]] == counts[theirs[same]] == max(counts.values())
        assert ours[same] == max(pair for pair in counts if counts[pair] == counts[ours[same]])


def test_the_words_of_sennrich_et_al():
    corpus = ["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3
    steps = "s t, e st, o w, l ow, w est, n e, ne west, w i, wi d, wid est, low e, lowe r".split(", ")
    vocab, merges = train_bpe(corpus, 300, ["<end>"])
    assert merges == [tuple(part.encode() for part in step.split(" ")) for step in steps]
    assert (vocab[b"st"], vocab[b"newest"], vocab[b"<end>"]) == (256, 262, 268)
