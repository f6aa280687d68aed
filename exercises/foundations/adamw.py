"""One step of AdamW.

Interview question: What is a hyperparameter and how is it tuned?

Gradients of one model differ in size by orders of magnitude, so no single learning rate suits them all. Adam divides
a running mean of each gradient by the root of a running mean of its square: how far an entry moves then depends on how
steadily its gradient points one way, hardly on its size. Weight decay that is added to the gradient (an L2 penalty) is
divided as well, and so decays least where gradients are large. AdamW takes it out of the gradient and applies it to the
parameter itself.

Source: Loshchilov and Hutter 2019, algorithm 2, arXiv:1711.05101, where alpha is our lr and lambda is lr times our
weight_decay; Kingma and Ba 2015, algorithm 1, arXiv:1412.6980.
"""

from typing import Any

import numpy as np


def adamw_step(
    param: np.ndarray,
    grad: np.ndarray,
    state: dict[str, Any],
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return (param, state) after the t-th step for this parameter, t = 1 being the first.

    With g_t for grad, and m and v starting from 0:

        m_t = beta1 * m_(t-1) + (1 - beta1) * g_t
        v_t = beta2 * v_(t-1) + (1 - beta2) * g_t**2
        new = param - lr * weight_decay * param - lr * mhat / (sqrt(vhat) + eps)

    where mhat = m_t / (1 - beta1**t) and vhat = v_t / (1 - beta2**t) make up for the start from 0. Both terms take
    `param` as it was before the step.

    Args:
        param: of any shape but rank 0, float32 or float64, contiguous or not.
        grad: the gradient of the loss with respect to param, in its shape and dtype, contiguous or not.
        state: {} at the first step of a parameter; after that, what the step before returned for it.
        lr: the learning rate, a Python float; may change from step to step, as may all that follows.
        betas: (beta1, beta2), Python floats, at least 0 and below 1.
        eps: above 0.
        weight_decay: at least 0.

    Returns:
        A tuple of the new parameter, a new array in param's shape and dtype, and a new dict with whatever the next step
        has to know. What is in it is yours to choose; keep nothing anywhere else, since many parameters are trained by
        turns, and a training may be taken up again from an earlier param and state.

    The arguments are left unmodified: param, grad, state, and the arrays in state.

    >>> param, grad = np.array([8.0, 8.0, 0.0]), np.array([3.0, 0.0, -1.0])
    >>> new, state = adamw_step(param, grad, {}, lr=0.5, eps=1.0, weight_decay=0.25)
    >>> new.round(6).tolist()  # at the first step mhat is g and vhat is g**2: 8 - 0.5 * 0.25 * 8 - 0.5 * 3 / (3 + 1)
    [6.625, 7.0, 0.25]
    >>> new, state = adamw_step(new, np.zeros(3), state, lr=0.0)
    >>> new.round(6).tolist()
    [6.625, 7.0, 0.25]
    """
    raise NotImplementedError("adamw_step")
