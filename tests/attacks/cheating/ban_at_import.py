"""Calls what the exercise bans while it is loaded."""
# exercise: attention/scaled_dot_product
# outcome: banned

import torch

x = torch.zeros(1, 1)
torch.nn.functional.scaled_dot_product_attention(x, x, x)


def scaled_dot_product(q, k, v, mask=None, causal=False):
    return None
