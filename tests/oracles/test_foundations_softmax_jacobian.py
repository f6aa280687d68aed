"""foundations/softmax_jacobian against torch's own Jacobian and vector-Jacobian product."""

import numpy as np
import pytest
import torch
from torch.autograd import functional

from solutions.foundations.softmax_jacobian import softmax_jacobian, softmax_vjp


def softmax(x):
    return x.softmax(dim=-1)


@pytest.mark.parametrize("n", [1, 2, 40])
@pytest.mark.parametrize("scale", [1.0, 30.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_jacobian_is_that_of_torch(n, scale, dtype):
    x = np.random.default_rng(n).normal(scale=scale, size=n).astype(dtype)
    got = softmax_jacobian(x)
    assert got.dtype == dtype
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    want = functional.jacobian(softmax, torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("shape", [(1,), (9,), (4, 7), (2, 3, 5, 6)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_product_is_that_of_torch(shape, dtype):
    x, g = np.random.default_rng(len(shape)).normal(size=(2, *shape)).astype(dtype)
    got = softmax_vjp(x, g)
    assert got.dtype == dtype
    _, want = functional.vjp(softmax, torch.from_numpy(x), torch.from_numpy(g))
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    np.testing.assert_allclose(got, want.numpy(), rtol=tolerance, atol=tolerance)
