"""One example after another, with outer products added up; the cache is the input, and all else is computed again."""

import numpy as np


def _hidden(params, row):
    return np.maximum(params["W1"].T @ row + params["b1"], 0)


def forward(params, x):
    return np.stack([params["W2"].T @ _hidden(params, row) + params["b2"] for row in x]), [x]


def backward(params, cache, grad_logits):
    (x,) = cache
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    grads["x"] = np.empty(x.shape, x.dtype)
    for n, (row, g) in enumerate(zip(x, grad_logits, strict=True)):
        hidden = _hidden(params, row)
        grads["W2"] += np.outer(hidden, g)
        grads["b2"] += g
        down = params["W2"] @ g
        down[hidden == 0] = 0
        grads["W1"] += np.outer(row, down)
        grads["b1"] += down
        grads["x"][n] = params["W1"] @ down
    return grads


def sgd_step(params, grads, lr):
    return dict(zip(params, (params[k] + grads[k] * -lr for k in params), strict=True))
