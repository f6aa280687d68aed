"""Right in another style: heaps of costs, a class for a target, replacements drawn from a list of the others."""

import heapq
import math
from dataclasses import dataclass, field


@dataclass(order=True)
class _Target:
    cost: float
    order: tuple
    result: tuple = field(compare=False)


def _cost(forward, backward, language, target, source, weights):
    return -(forward / len(target)) - (weights[0] * backward + weights[1] * language) / len(source)


def _check(source, weights):
    if min(weights) < 0:
        raise ValueError(f"negative weight {min(weights)}")
    if not len(source):
        raise ValueError("nothing to explain")


def rerank(candidates, direct, channel, prior, source, weights):
    _check(source, weights)
    heap = []
    for place, y in enumerate(candidates):
        if len(y) == 0:
            raise ValueError("nothing to score")
        cost = _cost(direct(y, source), channel(source, y), prior(y), y, source, weights)
        heapq.heappush(heap, _Target(cost, (place,), (y, -cost)))
    return [heapq.heappop(heap).result for _ in candidates]


def online_step(beams, next_direct, channel, next_prior, source, weights, expand, keep):
    _check(source, weights)
    if expand < 1 or keep < 1:
        raise ValueError(f"expand {expand} and keep {keep} are at least 1")
    pool = []
    for place, (ids, forward, language) in enumerate(beams):
        row, prior = list(next_direct(ids, source)), list(next_prior(ids))
        best = heapq.nsmallest(expand, (t for t in range(len(row)) if row[t] != -math.inf), key=lambda t: (-row[t], t))
        for rank, token in enumerate(best):
            sums = forward + row[token], language + prior[token]
            y = tuple([*ids, token])
            cost = _cost(sums[0], channel(source, y), sums[1], y, source, weights)
            pool.append(_Target(cost, (place, rank), (y, *sums)))
    return [target.result for target in heapq.nsmallest(keep, pool)]


def corrupt(tokens, rate, vocab, rng):
    if not (0 <= rate <= 1):
        raise ValueError(f"{rate=}")
    if vocab <= 1:
        raise ValueError(f"{vocab=}")
    result = list(tokens)
    for at, old in enumerate(tokens):
        if rng.uniform() < rate:
            result[at] = int(rng.choice([new for new in range(vocab) if new != old]))
    return result
