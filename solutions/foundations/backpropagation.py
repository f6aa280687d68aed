"""Forward, backward and one step of gradient descent for a two-layer perceptron.

Interview question: How does the chain rule drive gradient descent?

A gradient goes back through a network layer by layer. Each layer gets the gradient of the loss with respect to what it
put out, and makes two things of it: the gradient of its parameters, which the descent uses, and that of its input,
which the layer before needs. To do so it has to remember what went in, so training takes more memory than use.

    hidden = relu(x W1 + b1)    logits = hidden W2 + b2

Source: Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors, Nature 323;
Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.5, algorithms 6.3 and 6.4.
Axes: B examples, D features, H hidden units, C classes.

An interviewer goes on: what does a backward pass cost, measured in forward passes? Which of the arrays kept may be
computed again instead, and at what price? Why is the gradient of a bias a sum over the batch, and where did the 1 / B
of a mean loss go? What happens if all weights start at 0?
Read on: Baydin et al. 2018, arXiv:1502.05767; Chen et al. 2016, arXiv:1604.06174, on remembering less.
"""

from typing import Any

import numpy as np


def forward(params: dict[str, np.ndarray], x: np.ndarray) -> tuple[np.ndarray, Any]:
    """Return (logits, cache): relu(x W1 + b1) W2 + b2, and whatever backward needs to know of this pass.

    Args:
        params: "W1" [D, H], "b1" [H], "W2" [H, C] and "b2" [C], all of one dtype, float32 or float64,
            contiguous or not.
        x: [B, D] in that dtype, contiguous or not, B >= 1.

    Returns:
        A tuple of logits [B, C] in x's dtype, and a cache, of any kind that you like: it is handed to backward as it
        is, together with the same params. There may be other passes in between, so keep nothing anywhere else.

    The arguments are left unmodified.

    >>> params = {"W1": np.array([[1.0, -1.0]]), "b1": np.array([0.0, 1.0])}  # D = 1, H = 2
    >>> params |= {"W2": np.array([[3.0], [5.0]]), "b2": np.array([1.0])}  # C = 1
    >>> logits, cache = forward(params, np.array([[2.0], [-1.0]]))
    >>> logits.tolist()
    [[7.0], [11.0]]
    """
    hidden = np.maximum(x @ params["W1"] + params["b1"], 0)  # [B, H]
    return hidden @ params["W2"] + params["b2"], (x, hidden)


def backward(params: dict[str, np.ndarray], cache: Any, grad_logits: np.ndarray) -> dict[str, np.ndarray]:
    """Return the gradients of a loss, given its gradient with respect to the logits of a pass.

    Args:
        params: those of the pass.
        cache: that of the pass.
        grad_logits: [B, C] in the dtype of params, contiguous or not. Whatever the loss does with the batch (such as
            taking a mean) is in it already.

    Returns:
        A dict with the keys "W1", "b1", "W2", "b2" and "x": the gradient of the loss with respect to each, in its shape
        and dtype. relu has the derivative 0 where its input is exactly 0.

    The arguments are left unmodified.

    >>> params = {"W1": np.array([[1.0, -1.0]]), "b1": np.array([0.0, 1.0])}
    >>> params |= {"W2": np.array([[3.0], [5.0]]), "b2": np.array([1.0])}
    >>> _, cache = forward(params, np.array([[2.0], [-1.0]]))
    >>> grads = backward(params, cache, np.array([[1.0], [10.0]]))
    >>> grads["b2"].tolist(), grads["W2"].tolist(), grads["x"].tolist()
    ([11.0], [[2.0], [20.0]], [[3.0], [-50.0]])
    """
    x, hidden = cache
    grad_hidden = grad_logits @ params["W2"].T * (hidden > 0)  # [B, H], before the relu
    return {
        "W1": x.T @ grad_hidden,
        "b1": grad_hidden.sum(axis=0),
        "W2": hidden.T @ grad_logits,
        "b2": grad_logits.sum(axis=0),
        "x": grad_hidden @ params["W1"].T,
    }


def sgd_step(params: dict[str, np.ndarray], grads: dict[str, np.ndarray], lr: float) -> dict[str, np.ndarray]:
    """Return the parameters after one step of gradient descent: each one less lr times its gradient.

    Args:
        params: arrays by name, of one dtype.
        grads: a gradient for each name of params, in its shape and dtype. There may be more in it, such as "x".
        lr: the learning rate, a Python float.

    Returns:
        A new dict with the names of params, no more, and new arrays in their dtype.

    The arguments, and the arrays in them, are left unmodified.

    >>> sgd_step({"b2": np.array([1.0])}, {"b2": np.array([11.0]), "x": np.array([[3.0]])}, lr=0.5)["b2"].tolist()
    [-4.5]
    """
    return {name: value - lr * grads[name] for name, value in params.items()}
