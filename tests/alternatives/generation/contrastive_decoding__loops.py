"""Right in another style: row by row, with comparisons of logarithms and products of ratios."""

import numpy as np


def contrastive_scores(expert_log_probs, amateur_log_probs, alpha=0.1, beta=0.5):
    if alpha < 0 or alpha > 1 or beta < 0:
        raise ValueError(f"cannot do with {alpha=} and {beta=}")
    border = np.log(alpha) if alpha else -np.inf
    out = np.full(expert_log_probs.shape, -np.inf, expert_log_probs.dtype)
    for index in np.ndindex(*expert_log_probs.shape[:-1]):
        strong, weak = expert_log_probs[index], amateur_log_probs[index]
        (kept,) = np.nonzero(strong - strong.max() >= border)
        out[index][kept] = strong[kept] + beta * (strong[kept] - weak[kept])
    return out


def contrastive_search_score(probability, hidden, past_hidden, alpha):
    if alpha < 0 or alpha > 1:
        raise ValueError(f"cannot do with {alpha=}")
    out = np.array(probability) * (1 - alpha)
    for index in np.ndindex(*probability.shape):
        penalty = None
        for state in past_hidden[index[:-1]]:
            size = np.linalg.norm(hidden[index]) * np.linalg.norm(state)
            likeness = hidden[index] @ state / size if size else 0.0
            penalty = likeness if penalty is None else max(penalty, likeness)
        out[index] -= alpha * (penalty or 0.0)
    return out
