"""Decoding a stream of byte-level tokens.

Interview question: What is particular about training Chinese models?

A Chinese character is three bytes in UTF-8, an emoji four, and a byte-level vocabulary learned mostly from English has
few tokens for either: a character often takes two or three tokens, which makes the context shorter and each answer
slower and dearer. (How many tokens a character takes is the fertility.) It also means that a token may end in the
middle of a character, so that a program that shows a text while it is being written cannot decode token by token.

Source: the Unicode Standard 15.0, section 3.9, table 3-7 (which bytes are UTF-8) and what follows it on U+FFFD; on
fertility: Rust et al. 2021, section 3.3, arXiv:2012.15613, who count a word's tokens.

An interviewer goes on: what has a server to do when a stop string may begin within a held-back character? Why does
SentencePiece fall back to bytes, and what would happen to rare characters otherwise? Which of two tokenizers is cheaper
for Chinese when one has twice the vocabulary, and what do the larger embedding and softmax cost? Why can perplexities a
token not be compared between them?
Read on: Petrov et al. 2023, on what languages pay (arXiv:2305.15425); Cui, Yang and Yao 2023, a Chinese vocabulary for
LLaMA (arXiv:2304.08177); tokenization/vocabulary_expansion.
"""


class StreamingDecoder:
    """Turns tokens, one at a time, into text that never has to be taken back.

    At any time, let `pushed` be the bytes of all tokens since the beginning or the last flush, put together. What the
    pushes have returned, put together, is pushed.decode(errors="replace") without what may still change: the decoder
    holds back at the end of `pushed` those one to three bytes, if any, that begin a character and lack its rest.

    So text comes out as soon as it is certain, and once:

    - A character whose bytes are spread over tokens comes out whole, with the token that completes it.
    - Bytes that cannot become a character come out as U+FFFD with the token that shows it, as many times as in
      pushed.decode(errors="replace"). The byte 0x80 shows it at once. After E4 B8, which waits for a third byte, the
      byte 41 (an A) shows it: out comes one U+FFFD, and the A behind it in the same push.
    - E4, C2 and F0 9F 99 may go on to a character. C0, F5 and E0 80, ED A0, F0 80, F4 90 may not, whatever follows.

    Build it yourself: codecs.getincrementaldecoder and codecs.utf_8_decode are not allowed. bytes.decode is.
    """

    def __init__(self, vocab: list[bytes]) -> None:
        """Start with nothing held back.

        Args:
            vocab: the bytes of each token id, of any length, also none, and often no valid UTF-8 by themselves. It is
                left unmodified.
        """
        self._vocab = vocab
        self._held = b""

    def push(self, token_id: int) -> str:
        """Take the next token and return the text that has become certain, perhaps "".

        Raises:
            IndexError: token_id is negative, or not below len(vocab); the message gives it, and the decoder goes on as
                if it had not been pushed.

        >>> decoder = StreamingDecoder([b"ok ", b"\\xe4", b"\\xb8\\xad!", b"\\xf0\\x9f"])
        >>> [decoder.push(token_id) for token_id in (0, 1, 2, 3, 0, 1)]
        ['ok ', '', '中!', '', '�ok ', '']
        >>> decoder.flush()
        '�'
        """
        if not 0 <= token_id < len(self._vocab):
            raise IndexError(f"{token_id} is not one of the {len(self._vocab)} token ids, which count from 0")
        pending, text = self._held + self._vocab[token_id], ""
        self._held = b""
        while pending:
            try:
                return text + pending.decode()
            except UnicodeDecodeError as error:
                text += pending[: error.start].decode()
                # A first byte of several lacks its rest; a wrong byte behind it would have ended the error before.
                if error.end == len(pending) and 0xC2 <= pending[error.start] <= 0xF4:
                    self._held = pending[error.start :]
                    return text
                text += "\ufffd"
                pending = pending[error.end :]
        return text

    def flush(self) -> str:
        """End the text: return what the bytes held back are without a rest (U+FFFD, or "" if there are none).

        All that the pushes and the flush have returned, put together, is pushed.decode(errors="replace"). The decoder
        then is as at the beginning, ready for another text.
        """
        rest, self._held = self._held, b""
        return rest.decode(errors="replace")


def fertility(token_counts: list[int], texts: list[str]) -> float:
    """Return how many tokens a character takes on average over all the characters of a corpus.

    That is all tokens by all characters, so that a long text counts for more than a short one; a character is a code
    point.

    Args:
        token_counts: the number of tokens of each text.
        texts: some of them perhaps empty.

    Raises:
        ValueError: there are not as many counts as texts (the message gives both numbers), or no characters at all.

    >>> fertility([3, 5, 0], ["中", "ab🙂", ""])
    2.0
    """
    if len(token_counts) != len(texts):
        raise ValueError(f"{len(token_counts)} counts of tokens do not belong to {len(texts)} texts")
    characters = sum(len(text) for text in texts)
    if not characters:
        raise ValueError("there are no characters to count the tokens of")
    return sum(token_counts) / characters
