"""Sends a tensor of bfloat16 with the bytes of another type."""
# exercise: attention/scaled_dot_product
# outcome: forged

from exercises.tools import wire


def scaled_dot_product(q, k, v, mask=None, causal=False):
    wire.returned([6, 0, "bf16", [3], None, False], [bytes(8)], 3)
    wire.wait()
