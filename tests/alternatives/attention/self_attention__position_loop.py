"""One position after another, with the scale on the query and log-sum-exp in place of a quotient."""

import numpy as np


def self_attention(x, w_q, w_k, w_v):
    keys, values = np.einsum("td,dk->kt", x, w_k), np.einsum("td,dv->tv", x, w_v)
    root = x.dtype.type(w_q.shape[-1]) ** x.dtype.type(0.5)
    output, weights = [], []
    for position in x:
        scores = (position @ w_q) @ keys / root
        scores = scores - max(scores)
        shares = np.exp(scores - np.logaddexp.reduce(scores))
        weights.append(shares)
        output.append((shares[:, None] * values).sum(axis=0))
    return np.stack(output), np.stack(weights)
