"""Another right solution: leading axes flattened, queries scaled beforehand, keys first in the matrix of scores."""

import math

import numpy as np


def attention_forward(q: np.ndarray, k: np.ndarray, v: np.ndarray):
    lead = q.shape[:-2]
    q, k, v = (a.reshape(math.prod(lead), *a.shape[-2:]) for a in (q, k, v))
    root = math.sqrt(q.shape[2])
    scaled = q / q.dtype.type(root)
    weights = np.matmul(k, scaled.transpose(0, 2, 1))  # [N, Tk, Tq]
    weights -= weights.max(axis=1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=1, keepdims=True)
    out = np.matmul(weights.transpose(0, 2, 1), v)
    return out.reshape(*lead, *out.shape[1:]), [scaled, k, v, weights, root, lead]


def attention_backward(grad_out: np.ndarray, cache):
    scaled, k, v, weights, root, lead = cache
    grad = grad_out.reshape(-1, *grad_out.shape[-2:])
    dv = weights @ grad
    flow = weights * (v @ grad.transpose(0, 2, 1))
    flow -= weights * flow.sum(axis=1, keepdims=True)
    dq = flow.transpose(0, 2, 1) @ k
    dq /= root
    return tuple(d.reshape(*lead, *d.shape[1:]) for d in (dq, flow @ scaled, dv))
