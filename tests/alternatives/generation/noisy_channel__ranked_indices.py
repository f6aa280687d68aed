"""Right in another style: arrays of scores that are argsorted, loops over indices, choices made one by one."""

import numpy as np


def _combine(direct, channel, prior, source, lengths, weights):
    backward = weights[0] * np.array(channel, float) + weights[1] * np.array(prior, float)
    return np.array(direct, float) / np.array(lengths) + backward / len(source)


def _validate(source, weights, **counts):
    problems = [f"weight {w} < 0" for w in weights if w < 0]
    problems += [f"{name} {value} < 1" for name, value in counts.items() if value < 1]
    problems += ["empty source"] * (len(source) == 0)
    if problems:
        raise ValueError("; ".join(problems))


def rerank(candidates, direct, channel, prior, source, weights):
    _validate(source, weights)
    lengths = [len(y) for y in candidates]
    if 0 in lengths:
        raise ValueError(f"candidate {lengths.index(0)} is empty")
    if not candidates:
        return []
    backward = [channel(source, y) for y in candidates]
    scores = _combine(
        [direct(y, source) for y in candidates], backward, list(map(prior, candidates)), source, lengths, weights
    )
    return [(candidates[i], scores[i]) for i in np.lexsort((np.arange(len(scores)), -scores))]


def online_step(beams, next_direct, channel, next_prior, source, weights, expand, keep):
    _validate(source, weights, expand=expand, keep=keep)
    grown = []
    for ids, direct, prior in beams:
        forward = np.array(next_direct(ids, source), dtype=float)
        language = np.array(next_prior(ids), dtype=float)
        for _ in range(min(expand, int(np.isfinite(forward).sum()))):
            token = int(forward.argmax())
            grown.append(((*ids, token), direct + forward[token], prior + language[token]))
            forward[token] = -np.inf
    if not grown:
        return []
    ids, direct, prior = zip(*grown, strict=True)
    backward = [channel(source, y) for y in ids]
    scores = _combine(direct, backward, prior, source, [len(y) for y in ids], weights)
    return [grown[i] for i in np.argsort(-scores, kind="stable")[:keep]]


def corrupt(tokens, rate, vocab, rng):
    if rate < 0 or rate > 1 or vocab < 2:
        raise ValueError(f"impossible: {rate=}, {vocab=}")
    noisy = []
    for token in tokens:
        if rng.random() < rate:
            other = int(rng.integers(vocab - 1))
            token = other + (other >= token)
        noisy.append(token)
    return noisy
