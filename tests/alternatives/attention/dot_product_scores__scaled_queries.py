"""einsum, the scale on the queries before their product, and formulas written from powers."""

import numpy as np


def dot_product_scores(q, k, scaled=True):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"K is {q.shape[-1]} in q, {k.shape[-1]} in k")
    if scaled:
        q = q * q.dtype.type(q.shape[-1] ** -0.5)
    return np.einsum("...ik,...jk->...ij", q, k)


def score_variance(K, scaled):
    return K ** (0 if scaled else 1)


def attention_cost(T, K):
    pairs = T**2
    work_per_product = pairs * K
    return work_per_product + work_per_product, pairs * np.dtype(np.float32).itemsize
