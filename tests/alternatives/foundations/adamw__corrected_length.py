"""Decay first, on a copy; then a step that holds both corrections. The state keeps powers instead of a count."""

import math

import numpy as np


def adamw_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
    if not state:
        state = {"exp_avg": np.zeros_like(param), "exp_avg_sq": np.zeros_like(param), "left": (1.0, 1.0)}
    left = tuple(power * beta for power, beta in zip(state["left"], betas, strict=True))
    m, v = state["exp_avg"].copy(), state["exp_avg_sq"].copy()
    m += (grad - m) * (1 - betas[0])
    v *= betas[1]
    v += np.square(grad) * (1 - betas[1])
    after = param.copy()
    after *= 1 - lr * weight_decay
    root = math.sqrt(1 - left[1])
    after -= (lr * root / (1 - left[0])) * m / (np.sqrt(v) + root * eps)
    return after, {"exp_avg": m, "exp_avg_sq": v, "left": left}
