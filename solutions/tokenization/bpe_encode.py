"""Encoding and decoding with byte-pair merges.

Interview questions: What is tokenization and why do LLMs depend on it? How do LLMs handle out-of-vocabulary words?

Training has left a list of merges, and encoding replays it: a new text is cut into bytes, and the merges are applied in
the order in which they were learned. A word that nobody has seen takes a few more tokens, and nothing is ever unknown.

Source: Sennrich, Haddow and Birch 2016, section 3.2, arXiv:1508.07909; on bytes: Radford et al. 2019, section 2.2.
vocab and merges are what tokenization/bpe_train returns, which is not needed here.

An interviewer goes on: what does a cache of words save, and which texts defeat it? Why does the left-to-right longest
match give other tokens than the merges do, and what happens to a model that is fed with them? Who may write "<end>" in
a prompt, and what follows if encode believes them? Where do numbers, code and other scripts lose most?
Read on: Kudo and Richardson 2018, SentencePiece (arXiv:1808.06226); Provilkov, Emelianenko and Voita 2020, BPE-dropout
(arXiv:1910.13267); Petrov et al. 2023, on what languages pay (arXiv:2305.15425).
"""

import heapq
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
        self._ids = dict(vocab)
        self._bytes = {index: token for token, index in vocab.items()}
        self._ranks = {pair: rank for rank, pair in enumerate(merges)}
        # An alternation takes the first branch that fits. The group makes re.split keep what it splits at.
        branches = "|".join(re.escape(special) for special in sorted(special_tokens, key=len, reverse=True))
        self._special = re.compile(f"({branches})") if special_tokens else None

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
        stretches = self._special.split(text) if self._special else [text]
        tokens: list[bytes] = []
        for index, stretch in enumerate(stretches):
            if index % 2:
                tokens.append(stretch.encode())
            else:
                for word in WORD.findall(stretch):
                    tokens += self._merge(word.encode())
        return [self._ids[token] for token in tokens]

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
        return b"".join(self._bytes[index] for index in ids).decode(errors="replace")

    def _merge(self, word: bytes) -> list[bytes]:
        """Return the tokens of one word: a heap of the places to merge, and links from each token to its neighbours."""
        size = len(word)
        tokens = [word[i : i + 1] for i in range(size)] + [b""]  # at the end stands a token that no merge knows
        before, after = list(range(-1, size)), list(range(1, size + 1))
        heap: list[tuple[int, int]] = []  # (rank, place of the left one); some entries are out of date

        def offer(left: int) -> None:
            rank = self._ranks.get((tokens[left], tokens[after[left]]))
            if rank is not None:
                heapq.heappush(heap, (rank, left))

        for left in range(size):
            offer(left)
        while heap:
            rank, left = heapq.heappop(heap)
            right = after[left]
            if self._ranks.get((tokens[left], tokens[right])) != rank:
                continue
            tokens[left], tokens[right] = tokens[left] + tokens[right], b""
            after[left] = after[right]
            before[after[left]] = left
            offer(before[left])
            offer(left)
        return [token for token in tokens if token]
