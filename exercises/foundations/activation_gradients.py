"""ReLU, leaky ReLU and GELU, with their derivatives.

Interview question: What is the derivative of ReLU and why does it matter?

The derivative of an activation is the factor that a gradient takes on its way back through it. ReLU's is 1 or 0: the
gradient does not shrink on its way through many layers, but nothing at all comes through a unit that is below 0 for
every input, so that it never learns again. Leaky ReLU lets a little through there. GELU weighs x by the probability
that a standard normal number lies below it: its derivative is smooth, and falls a little below 0 before it rises.

Source: Nair and Hinton 2010 (ReLU); Maas, Hannun and Ng 2013, section 2 (leaky ReLU); Hendrycks and Gimpel 2016,
section 2, arXiv:1606.08415 (GELU).
"""

import numpy as np


def relu(x: np.ndarray) -> np.ndarray:
    """Return x where it is above 0, and 0 elsewhere.

    What is said here holds for all six functions.

    Args:
        x: float32 or float64, of any rank from 1 up, contiguous or not; finite or +-inf. -0.0 counts as 0.

    Returns:
        A new array of x's shape and dtype. No entry is nan: at +-inf stands the limit. Zeros may have either sign.

    The argument is left unmodified.

    >>> relu(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 0.0, 3.0]
    """
    raise NotImplementedError("relu")


def relu_grad(x: np.ndarray) -> np.ndarray:
    """Return the derivative of relu at each entry of x: 1 above 0, 0 below; at 0, where there is none, 0.

    >>> relu_grad(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 0.0, 1.0]
    """
    raise NotImplementedError("relu_grad")


def leaky_relu(x: np.ndarray, slope: float) -> np.ndarray:
    """Return x where it is above 0, and slope * x elsewhere.

    Args:
        slope: a Python float above 0; it may be above 1.

    >>> leaky_relu(np.array([-2.0, 3.0]), 0.25).tolist()
    [-0.5, 3.0]
    """
    raise NotImplementedError("leaky_relu")


def leaky_relu_grad(x: np.ndarray, slope: float) -> np.ndarray:
    """Return the derivative of leaky_relu at each entry of x: 1 above 0, slope below; at 0, where there is none, slope.

    >>> leaky_relu_grad(np.array([-2.0, 0.0, 3.0]), 0.25).tolist()
    [0.25, 0.25, 1.0]
    """
    raise NotImplementedError("leaky_relu_grad")


def gelu(x: np.ndarray) -> np.ndarray:
    """Return x * P(x), where P(x) = (1 + erf(x / sqrt(2))) / 2 is the standard normal distribution function.

    This is the exact GELU, not its approximation by tanh, which is off by up to 0.0005. NumPy has no erf, but Python's
    math has; a loop over the entries is fine. At inf it is inf, and at -inf 0.

    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(6).tolist()
    [-0.158655, 0.0, 0.841345]
    """
    raise NotImplementedError("gelu")


def gelu_grad(x: np.ndarray) -> np.ndarray:
    """Return the derivative of gelu at each entry of x.

    It is 1/2 at 0, 1 at inf and 0 at -inf.

    >>> gelu_grad(np.array([-1.0, 0.0, 1.0])).round(6).tolist()
    [-0.083315, 0.5, 1.083315]
    """
    raise NotImplementedError("gelu_grad")
