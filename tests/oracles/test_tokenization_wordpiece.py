"""tokenization/wordpiece against the uncased BERT tokenizer of transformers."""

import numpy as np
import pytest
from transformers import BertTokenizer

from solutions.tokenization.wordpiece import wordpiece, wordpiece_decode

LETTERS = {
    "Latin": "abcAB ",
    "accents": "aéÉüñ\u0301\u0323 ",
    "signs": "ab.,!$+-_#。、“¿ ",
    "Chinese": "中文字\U00020000\ufa0eab ",
    "Korean and Japanese": "한국かがパ ",
    "Indic and Hebrew": "हिनी\u05e9\u05c1 ",
    "emoji": "🙂🚀a ",
}


def theirs(vocab: set[str], path) -> BertTokenizer:
    """Return their tokenizer with this vocabulary. Special tokens that no text holds keep out of the way."""
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokens = specials + sorted(vocab)
    file = path / "vocab.txt"
    file.write_text("\n".join(tokens), encoding="utf-8")
    return BertTokenizer(vocab={token: index for index, token in enumerate(tokens)}, vocab_file=str(file))


def draw_words(letters: str, count: int, rng: np.random.Generator, longest: int) -> list[str]:
    return ["".join(rng.choice(list(letters), size=rng.integers(1, longest + 1))) for _ in range(count)]


@pytest.mark.parametrize("kind", LETTERS)
def test_pieces_are_those_of_bert(kind, tmp_path):
    rng = np.random.default_rng(len(kind))
    parts = sorted({piece for word in draw_words(LETTERS[kind], 200, rng, 3) for piece in plain(word)})
    vocab = {mark + part for part in parts for mark in ("", "##") if rng.random() < 0.85}
    bert = theirs(vocab, tmp_path)
    unknown = known = 0
    for _ in range(60):
        text = "".join(draw_words(LETTERS[kind] + "z", 8, rng, 6))  # z is never in vocab
        want = bert.tokenize(text)
        assert wordpiece(text, vocab) == want
        unknown += want.count("[UNK]")
        known += len(want) - want.count("[UNK]")
    assert unknown > 20
    assert known > 20


def plain(word: str) -> list[str]:
    """Return the words of a text as the solution sees them: with every character known, none is cut."""
    return wordpiece(word, Everything())


class Everything(frozenset):
    def __contains__(self, piece: object) -> bool:
        return True


def test_long_words(tmp_path):
    bert = theirs({"a", "##a"}, tmp_path)
    for length in (99, 100, 101, 250):
        assert wordpiece(length * "a", {"a", "##a"}) == bert.tokenize(length * "a")


def test_decoding(tmp_path):
    bert = theirs({"un", "##aff", "##able", "is", "中"}, tmp_path)
    pieces = ["un", "##aff", "##able", "is", "中", "##able", "[UNK]"]
    assert wordpiece_decode(pieces) == bert.convert_tokens_to_string(pieces)
