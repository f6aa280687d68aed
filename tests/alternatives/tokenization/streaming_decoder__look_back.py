"""Another right solution: looks for an unfinished character in the last three bytes, and decodes all before it."""

import numpy as np


def unfinished(data):
    """Return how many bytes at the end begin a character and lack its rest."""
    for back in range(1, min(3, len(data)) + 1):
        tail = data[-back:]
        for filling in (b"\x80", b"\xbf"):
            for count in range(1, 4):
                try:
                    if len((tail + count * filling).decode()) == 1:
                        return back
                except UnicodeDecodeError:
                    pass
    return 0


class StreamingDecoder:
    def __init__(self, vocab):
        self.tokens = dict(enumerate(vocab))
        self.tail = bytearray()

    def push(self, token_id):
        if token_id not in self.tokens:
            raise IndexError(f"{token_id} is outside the vocabulary")
        self.tail.extend(self.tokens[token_id])
        certain = len(self.tail) - unfinished(bytes(self.tail))
        text = self.tail[:certain].decode("utf-8", "replace")
        del self.tail[:certain]
        return text

    def flush(self):
        text = self.tail.decode("utf-8", "replace")
        self.tail.clear()
        return text


def fertility(token_counts, texts):
    lengths = np.array([len(text) for text in texts], int)
    if len(lengths) != len(token_counts):
        raise ValueError(f"{len(lengths)} texts and {len(token_counts)} counts")
    if lengths.sum() == 0:
        raise ValueError("these texts have no characters")
    return np.sum(token_counts) / lengths.sum()
