"""First which parameters count, then the gradients, then the penalty from norms and dot products in float64."""

import numpy as np


def weight_penalty(params, l1=0.0, l2=0.0, skip=("bias",)):
    counted = [name for name in params if not any(name.endswith(word) for word in skip)]
    grads = {}
    for name, w in params.items():
        g = np.zeros(w.shape, dtype=w.dtype)
        if name in counted:
            g[w > 0] = l1
            g[w < 0] = -l1
            g += l2 * w
        grads[name] = g
    flat = np.concatenate([np.zeros(0), *(params[name].ravel() for name in counted)])
    return l1 * np.linalg.norm(flat, 1) + l2 / 2 * np.dot(flat, flat), grads
