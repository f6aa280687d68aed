"""Layers as modules, whose inputs keep their gradients; layer norm written out; one backward pass through all of it."""

import torch
from torch import nn


class Layer(nn.Module):
    def __init__(self, w, residual, normalise):
        super().__init__()
        self.w, self.residual, self.normalise = w, residual, normalise

    def forward(self, h):
        read = h
        if self.normalise:
            centred = h - h.mean(dim=-1, keepdim=True)
            read = centred * torch.rsqrt(centred.square().mean(dim=-1, keepdim=True) + 1e-5)
        added = torch.einsum("...i,ij->...j", read, self.w).tanh()
        return added + h if self.residual else added


def draw_stack(depth, width, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(8, width, generator=generator, dtype=torch.float64)
    weights = torch.rand(depth, width, width, generator=generator, dtype=torch.float64)
    return x, (2 * weights - 1) / width**0.5


def _stack(weights, residual, normalise):
    return nn.Sequential(*(Layer(w, residual, normalise) for w in weights))


def deep_stack(x, weights, residual, normalise):
    return _stack(weights, residual, normalise)(x)


def gradient_norms(depth, width, residual, normalise, seed):
    x, weights = draw_stack(depth, width, seed)
    stack, kept = _stack(weights, residual, normalise), []

    def keep(module, arguments):
        arguments[0].retain_grad()
        kept.append(arguments[0])

    for layer in stack:
        layer.register_forward_pre_hook(keep)
    stack(x.requires_grad_()).sum().backward()
    return [h.grad.square().sum().sqrt().item() for h in kept]
