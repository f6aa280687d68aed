"""tokenization/bpe_encode against Hugging Face's BPE model, with merges learned from a text by their trainer."""

import json

import numpy as np
import pytest
from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.models import BPE as TheirBPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from tokenizers.trainers import BpeTrainer

from solutions.tokenization.bpe_encode import BPE, WORD

LETTERS = {"Latin": "etaoin äé", "Chinese": "中文字词学习语言 ", "runs": "aab ", "emoji": "🙂🙃🚀🧠👩é "}
SPECIALS = ["<end>", "<end>>", "[分隔]"]


def spelled(byte_level: str) -> bytes:
    """Return the bytes of a ByteLevel token, which writes each byte as a visible character."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    table = {chr(byte): byte for byte in visible} | {chr(256 + n): byte for n, byte in enumerate(hidden)}
    return bytes(table[character] for character in byte_level)


def random_text(letters: str, size: int, rng: np.random.Generator) -> str:
    return "".join(rng.choice(list(letters), size=size, p=rng.dirichlet(np.ones(len(letters)))))


def trained(corpus: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(TheirBPE())
    words = Split(Regex(WORD.pattern), behavior="isolated")
    tokenizer.pre_tokenizer = Sequence([words, ByteLevel(add_prefix_space=False, use_regex=False)])
    trainer = BpeTrainer(vocab_size=400, initial_alphabet=ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def ours(theirs: Tokenizer, special_tokens: list[str]) -> BPE:
    merges = json.loads(theirs.to_str())["model"]["merges"]
    vocab = {spelled(token): index for token, index in theirs.get_vocab(with_added_tokens=False).items()}
    vocab |= {special.encode(): theirs.token_to_id(special) for special in special_tokens}
    return BPE(vocab, [(spelled(left), spelled(right)) for left, right in merges], special_tokens)


@pytest.mark.parametrize("kind", LETTERS)
def test_ids_are_those_of_hugging_face(kind):
    rng = np.random.default_rng(len(kind))
    theirs = trained([random_text(LETTERS[kind], 20_000, rng)])
    bpe = ours(theirs, [])
    for size in range(1, 60):
        text = random_text(LETTERS[kind] + "x.,\n", size, rng)
        assert bpe.encode(text) == theirs.encode(text).ids
        assert bpe.decode(bpe.encode(text)) == text


def test_a_long_word():
    rng = np.random.default_rng(0)
    theirs = trained([random_text("中文字词学习", 20_000, rng)])
    text = random_text("中文字词学习", 20_000, rng)
    assert ours(theirs, []).encode(text) == theirs.encode(text).ids


def test_special_tokens():
    rng = np.random.default_rng(1)
    theirs = trained([random_text("abc <>", 20_000, rng)])
    theirs.add_special_tokens([AddedToken(special, normalized=False) for special in SPECIALS])
    bpe = ours(theirs, SPECIALS)
    parts = [*SPECIALS, "ab", " c", "<", ">", " ", "中"]
    for size in range(40):
        text = "".join(rng.choice(parts, size=size))
        assert bpe.encode(text) == theirs.encode(text, add_special_tokens=False).ids
