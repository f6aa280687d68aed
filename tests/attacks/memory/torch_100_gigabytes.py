"""Asks torch for 100 GB."""
# exercise: attention/scaled_dot_product
# outcome: out_of_memory

import torch


def scaled_dot_product(q, k, v, mask=None, causal=False):
    return torch.ones(100 << 28)
