"""Another right solution: each rank has a bucket of places, and a token is a slice of its word."""

import functools
import re


class BPE:
    def __init__(self, vocab, merges, special_tokens=()):
        self.number = vocab.copy()
        self.merges = list(merges)
        self.rank_of = {}
        for pair in merges:
            self.rank_of[pair] = len(self.rank_of)
        self.by_length = sorted(special_tokens, key=lambda special: -len(special))
        self.word_ids = functools.cache(self._word_ids)

    def encode(self, text):
        found = []
        start = 0
        for match in re.finditer("|".join(map(re.escape, self.by_length)) or r"(?!)", text):
            found += self._plain(text[start : match.start()])
            found.append(self.number[match[0].encode()])
            start = match.end()
        return found + self._plain(text[start:])

    def _plain(self, text):
        return [i for word in re.findall(r" ?\w+| ?[^\w\s]+|\s+", text) for i in self.word_ids(word.encode())]

    def _word_ids(self, word):
        start_of_next = list(range(1, len(word) + 1))  # for the token that starts at a place
        start_of_last = list(range(-1, len(word) - 1))
        alive = [True] * len(word)
        buckets = {}

        def token(place):
            return word[place : start_of_next[place]]

        def file(place):
            if place >= 0 and start_of_next[place] < len(word):
                rank = self.rank_of.get((token(place), token(start_of_next[place])))
                if rank is not None:
                    buckets.setdefault(rank, []).append(place)

        for place in range(len(word)):
            file(place)
        for rank, pair in enumerate(self.merges):
            for place in sorted(buckets.pop(rank, ())):
                gone = start_of_next[place]
                if not alive[place] or gone >= len(word) or (token(place), token(gone)) != pair:
                    continue
                alive[gone] = False
                start_of_next[place] = start_of_next[gone]
                if start_of_next[place] < len(word):
                    start_of_last[start_of_next[place]] = place
                file(start_of_last[place])
                file(place)
        return [self.number[token(place)] for place in range(len(word)) if alive[place]]

    def decode(self, ids):
        back = {index: token for token, index in self.number.items()}
        return b"".join([back[index] for index in ids]).decode("utf-8", "replace")
