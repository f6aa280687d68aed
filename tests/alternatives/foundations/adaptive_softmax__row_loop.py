"""Row by row: each target's logarithm is found by itself, and the loss is what they add up to."""

import torch


def _place(word, cutoffs):
    """Return the cluster of a word (-1 for a frequent one) and the word's number in there."""
    for c in range(len(cutoffs) - 1, 0, -1):
        if word >= cutoffs[c - 1]:
            return c - 1, word - cutoffs[c - 1]
    return -1, word


def _one(h, word, head, tails, cutoffs):
    c, number = _place(word, cutoffs)
    scores = (head * h).sum(1)
    if c < 0:
        return scores[number] - scores.logsumexp(0)
    down, out = tails[c]
    inner = out.matmul(down.matmul(h))
    return scores[cutoffs[0] + c] - scores.logsumexp(0) + inner[number] - inner.logsumexp(0)


def adaptive_log_probs(hidden, head, tails, cutoffs):
    rows = [torch.stack([_one(h, word, head, tails, cutoffs) for word in range(cutoffs[-1])]) for h in hidden]
    return torch.stack(rows)


def adaptive_nll(hidden, targets, head, tails, cutoffs):
    vocabulary = cutoffs[-1]
    total = hidden.new_zeros(())
    for h, word in zip(hidden, targets.tolist(), strict=True):
        if word not in range(vocabulary):
            raise ValueError(f"{word} lies outside of 0 .. {vocabulary} - 1")
        total = total - _one(h, word, head, tails, cutoffs)
    return total / len(targets)


def expected_cost(cutoffs, class_probs, D, tail_dims):
    cost = 0.0
    for word, p in enumerate(class_probs.tolist()):
        c, _ = _place(word, cutoffs)
        cost += p * D * (cutoffs[0] + len(tail_dims))
        if c >= 0:
            cost += p * tail_dims[c] * (D + cutoffs[c + 1] - cutoffs[c])
    return cost
