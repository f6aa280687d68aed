"""Encoding and decoding with byte-pair merges.

Interview questions: What is tokenization and why do LLMs depend on it? How do LLMs handle out-of-vocabulary words?

Training has left a list of merges, and encoding replays it: a new text is cut into bytes, and the merges are applied in
the order in which they were learned. A word that nobody has seen takes a few more tokens, and nothing is ever unknown.

Source: Sennrich, Haddow and Birch 2016, section 3.2, arXiv:1508.07909; on bytes: Radford et al. 2019, section 2.2.
vocab and merges are what tokenization/bpe_train returns, which is not needed here.
"""

import re
from collections.abc import Sequence

# Given: how a text is cut. Letters, digits and _, with the space in front of them, if any; other signs likewise; and
# what white space is left. Nothing is lost: "Hi  there, Bo!" is cut into "Hi", "  ", "there", ",", " Bo" and "!".
WORD = re.compile(r" ?\w+| ?[^\w\s]+|\s+")


class BPE:
    """A byte-level tokenizer with a vocabulary that has been learned."""

    def __init__(
        self, vocab: dict[bytes, int], merges: list[tuple[bytes, bytes]], special_tokens: Sequence[str] = ()
    ) -> None:
        """Take over a vocabulary.

        Args:
            vocab: each token's id. All ids differ, and are otherwise arbitrary: a byte's id need not be its value. It
                holds the 256 bytes, left + right for each merge and the special tokens in UTF-8, perhaps others too.
            merges: pairs (left, right), the rank of each being its index. Each side is a byte or was made by a merge
                before, and no two merges make the same bytes.
            special_tokens: such as "<end>", all different, none empty, none a single byte or made by a merge.

        The arguments are left unmodified.
        """
        raise NotImplementedError("BPE.__init__")

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text.

        1. Special tokens are found from the left, wherever they stand, in the middle of a word too. Where several begin
           at the same place, the longest is taken; the search goes on behind it. Each becomes its own id.
        2. Each stretch between them is cut by WORD.findall(stretch), on its own.
        3. Each word is encoded in UTF-8, and each byte is a token at first. Then, again and again, of all pairs of
           neighbouring tokens that stand in merges, the one of lowest rank is merged into one token, the leftmost place
           first where it stands several times, until no pair stands in merges. A pair that does not stand there is not
           joined, whether vocab holds left + right or not.

        100 kB of text take about a second, even if they are a single word (Chinese is written without spaces): a search
        through the whole word for each merge is too slow. The checks have words of up to 30,000 bytes and 80 merges,
        and the limit is 2 seconds of CPU time.

        Args:
            text: any Unicode text (lone surrogates, which are none, do not occur), perhaps empty.

        >>> vocab = {bytes([byte]): byte for byte in range(256)}
        >>> merges = [(b"b", b"c"), (b"a", b"b"), (b"ab", b"c")]
        >>> vocab |= {b"bc": 256, b"ab": 257, b"abc": 258, b"<end>": 259}
        >>> bpe = BPE(vocab, merges, ["<end>"])
        >>> bpe.encode("abc"), bpe.encode("bcab ab<end>")
        ([97, 256], [256, 257, 32, 257, 259])
        """
        raise NotImplementedError("BPE.encode")

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of a list of ids, special tokens included.

        The bytes of all tokens are put together before they are decoded from UTF-8, since a character may be spread
        over several tokens. What is not valid UTF-8 is replaced by U+FFFD, as bytes.decode does with errors="replace".
        So decode(encode(text)) is text.

        Args:
            ids: perhaps none, and of any origin, such as a model that has written half a character.

        Raises:
            KeyError: an id is not in the vocabulary; the message gives it.

        >>> vocab = {bytes([byte]): byte for byte in range(256)}
        >>> bpe = BPE(vocab, [])
        >>> bpe.decode([0xE4, 0xB8, 0xAD, 0x21]), bpe.decode([0xE4, 0xB8, 0x21])
        ('中!', '\ufffd!')
        """
        raise NotImplementedError("BPE.decode")
