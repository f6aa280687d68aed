"""foundations/dropout against torch's dropout, in mean and variance, and against its gradient."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from solutions.foundations.dropout import dropout, dropout_backward

COUNT = 200_000


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_mean_and_variance_are_those_of_torch(p):
    rng = np.random.default_rng(2014)
    torch.manual_seed(2014)
    x = rng.normal(loc=1.0, size=COUNT)
    ours, _ = dropout(x, p, rng)
    theirs = functional.dropout(torch.from_numpy(x), p).numpy()
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.05)
    assert ours.var() == pytest.approx(theirs.var(), rel=0.05)
    assert (ours == 0).mean() == pytest.approx((theirs == 0).mean(), abs=0.01)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_values_and_gradient_are_those_of_torch_for_its_mask(dtype, p):
    torch.manual_seed(1)
    x = torch.randn(40, 30, dtype=dtype).requires_grad_()
    y = functional.dropout(x, p)
    upstream = torch.randn(40, 30, dtype=dtype)
    y.backward(upstream)
    mask = (y != 0).numpy()
    torch.testing.assert_close(torch.from_numpy(dropout_backward(x.detach().numpy(), mask, p)), y.detach())
    torch.testing.assert_close(torch.from_numpy(dropout_backward(upstream.numpy(), mask, p)), x.grad)


def test_in_use_it_is_the_identity_as_in_torch():
    x = np.random.default_rng(3).normal(size=(4, 5))
    y, mask = dropout(x, 0.7, np.random.default_rng(4), training=False)
    np.testing.assert_array_equal(y, functional.dropout(torch.from_numpy(x), 0.7, training=False).numpy())
    assert mask.all()
