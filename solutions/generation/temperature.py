"""Temperature.

Interview question: What does temperature do to generation?

Logits are divided by the temperature before the softmax. Below 1 the differences between them grow, and the probability
gathers on the best token; above 1 they shrink, and the distribution flattens. At 0 sampling is greedy decoding, at
infinity every token is as likely as any other. The entropy says in one number how wide the choice is.

An interviewer goes on: what does a temperature of T do to the probabilities themselves (raise them to the power of
1 / T and normalise)? Why is no single temperature right for a whole text? What does a temperature fitted on held-out
data do for calibration, and why does it never change the accuracy?
Read on: Guo et al. 2017, temperature scaling (arXiv:1706.04599); Hinton et al. 2015, distillation (arXiv:1503.02531).

Source: Ackley, Hinton and Sejnowski 1985, Cognitive Science 9, section 2.
Axes: V tokens of the vocabulary; "..." stands for any leading axes (none, a batch).
"""

import numpy as np


def apply_temperature(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(logits / temperature) over V.

    Args:
        logits: [..., V], float32 or float64, contiguous or not; finite or -inf, with a finite one in every row. Any
            size up to 1e4 is ordinary.
        temperature: at least 0. With 0 the highest logit of a row has probability 1, of equals the one of the lowest
            id. With infinity all tokens of a row are equally likely, those of logit -inf apart.

    Returns:
        A new array [..., V] in the dtype of logits. A token of logit -inf has probability 0 at every temperature.
        No entry is nan, however small the temperature is (1e-300, say).

    Raises:
        ValueError: temperature is below 0 or nan; the message gives it.

    logits is left unmodified.

    >>> logits = np.log(np.array([0.2, 0.4, 0.4]))
    >>> apply_temperature(logits, 0.5).round(3).tolist()
    [0.111, 0.444, 0.444]
    >>> apply_temperature(logits, 0.0).tolist()
    [0.0, 1.0, 0.0]
    """
    if not temperature >= 0:
        raise ValueError(f"a temperature is at least 0, and not {temperature}")
    if temperature == 0:
        best = logits.argmax(axis=-1)[..., None]  # [..., 1], the first of equals
        return (np.arange(logits.shape[-1]) == best).astype(logits.dtype)
    # Below the maximum nothing can overflow but towards -inf, where exp is 0, as it should be.
    gaps = (logits - logits.max(axis=-1, keepdims=True)).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.where(np.isneginf(logits), -np.inf, gaps / temperature)  # -inf / inf would be nan
    weights = np.exp(scaled)
    return (weights / weights.sum(axis=-1, keepdims=True)).astype(logits.dtype)


def sample(logits: np.ndarray, temperature: float, rng: np.random.Generator) -> int:
    """Draw a token from softmax(logits / temperature).

    Args:
        logits: [V], as in apply_temperature.
        temperature: as in apply_temperature.
        rng: where all randomness comes from; in the same state it gives the same token.

    Returns:
        The token's id, an int from 0 to V - 1; at temperature 0 always that of the highest logit.

    Raises:
        ValueError: as in apply_temperature.

    >>> sample(np.array([0.0, 2.0, 1.0]), 0.0, np.random.default_rng(0))
    1
    """
    return int(rng.choice(len(logits), p=apply_temperature(logits.astype(np.float64), temperature)))


def entropy(probabilities: np.ndarray) -> np.ndarray | float:
    """Return the entropy of each distribution in nats: minus the sum over V of p ln p, where 0 ln 0 is 0.

    Args:
        probabilities: [..., V], float32 or float64; at least 0, and 1 in total over V.

    Returns:
        The entropies [...] in the dtype of probabilities; for a single distribution [V] a number.

    probabilities is left unmodified.

    >>> float(entropy(np.array([0.5, 0.0, 0.5])).round(4))
    0.6931
    """
    # The logarithm of 1 stands in where p is 0: the product is 0 as well.
    logs = np.log(np.where(probabilities > 0, probabilities, 1))
    return -(probabilities * logs).sum(axis=-1)
