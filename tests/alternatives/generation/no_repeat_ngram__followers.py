"""Right in another style: a dict from each (n - 1)-gram to what has followed it."""

from collections import defaultdict

import numpy as np


def banned_tokens(ids, n):
    if n <= 0:
        raise ValueError(f"{n=} is not the length of anything")
    followers = defaultdict(set)
    for end in range(n - 1, len(ids)):
        followers[tuple(ids[end - n + 1 : end])].add(ids[end])
    start = len(ids) - n + 1
    return followers[tuple(ids[start:])] if start > 0 else set()


def no_repeat_ngram(logits, ids, n):
    banned = np.zeros(logits.shape, bool)
    for token in banned_tokens(ids, n):
        banned[token] = True
    out = np.where(banned, logits.dtype.type(-np.inf), logits)
    return np.array(logits) if out.max() == -np.inf else out
