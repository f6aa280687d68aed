"""foundations/activation_gradients against torch's activations and their autograd in float64."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from solutions.foundations import activation_gradients as ours

X = np.concatenate([np.linspace(-12, 12, 4001), [0.0, -0.0, 1e-300, -1e-300, 1e6, -1e6]])
PAIRS = {
    "relu": functional.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.2),
    "gelu": functional.gelu,
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_and_derivatives_are_those_of_torch(name, dtype):
    x = X.astype(dtype)
    more = [0.2] if name == "leaky_relu" else []
    leaf = torch.from_numpy(x).requires_grad_()
    theirs = PAIRS[name](leaf)
    theirs.backward(torch.ones_like(theirs))
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    for function, want in ((name, theirs.detach()), (f"{name}_grad", leaf.grad)):
        got = getattr(ours, function)(x, *more)
        assert got.dtype == dtype
        np.testing.assert_allclose(got, want.numpy(), rtol=tolerance, atol=tolerance)
