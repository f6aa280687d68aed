"""Temperature.

Interview question: What does temperature do to generation?

Logits are divided by the temperature before the softmax. Below 1 the differences between them grow, and the probability
gathers on the best token; above 1 they shrink, and the distribution flattens. At 0 sampling is greedy decoding, at
infinity every token is as likely as any other. The entropy says in one number how wide the choice is.

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
    raise NotImplementedError("apply_temperature")


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
    raise NotImplementedError("sample")


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
    raise NotImplementedError("entropy")
