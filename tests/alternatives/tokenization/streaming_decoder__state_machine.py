"""Another right solution: byte by byte through the table of the Unicode Standard, without bytes.decode."""

# For each first byte: the least and the greatest second byte, and how many bytes follow after the first.
FIRST = {byte: (0x80, 0xBF, 1) for byte in range(0xC2, 0xE0)}
FIRST.update({byte: (0x80, 0xBF, 2) for byte in range(0xE0, 0xF0)})
FIRST.update({byte: (0x80, 0xBF, 3) for byte in range(0xF0, 0xF5)})
FIRST[0xE0] = (0xA0, 0xBF, 2)
FIRST[0xED] = (0x80, 0x9F, 2)
FIRST[0xF0] = (0x90, 0xBF, 3)
FIRST[0xF4] = (0x80, 0x8F, 3)


class StreamingDecoder:
    def __init__(self, vocab):
        self.vocab = list(vocab)
        self.lacking = 0

    def push(self, token_id):
        if token_id < 0 or token_id >= len(self.vocab):
            raise IndexError(f"no token has the id {token_id}")
        out = []
        for byte in self.vocab[token_id]:
            if self.lacking and not self.low <= byte <= self.high:
                out.append("\ufffd")
                self.lacking = 0
            if self.lacking:
                self.code = self.code * 64 + byte % 64
                self.low, self.high = 0x80, 0xBF
                self.lacking -= 1
                if not self.lacking:
                    out.append(chr(self.code))
            elif byte < 0x80:
                out.append(chr(byte))
            elif byte in FIRST:
                self.low, self.high, self.lacking = FIRST[byte]
                self.code = byte & (0x3F >> self.lacking)
            else:
                out.append("\ufffd")
        return "".join(out)

    def flush(self):
        was_lacking, self.lacking = self.lacking, 0
        return "\ufffd" if was_lacking else ""


def fertility(token_counts, texts):
    tokens = characters = 0
    if len(texts) != len(token_counts):
        raise ValueError(f"{len(texts)} texts, {len(token_counts)} counts")
    for count, text in zip(token_counts, texts, strict=True):
        tokens, characters = tokens + count, characters + len(text)
    if characters == 0:
        raise ValueError("no characters")
    return tokens / characters
