"""tokenization/streaming_decoder against Python's incremental decoder and Hugging Face's stream of ByteLevel tokens."""

import codecs
import itertools

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.decoders import DecodeStream
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel

from solutions.tokenization.streaming_decoder import StreamingDecoder, fertility

BYTES = [bytes([byte]) for byte in range(256)]
EDGES = (0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xE4, 0xED, 0xF0, 0xF1, 0xF4, 0xF5)


def by_codecs(tokens: list[bytes]) -> list[str]:
    """Return what Python's decoder gives, which holds ED A0 to ED BF back, although no character begins so."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    shown, texts, pushed = "", [], b""
    for token in tokens:
        shown += decoder.decode(token)
        pushed += token
        is_half_a_surrogate = pushed[-2:-1] == b"\xed" and 0xA0 <= pushed[-1] <= 0xBF
        texts.append(shown + 2 * "\ufffd" if is_half_a_surrogate else shown)
    texts.append(shown + decoder.decode(b"", final=True))
    return [text.removeprefix(before) for before, text in itertools.pairwise(["", *texts])]


def by_ours(tokens: list[bytes]) -> list[str]:
    decoder = StreamingDecoder(tokens)
    return [decoder.push(index) for index in range(len(tokens))] + [decoder.flush()]


def test_every_sequence_of_up_to_four_bytes_at_the_edges():
    for length in range(1, 5):
        for sequence in itertools.product(EDGES, repeat=length):
            tokens = [BYTES[byte] for byte in sequence]
            assert by_ours(tokens) == by_codecs(tokens)


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_in_random_tokens(seed):
    rng = np.random.default_rng(seed)
    data = bytes(rng.choice(EDGES, size=400).tolist())
    cuts = [0, *sorted(rng.integers(401, size=120).tolist()), 400]
    tokens = [data[start:end] for start, end in itertools.pairwise(cuts)]
    assert by_ours(tokens) == by_codecs(tokens)
    assert "".join(by_ours(tokens)) == data.decode(errors="replace")


def test_valid_text_comes_out_when_hugging_face_lets_it_out():
    alphabet = sorted(ByteLevel.alphabet())
    tokenizer = Tokenizer(BPE({character: index for index, character in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = ByteLevelDecoder()
    text = "a中🙂é, 文字。👩\u200d🧠 \u07ff\u0800\uffff\U0010ffff!"
    stream, decoder = DecodeStream([]), StreamingDecoder(BYTES)
    ids = tokenizer.encode(text).ids
    assert len(ids) == len(text.encode())
    for index, byte in zip(ids, text.encode(), strict=True):
        assert (stream.step(tokenizer, index) or "") == decoder.push(byte)
    assert decoder.flush() == ""


def test_fertility_of_bytes_as_tokens():
    texts = ["abcd", "中文", "🙂"]
    assert fertility([len(text.encode()) for text in texts], texts) == 14 / 7
