"""How gradients fare in a deep stack.

Interview question: How do transformers avoid vanishing gradients?

Each layer multiplies the gradient on its way back by its own derivative. Where that shrinks it a little, fifty layers
leave nothing for the first ones to learn from. A residual connection adds the layer's input to its output, so the
gradient has a way back that nothing multiplies; pre-layer-norm keeps what a layer reads at one size, however large the
sum along that way grows. Here both can be switched on and off with the weights left as they are, and what
back-propagation delivers is measured.

Source: Glorot and Bengio 2010, section 4.2; He et al. 2016, section 2, arXiv:1603.05027; Xiong et al. 2020, section 3,
arXiv:2002.04745.
Axes: N examples, W features (the width), L layers (the depth).
"""

import torch
from torch import Tensor


def draw_stack(depth: int, width: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return (x [8, W], weights [L, W, W]) in float64: the weights as nn.Linear draws them. (Given; leave it as it is.)

    Args:
        depth, width: L and W.
        seed: the same one gives the same numbers.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(8, width, generator=generator, dtype=torch.float64)
    weights = torch.rand(depth, width, width, generator=generator, dtype=torch.float64)
    return x, (2 * weights - 1) / width**0.5


def deep_stack(x: Tensor, weights: Tensor, residual: bool, normalise: bool) -> Tensor:
    """Return what L layers make of x, one after the other.

    A layer with the matrix w makes of its input h:

        tanh(h w)                       neither
        tanh(norm(h) w)                 normalise
        h + tanh(h w)                   residual
        h + tanh(norm(h) w)             both: the layer reads norm(h), and h itself goes past it

    norm is layer norm over the features, without parameters: (h - mean) / sqrt(variance + 1e-5), where the variance is
    the mean of the squared deviations. Nothing is normalised after the last layer.

    Args:
        x: [..., W], float32 or float64, contiguous or not.
        weights: [L, W, W] in x's dtype, L >= 1; weights[0] belongs to the first layer.
        residual, normalise: see above.

    Returns:
        [..., W] in x's dtype, through which gradients flow back to x and weights.

    The arguments are left unmodified.

    >>> x, weights = torch.tensor([[3.0, -3.0]]), torch.eye(2)[None]
    >>> deep_stack(x, weights, residual=True, normalise=True)  # tanh(1) is 0.7616
    tensor([[ 3.7616, -3.7616]])
    >>> deep_stack(x, torch.zeros(4, 2, 2), residual=True, normalise=False)
    tensor([[ 3., -3.]])
    """
    raise NotImplementedError("deep_stack")


def gradient_norms(depth: int, width: int, residual: bool, normalise: bool, seed: int) -> list[float]:
    """Return how large the gradient is that back-propagation brings to the input of each layer.

    x and weights are those of draw_stack(depth, width, seed), whatever residual and normalise are. The loss is the sum
    of all entries of deep_stack(x, weights, residual, normalise).

    Args:
        depth, width: L and W, at least 1 and 2.
        residual, normalise: those of deep_stack.
        seed: that of draw_stack.

    Returns:
        L numbers, the first layer first: the root of the sum of the squares of all entries of the gradient [8, W] of
        the loss with respect to that layer's input h. So the first number is that of x, and the last one that of what
        the last layer was given (h, not norm(h)). With a residual connection, what comes past the layer counts too.

    >>> plain = gradient_norms(50, 16, residual=False, normalise=False, seed=0)
    >>> len(plain), plain[0] < 1e-6 * plain[-1]
    (50, True)
    >>> residual = gradient_norms(50, 16, residual=True, normalise=True, seed=0)
    >>> residual[-1] < residual[0] < 100 * residual[-1]
    True
    """
    raise NotImplementedError("gradient_norms")
