"""foundations/gradient_flow against a stack of torch's own modules and the gradients that backward leaves in it."""

import pytest
import torch
from torch import nn

from solutions.foundations.gradient_flow import deep_stack, draw_stack, gradient_norms


class Block(nn.Module):
    """A residual block out of modules: Linear without bias, LayerNorm without parameters, Tanh."""

    def __init__(self, matrix, residual, normalise):
        super().__init__()
        width = len(matrix)
        linear = nn.Linear(width, width, bias=False, dtype=matrix.dtype)
        linear.weight = nn.Parameter(matrix.T.clone())
        norm = nn.LayerNorm(width, elementwise_affine=False) if normalise else nn.Identity()
        self.branch, self.residual = nn.Sequential(norm, linear, nn.Tanh()), residual

    def forward(self, h):
        return h + self.branch(h) if self.residual else self.branch(h)


@pytest.mark.parametrize("depth", [1, 6, 50])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("normalise", [False, True])
def test_outputs_and_norms_are_those_of_modules(depth, residual, normalise):
    x, weights = draw_stack(depth, 20, seed=2016)
    hidden = [x.clone().requires_grad_()]
    for matrix in weights:
        hidden.append(Block(matrix, residual, normalise)(hidden[-1]))
        hidden[-1].retain_grad()
    hidden[-1].sum().backward()
    torch.testing.assert_close(deep_stack(x, weights, residual, normalise), hidden[-1].detach())
    want = [h.grad.norm().item() for h in hidden[:-1]]
    assert gradient_norms(depth, 20, residual, normalise, seed=2016) == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_gradients_vanish_in_the_plain_stack_only(seed):
    plain = gradient_norms(50, 32, False, False, seed)
    assert plain[0] < 1e-9 * plain[-1]
    for normalise in (False, True):
        residual = gradient_norms(50, 32, True, normalise, seed)
        assert max(residual) < 20 * min(residual)
