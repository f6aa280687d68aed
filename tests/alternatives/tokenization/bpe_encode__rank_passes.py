"""Another right solution: for each rank that occurs, lowest first, one pass over the word; ids rather than bytes."""

import itertools
import re


class BPE:
    def __init__(self, vocab, merges, special_tokens=()):
        self.vocab = vocab
        self.spelling = dict(zip(vocab.values(), vocab.keys(), strict=True))
        self.table = {}
        for rank, (left, right) in enumerate(merges):
            self.table[vocab[left], vocab[right]] = (rank, vocab[left + right])
        self.specials = list(special_tokens)
        self.known_words = {}

    def encode(self, text):
        ids, plain_from, place = [], 0, 0
        while place < len(text):
            here = [special for special in self.specials if text.startswith(special, place)]
            if here:
                ids.extend(self._words(text[plain_from:place]))
                longest = max(here, key=len)
                ids.append(self.vocab[longest.encode()])
                place += len(longest)
                plain_from = place
            else:
                place += 1
        return ids + self._words(text[plain_from:])

    def _words(self, text):
        ids = []
        for match in re.finditer(r" ?\w+| ?[^\w\s]+|\s+", text):
            word = match.group()
            if word not in self.known_words:
                self.known_words[word] = self._word([self.vocab[bytes([byte])] for byte in word.encode("utf-8")])
            ids.extend(self.known_words[word])
        return ids

    def _word(self, ids):
        while True:
            ranked = [self.table[pair] for pair in set(itertools.pairwise(ids)) if pair in self.table]
            if not ranked:
                return ids
            best = min(ranked)
            joined, place = [], 0
            while place < len(ids):
                if self.table.get(tuple(ids[place : place + 2])) == best:
                    joined.append(best[1])
                    place += 2
                else:
                    joined.append(ids[place])
                    place += 1
            ids = joined

    def decode(self, ids):
        written = bytearray()
        for number in ids:
            if number not in self.spelling:
                raise KeyError(f"there is no token {number}")
            written += self.spelling[number]
        return str(written, "utf-8", "replace")
