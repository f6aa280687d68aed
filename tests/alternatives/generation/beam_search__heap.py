"""Right in another style: negated costs on heaps, a class for a hypothesis."""

import heapq
from dataclasses import dataclass


@dataclass(order=True)
class _Path:
    cost: float
    order: tuple
    tokens: list


def _rank(path, penalty, longest=None):
    return path.cost / (longest or len(path.tokens) or 1) ** penalty


def beam_search(next_log_probs, prompt, beam_width, max_new_tokens, eos_id, length_penalty=0.0):
    if beam_width < 1:
        raise ValueError(f"beam_width {beam_width} < 1")
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens {max_new_tokens} < 0")
    if length_penalty < 0:
        raise ValueError(f"length_penalty {length_penalty} < 0")
    live, ended, step = [_Path(0.0, (0, 0), [])], [], 0
    while live and step < max_new_tokens:
        if len(ended) >= beam_width:
            bar = heapq.nsmallest(beam_width, (_rank(p, length_penalty) for p in ended))[-1]
            if min(_rank(p, length_penalty, max_new_tokens) for p in live) >= bar:
                break
        heap = []
        for place, path in enumerate(live):
            for token, gain in enumerate(next_log_probs(tuple(prompt) + tuple(path.tokens))):
                if gain != float("-inf"):
                    heapq.heappush(heap, _Path(path.cost - gain, (place, token), [*path.tokens, token]))
        live = []
        for _ in range(min(beam_width, len(heap))):
            path = heapq.heappop(heap)
            (ended if path.tokens[-1] == eos_id else live).append(path)
        step += 1
    pool = list(enumerate(ended + live))
    pool.sort(key=lambda entry: (_rank(entry[1], length_penalty), entry[0]))
    return [(path.tokens, -_rank(path, length_penalty)) for _, path in pool[:beam_width]]
