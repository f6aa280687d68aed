"""Right in another style: the best extension is drawn, the others come from the inverse of a truncated Gumbel's cdf."""

from dataclasses import dataclass

import numpy as np


@dataclass
class _Node:
    ids: tuple
    log_prob: float
    value: float
    is_over: bool

    def children(self, row, eos, rng):
        row = np.array(row, dtype=np.float64)
        order = rng.permutation(np.flatnonzero(np.isfinite(row)))
        where = np.cumsum(np.exp(row[order]))
        best = order[min(np.searchsorted(where, rng.random() * where[-1], side="right"), len(order) - 1)]
        location = self.log_prob + row
        # P(G < g | G < top) = u, with P(G < g) = exp(-exp(location - g))
        negative_log = -np.log1p(-rng.random(len(row)))
        for token in order:
            below = np.logaddexp(location[token] - self.value, np.log(negative_log[token]))
            value = self.value if token == best else location[token] - below
            yield _Node((*self.ids, int(token)), float(location[token]), float(value), bool(token == eos))


def stochastic_beam_search(next_log_probs, prompt, k, max_new_tokens, eos_id, rng):
    if k <= 0:
        raise ValueError(f"k = {k}")
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens = {max_new_tokens}")
    start, beam, length = tuple(prompt), [_Node((), 0.0, -np.log(rng.standard_exponential()), False)], 0
    while length < max_new_tokens and not all(node.is_over for node in beam):
        candidates = []
        for node in beam:
            if node.is_over:
                candidates.append(node)
            else:
                candidates.extend(node.children(next_log_probs(start + node.ids), eos_id, rng))
        candidates.sort(key=lambda node: node.value, reverse=True)
        beam, length = candidates[:k], length + 1
    return [(list(node.ids), node.log_prob, node.value) for node in beam]
