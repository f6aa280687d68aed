"""Cutting words into pieces, longest match first.

Interview question: What is tokenization and why do LLMs depend on it?

BERT normalises a text, cuts it into words, and cuts each word into the pieces that its vocabulary has. A piece inside a
word is written with ## in front, so that "able" the word and "##able" the ending are different tokens. Rare words are
so put together from frequent pieces, and a word for which the pieces do not suffice is one unknown token.

Source: Devlin et al. 2019, section 3, arXiv:1810.04805 (the tokenizer of its uncased models; the pieces are those of Wu
et al. 2016, section 4.1, arXiv:1609.08144). BERT also removes control characters first, which is left out here.
"""

import re
from collections.abc import Collection

# Given: the characters of Chinese writing (CJK ideographs), each of which is a word by itself.
CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")


def wordpiece(text: str, vocab: Collection[str], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    """Return the pieces of a text.

    1. The text is lower-cased (str.lower) and decomposed (Unicode's form NFD), and the characters of Unicode's category
       Mn, which are the accents, are removed. So "É" becomes "e"; what is no accent stays ("ß", the ligature "ﬁ").
    2. It is cut into words at white space (str.split). Each punctuation character and each Chinese character is a word
       by itself. Punctuation is whatever stands in string.punctuation or has a category that begins with P.
    3. Each word is cut into pieces from the left: the first piece is the longest beginning of the word that stands in
       vocab, and each further piece is the longest beginning of what is left that, with ## in front, stands in vocab.
       A piece has at least one character, not counting the ##. No choice is taken back: where nothing in vocab fits
       what is left, the whole word becomes unk, once, even if shorter pieces would have led on.
    4. A word of more than max_chars characters (code points, after step 1) becomes unk as well, even if it is in vocab.

    Args:
        text: any text, perhaps empty.
        vocab: the pieces, as a set, or as a dict whose keys they are. Something like "[CLS]" in vocab has no part in
            this: in a text it is three words like any other.
        unk: what stands for a word that cannot be written, whether vocab holds it or not.
        max_chars: at least 1.

    Returns:
        The pieces as they stand in vocab, hence with ##, in order.

    The arguments are left unmodified.

    >>> vocab = {"un", "##aff", "##able", "##a", "able", "!", "中"}
    >>> wordpiece("Unaffable, UNABLE! 中文 áble", vocab)
    ['un', '##aff', '##able', '[UNK]', 'un', '##able', '!', '中', '[UNK]', 'able']
    >>> wordpiece("unaffected", vocab), wordpiece("unable", vocab, max_chars=5)
    (['[UNK]'], ['[UNK]'])
    """
    raise NotImplementedError("wordpiece")


def wordpiece_decode(pieces: list[str]) -> str:
    """Return the text of some pieces.

    They are joined by single spaces, except that a piece that begins with ## follows the one before it at once, without
    its ##. Where it is the first of all, it loses its ## as well. Nothing else is changed: unk is text like any other,
    and what step 1 did away with does not come back.

    Args:
        pieces: perhaps none. Left unmodified.

    >>> wordpiece_decode(["un", "##aff", "##able", "!", "[UNK]"])
    'unaffable ! [UNK]'
    """
    raise NotImplementedError("wordpiece_decode")
