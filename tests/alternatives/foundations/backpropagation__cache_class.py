"""An object for a cache that keeps the input of each layer, and einsum for every product."""

import numpy as np


class Pass:
    def __init__(self, x, before):
        self.x = x
        self.before = before


def forward(params, x):
    before = np.einsum("bd,dh->bh", x, params["W1"]) + params["b1"]
    after = np.where(before > 0, before, 0)
    return np.einsum("bh,hc->bc", after, params["W2"]) + params["b2"], Pass(x.copy(), before)


def backward(params, cache, grad_logits):
    open_gates = cache.before > 0
    after = cache.before * open_gates
    grads = {"W2": np.einsum("bh,bc->hc", after, grad_logits), "b2": np.einsum("bc->c", grad_logits)}
    back = np.einsum("bc,hc,bh->bh", grad_logits, params["W2"], open_gates)
    grads["W1"] = np.einsum("bd,bh->dh", cache.x, back)
    grads["b1"] = np.einsum("bh->h", back)
    grads["x"] = np.einsum("bh,dh->bd", back, params["W1"])
    return grads


def sgd_step(params, grads, lr):
    after = {}
    for name in params:
        after[name] = params[name].copy()
        after[name] -= lr * grads[name]
    return after
