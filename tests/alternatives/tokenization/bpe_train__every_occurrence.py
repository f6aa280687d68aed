"""Another right solution: each occurrence of a word is kept by itself, and only a merge's neighbours are counted."""

import itertools
import re
from collections import defaultdict


def words_of(corpus):
    for text in corpus:
        for match in re.finditer(r" ?\w+| ?[^\w\s]+|\s+", text):
            yield [bytes([value]) for value in match.group().encode()]


def train_bpe(corpus, vocab_size, special_tokens=()):
    fixed = 256 + len(special_tokens)
    if fixed > vocab_size:
        raise ValueError(f"vocab_size is {vocab_size}, and has to be {fixed} at least")
    words = list(words_of(corpus))
    totals, holders = defaultdict(int), defaultdict(set)
    for number, word in enumerate(words):
        for pair in itertools.pairwise(word):
            totals[pair] += 1
            holders[pair].add(number)
    merges = []
    for _ in range(vocab_size - fixed):
        best, most = None, 0
        for pair, total in totals.items():
            if total > most or (total == most and best is not None and pair > best):
                best, most = pair, total
        if best is None:
            break
        merges.append(best)
        new = b"".join(best)
        for number in holders.pop(best):
            word, at = words[number], 0
            while at + 1 < len(word):
                if (word[at], word[at + 1]) != best:
                    at += 1
                    continue
                if at > 0:
                    totals[word[at - 1], best[0]] -= 1
                    totals[word[at - 1], new] += 1
                    holders[word[at - 1], new].add(number)
                if at + 2 < len(word):
                    totals[best[1], word[at + 2]] -= 1
                    totals[new, word[at + 2]] += 1
                    holders[new, word[at + 2]].add(number)
                word[at : at + 2] = [new]
                at += 1
        totals = defaultdict(int, {pair: total for pair, total in totals.items() if total > 0 and pair != best})
    vocab = {}
    for token in [*map(bytes, zip(range(256))), *map(b"".join, merges), *(text.encode() for text in special_tokens)]:
        vocab[token] = len(vocab)
    return vocab, merges
