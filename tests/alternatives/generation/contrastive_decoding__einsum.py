"""Right in another style: in float64 inside, probabilities relative to the best, einsum over unnormalised vectors."""

import numpy as np


def _within_one(alpha):
    if abs(2 * alpha - 1) > 1:
        raise ValueError(f"{alpha} is no share")
    return alpha


def contrastive_scores(expert_log_probs, amateur_log_probs, alpha=0.1, beta=0.5):
    alpha = _within_one(alpha)
    if beta != abs(beta):
        raise ValueError(f"{beta} would favour the amateur")
    strong, weak = np.asarray(expert_log_probs, np.float64), np.asarray(amateur_log_probs, np.float64)
    relative = np.exp(strong - strong.max(-1)[..., None])
    out = strong + beta * strong - beta * weak
    out[relative < alpha] = -np.inf
    return out.astype(expert_log_probs.dtype)


def contrastive_search_score(probability, hidden, past_hidden, alpha):
    alpha, past = _within_one(alpha), past_hidden.astype(np.float64)
    products = np.einsum("...kd,...td->...kt", hidden.astype(np.float64), past)
    sizes = np.sqrt(np.square(hidden.astype(np.float64)).sum(-1)[..., :, None] * np.square(past).sum(-1)[..., None, :])
    cosines = np.divide(products, sizes, out=np.zeros_like(products), where=sizes != 0)
    penalty = np.max(cosines, axis=-1) if past.shape[-2] else 0.0
    return ((1 - alpha) * probability - alpha * penalty).astype(probability.dtype)
