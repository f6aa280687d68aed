"""Returns tensors that are sparse, quantised, on no device, or of a subclass, in place of plain ones."""
# exercise: attention/scaled_dot_product
# outcome: error or failed

import itertools

import torch


class Odd(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), keywords=None):
        raise SystemExit


ANSWERS = itertools.cycle(
    [
        lambda: torch.eye(3).to_sparse(),
        lambda: torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.quint8),
        lambda: torch.empty(3, device="meta"),
        lambda: torch.ones(3).as_subclass(Odd),
        lambda: torch.ones(3, dtype=torch.complex64).conj(),
        lambda: torch.nested.nested_tensor([torch.ones(1), torch.ones(2)]),
    ]
)


def scaled_dot_product(q, k, v, mask=None, causal=False):
    odd = next(ANSWERS)()
    return odd, odd
