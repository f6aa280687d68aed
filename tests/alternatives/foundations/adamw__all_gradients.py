"""The state is the list of all gradients so far, and both means are weighted ones over it, in float64."""

import numpy as np


def adamw_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
    grads = (*state.get("grads", ()), grad.astype(np.float64))
    stacked = np.stack(grads)
    age = np.arange(len(grads))[::-1]
    mean = np.average(stacked, axis=0, weights=np.power(betas[0], age))
    square = np.average(stacked * stacked, axis=0, weights=np.power(betas[1], age))
    moved = param * (1 - lr * weight_decay) - lr * mean / (eps + np.sqrt(square))
    return moved.astype(param.dtype), {"grads": grads}
