"""L1 and L2 penalties of the weights, and their gradients.

Interview question: What is overfitting and how is it held back?

A penalty on the size of the weights makes the training pay for each bit of complexity. The L2 penalty pulls each weight
towards 0 in proportion to its size, and so shrinks all of them; the L1 penalty pulls all with the same force, and so
brings those that hardly matter to 0. Biases only shift what a unit computes, and are usually left alone.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, sections 7.1.1 and 7.1.2.

An interviewer goes on: which priors on the weights do the two penalties stand for? Why does L1 give exact zeros, and
plain gradient descent on it hardly ever? Why is an L2 penalty under Adam not weight decay? Which other parameters are
left out beside the biases, and why?
Read on: Krogh and Hertz 1991, A simple weight decay can improve generalization; Loshchilov and Hutter 2019,
arXiv:1711.05101; Zhang et al. 2019, arXiv:1810.12281, on what weight decay does in networks with normalisation.
"""

import numpy as np


def weight_penalty(
    params: dict[str, np.ndarray], l1: float = 0.0, l2: float = 0.0, skip: tuple[str, ...] = ("bias",)
) -> tuple[float, dict[str, np.ndarray]]:
    """Return (penalty, grads): l1 times the sum of |w| plus half of l2 times the sum of w**2, and its gradients.

    The sums go over all entries of all parameters, without those whose name ends in one of the words of `skip`.

    Args:
        params: arrays by name, each float32 or float64, finite, of any rank from 1 up, contiguous or not. There may be
            none.
        l1, l2: Python floats, at least 0.
        skip: endings, in the sense of str.endswith: with "bias", "bias" and "layer.0.bias" are skipped, "bias.weight"
            is not. With () nothing is skipped.

    Returns:
        A tuple of the penalty, a number (a Python float or a NumPy scalar) that is 0.0 when there is nothing to sum,
        and a dict with the names of params, skipped ones included: for each a new array in its shape and dtype, the
        gradient of the penalty. That is l1 * sign(w) + l2 * w, where sign(0) is 0 (at 0, |w| has no derivative), and
        zeros for the skipped.

    The arguments, and the arrays in them, are left unmodified.

    >>> params = {"out.weight": np.array([[3.0, 0.0], [-1.0, 2.0]]), "out.bias": np.array([5.0, -5.0])}
    >>> penalty, grads = weight_penalty(params, l1=1.0, l2=0.5)
    >>> float(penalty)  # 1.0 * (3 + 0 + 1 + 2) + 0.25 * (9 + 0 + 1 + 4)
    9.5
    >>> grads["out.weight"].tolist(), grads["out.bias"].tolist()
    ([[2.5, 0.0], [-1.5, 2.0]], [0.0, 0.0])
    """
    penalty, grads = 0.0, {}
    for name, w in params.items():
        if name.endswith(skip):
            grads[name] = np.zeros_like(w)
        else:
            penalty += l1 * np.abs(w).sum() + 0.5 * l2 * (w * w).sum()
            grads[name] = l1 * np.sign(w) + l2 * w
    return penalty, grads
