"""One vector-Jacobian product a layer, from the top down, at inputs that were kept without a graph."""

import torch
from torch.nn.functional import layer_norm


def draw_stack(depth, width, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(8, width, generator=generator, dtype=torch.float64)
    weights = torch.rand(depth, width, width, generator=generator, dtype=torch.float64)
    return x, (2 * weights - 1) / width**0.5


def _layer(h, w, residual, normalise):
    past = h if residual else 0
    if normalise:
        h = layer_norm(h, (len(w),), eps=1e-5)
    return past + torch.tanh(torch.matmul(h, w))


def deep_stack(x, weights, residual, normalise):
    if len(weights) > 1:
        x = deep_stack(x, weights[:-1], residual, normalise)
    return _layer(x, weights[-1], residual, normalise)


def gradient_norms(depth, width, residual, normalise, seed):
    x, weights = draw_stack(depth, width, seed)
    inputs = [x]
    for w in weights[:-1]:
        inputs.append(_layer(inputs[-1], w, residual, normalise))
    grad, norms = torch.ones_like(x), []
    for h, w in zip(reversed(inputs), weights.flip(0), strict=True):
        h = h.clone().requires_grad_()
        (grad,) = torch.autograd.grad(_layer(h, w, residual, normalise), h, grad)
        norms.append(grad.norm().item())
    return norms[::-1]
