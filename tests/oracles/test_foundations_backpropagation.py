"""foundations/backpropagation against torch's autograd and its SGD."""

import numpy as np
import pytest
import torch

from solutions.foundations.backpropagation import backward, forward, sgd_step

B, D, H, C = 11, 5, 7, 3


def draw(dtype):
    """Return params and x as tensors."""
    generator = torch.Generator().manual_seed(1986)
    shapes = {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,), "x": (B, D)}
    leaves = {name: torch.randn(*shape, generator=generator, dtype=dtype) for name, shape in shapes.items()}
    return leaves, leaves.pop("x")


def by_torch(params, x):
    return torch.relu(x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_logits_and_gradients_are_those_of_autograd(dtype):
    params, x = draw(dtype)
    leaves = {name: value.requires_grad_() for name, value in (*params.items(), ("x", x))}
    theirs = by_torch(leaves, leaves["x"])
    upstream = torch.randn(B, C, generator=torch.Generator().manual_seed(1), dtype=dtype)
    theirs.backward(upstream)
    arrays = {name: value.detach().numpy() for name, value in params.items()}
    logits, cache = forward(arrays, x.detach().numpy())
    torch.testing.assert_close(torch.from_numpy(logits), theirs.detach())
    grads = backward(arrays, cache, upstream.numpy())
    assert grads.keys() == leaves.keys()
    for name, leaf in leaves.items():
        torch.testing.assert_close(torch.from_numpy(grads[name]), leaf.grad)


def test_a_descent_follows_that_of_torch():
    params, x = draw(torch.float64)
    targets = torch.arange(B) % C
    arrays = {name: value.numpy().copy() for name, value in params.items()}
    optimiser = torch.optim.SGD([value.requires_grad_() for value in params.values()], lr=0.1)
    losses = []
    for _ in range(10):
        loss = torch.nn.functional.cross_entropy(by_torch(params, x), targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        logits, cache = forward(arrays, x.numpy())
        shares = torch.from_numpy(logits).softmax(dim=1).numpy()
        arrays = sgd_step(arrays, backward(arrays, cache, (shares - np.eye(C)[targets]) / B), 0.1)
    assert losses == sorted(losses, reverse=True)
    for name, value in params.items():
        np.testing.assert_allclose(arrays[name], value.detach().numpy(), rtol=1e-9, atol=1e-12)
