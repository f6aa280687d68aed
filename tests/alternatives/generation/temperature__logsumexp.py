"""Right in another style: log-probabilities by logaddexp, and the draw by Gumbel's trick."""

import math

import numpy as np


def apply_temperature(logits, temperature):
    if temperature < 0 or temperature != temperature:
        raise ValueError(f"{temperature=} is not a temperature")
    if temperature == 0:
        out = np.zeros_like(logits)
        np.put_along_axis(out, np.expand_dims(logits.argmax(-1), -1), 1, -1)
        return out
    possible = logits > -np.inf
    if math.isinf(temperature):
        return (possible / possible.sum(-1, keepdims=True)).astype(logits.dtype)
    with np.errstate(over="ignore"):
        scores = (logits - logits.max(-1, keepdims=True)) / np.float64(temperature)
    return np.exp(scores - np.logaddexp.reduce(scores, -1, keepdims=True)).astype(logits.dtype)


def sample(logits, temperature, rng):
    shares = apply_temperature(logits, temperature)
    with np.errstate(divide="ignore"):
        return np.argmax(np.log(shares) + rng.gumbel(size=shares.shape))


def entropy(probabilities):
    flat = probabilities.reshape(-1, probabilities.shape[-1])
    values = [sum(-p * math.log(p) for p in row if p > 0) for row in flat.tolist()]
    values = np.array(values, probabilities.dtype).reshape(probabilities.shape[:-1])
    return values if values.ndim else values[()]
