"""foundations/cross_entropy against torch's own loss and its autograd."""

import math

import numpy as np
import pytest
import torch

from solutions.foundations.cross_entropy import cross_entropy, perplexity


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize("ignore_index", [-100, 3])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 1.0])
def test_loss_and_gradient_are_those_of_torch(dtype, scale, ignore_index, label_smoothing):
    rng = np.random.default_rng(1951)
    logits = torch.from_numpy(rng.normal(scale=scale, size=(20, 7))).to(dtype).requires_grad_()
    targets = torch.from_numpy(rng.integers(7, size=20))
    targets[::3] = ignore_index
    options = {"ignore_index": ignore_index, "label_smoothing": label_smoothing}
    want = torch.nn.functional.cross_entropy(logits, targets, **options)
    want.backward()
    loss, grad = cross_entropy(logits.detach().numpy(), targets.numpy(), **options)
    assert loss == pytest.approx(want.item(), rel=1e-5 if dtype == torch.float32 else 1e-12)
    torch.testing.assert_close(torch.from_numpy(grad), logits.grad)


def test_perplexity_of_a_uniform_model_is_the_size_of_its_vocabulary():
    loss, _ = cross_entropy(np.zeros((3, 50_257)), np.array([0, 17, 50_256]))
    assert perplexity(loss) == pytest.approx(50_257)
    assert perplexity(1e6) == math.inf
