"""Another right solution: ids in linked arrays, positions of each pair, and a heap with outdated entries in it."""

import heapq
import re
from collections import defaultdict

WORD = re.compile(r" ?\w+| ?[^\w\s]+|\s+")


class Entry:
    """A pair in the heap: the higher count first, then the greater pair of bytes."""

    __slots__ = ("count", "pair", "spelled")

    def __init__(self, count, pair, spelled):
        self.count, self.pair, self.spelled = count, pair, spelled

    def __lt__(self, other):
        return (self.count, self.spelled) > (other.count, other.spelled)


def train_bpe(corpus, vocab_size, special_tokens=()):
    room = vocab_size - 256 - len(special_tokens)
    if room < 0:
        raise ValueError(f"{vocab_size} entries cannot hold {256 + len(special_tokens)}")
    spelling = [bytes((value,)) for value in range(256)]
    ids, after, before = [], [], []
    for text in corpus:
        for word in WORD.findall(text):
            data = word.encode("utf-8")
            start = len(ids)
            ids.extend(data)
            after.extend(range(start + 1, start + len(data)))
            after.append(-1)
            before.append(-1)
            before.extend(range(start, start + len(data) - 1))
    positions = defaultdict(set)
    for place, following in enumerate(after):
        if following >= 0:
            positions[ids[place], ids[following]].add(place)

    def entry(pair):
        return Entry(len(positions[pair]), pair, (spelling[pair[0]], spelling[pair[1]]))

    heap = [entry(pair) for pair in positions]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < room:
        top = heapq.heappop(heap)
        count = len(positions[top.pair])
        if not count:
            continue
        if count != top.count:
            heapq.heappush(heap, entry(top.pair))
            continue
        merges.append(top.spelled)
        new, (left, right) = len(spelling), top.pair
        spelling.append(top.spelled[0] + top.spelled[1])
        changed = set()
        for place in sorted(positions[top.pair]):
            second = after[place]
            if ids[place] != left or second < 0 or ids[second] != right:
                continue  # an overlapping place that the merge before has taken
            previous, following = before[place], after[second]
            if previous >= 0:
                positions[ids[previous], left].discard(previous)
            if following >= 0:
                positions[right, ids[following]].discard(second)
            ids[place], ids[second] = new, -1
            after[place] = following
            if previous >= 0:
                positions[ids[previous], new].add(previous)
                changed.add((ids[previous], new))
            if following >= 0:
                before[following] = place
                positions[new, ids[following]].add(place)
                changed.add((new, ids[following]))
        positions[top.pair].clear()
        for pair in changed:
            heapq.heappush(heap, entry(pair))
    table = {token: number for number, token in enumerate(spelling)}
    for special in special_tokens:
        table[special.encode("utf-8")] = len(table)
    return table, merges
