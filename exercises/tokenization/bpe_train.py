"""Learning byte-pair merges.

Interview question: How do LLMs handle out-of-vocabulary words?

They have none. A byte-pair vocabulary starts from the 256 bytes, so every text can be written with it, and grows by
joining the two neighbouring tokens that are most often seen together, again and again. Frequent words end up as one
token, rare ones as a few pieces, unheard-of ones as bytes at the worst.

Source: Sennrich, Haddow and Birch 2016, section 3.2, arXiv:1508.07909; on bytes: Radford et al. 2019, section 2.2.
Unlike the former, there is no end-of-word mark: a word carries the space in front of it.
"""

import re
from collections.abc import Sequence

# Given: how a text is cut. Letters, digits and _, with the space in front of them, if any; other signs likewise; and
# what white space is left. Nothing is lost: "Hi  there, Bo!" is cut into "Hi", "  ", "there", ",", " Bo" and "!".
WORD = re.compile(r" ?\w+| ?[^\w\s]+|\s+")


def train_bpe(
    corpus: list[str], vocab_size: int, special_tokens: Sequence[str] = ()
) -> tuple[dict[bytes, int], list[tuple[bytes, bytes]]]:
    """Learn a byte-level vocabulary from a corpus.

    Each text is cut by WORD.findall(text), each word encoded in UTF-8, and each byte is a token at first. Then, again
    and again, the most frequent pair of neighbouring tokens is merged into one token everywhere, until the vocabulary
    is full or no pair is left.

    - Pairs stand within a word, so that none reaches over the ends of words, let alone of texts.
    - A pair counts once for each position at which it stands, in each occurrence of a word: "aaa" holds (a, a) twice.
    - Of equally frequent pairs the greater one is merged, as Python compares tuples of bytes: (b"s", b"t") before
      (b"e", b"s"), and (b"ab", b"b") before (b"a", b"bc"). A pair that occurs once is merged like any other.
    - A merge goes through a word from the left, and each token takes part in one: "aaa" becomes aa a, "aaaa" aa aa.

    The counts have to be kept up to date, rather than counted again for each merge: 1 MB of text in 75,000 different
    words and 1,000 merges take a few seconds, and the limit is 12 seconds of CPU time. So a merge cannot afford to look
    at every word.

    Args:
        corpus: texts, perhaps none, perhaps empty.
        vocab_size: the largest number of entries that the vocabulary may have.
        special_tokens: such as "<end>", all different. None of them stands in the corpus or is a single byte, and
            nothing is learned from them.

    Returns:
        (vocab, merges). vocab gives each token's id: the bytes 0 to 255 have their own value, the tokens made by merges
        follow in the order of the merges, then the special tokens (in UTF-8) in the order given, all without gaps.
        merges has the pairs in the order in which they were merged.

    Raises:
        ValueError: vocab_size is less than 256 + len(special_tokens); the message gives both numbers (with three
            special tokens, 258 and 259, say).

    The arguments are left unmodified.

    >>> vocab, merges = train_bpe(["low low low lower"], 260, ["<end>"])
    >>> merges
    [(b'o', b'w'), (b'l', b'ow'), (b' ', b'low')]
    >>> [vocab[token] for token in (b"o", b"ow", b"low", b" low", b"<end>")]
    [111, 256, 257, 258, 259]
    >>> train_bpe(["aaa", "bc"], 257)[1]
    [(b'a', b'a')]
    """
    raise NotImplementedError("train_bpe")
