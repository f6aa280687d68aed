"""Right in another style: counters, runs of places that agree with a later one, one flat list of scores."""

import math
from collections import Counter


def _grams(ids, n):
    if n <= 0:
        raise ValueError(f"{n=} is too short for an n-gram")
    return Counter(zip(*(ids[shift:] for shift in range(n)), strict=False))


def distinct_n(ids, n):
    counter = _grams(ids, n)
    return len(counter) / sum(counter.values()) if counter else 1.0


def repetition_n(ids, n):
    counter = _grams(ids, n)
    return sum(count - 1 for count in counter.values()) / max(1, sum(counter.values()))


def longest_repeat(ids):
    for period in range(len(ids) // 2, 0, -1):
        # agree[i]: how many places in a row, from i on, hold what stands one period later
        agree = [0] * (len(ids) + 1)
        for at in reversed(range(len(ids) - period)):
            agree[at] = agree[at + 1] + 1 if ids[at] == ids[at + period] else 0
        found = []
        for start, run in enumerate(agree):
            block = tuple(ids[start : start + period])
            parts = (block[:d] * (period // d) for d in range(1, period) if period % d == 0)
            if run >= period and block not in parts:
                found.append((-(run // period + 1), start))
        if found:
            count, start = min(found)
            return start, period, -count
    return 0, 0, 0


def self_reinforcement(next_log_probs, sentence, times):
    size = len(sentence)
    if size == 0 or times < 0:
        raise ValueError(f"{size} tokens read {times} times")
    whole = tuple(sentence) * times
    each = [math.exp(float(next_log_probs(whole[:at])[token])) for at, token in enumerate(whole)]
    return [math.fsum(each[at : at + size]) / size for at in range(0, len(each), size)]
