"""The end first, then a weighted mean of peak and floor by the half-angle formula, and shares in place of products."""

from math import pi, sin


def warmup_cosine(step, peak, warmup_steps, total_steps, floor=0.0):
    decay_steps = total_steps - warmup_steps
    if step < 0 or decay_steps < 1:
        raise ValueError(f"step {step}: cannot be, with {warmup_steps} of {total_steps} steps for warm-up")
    left = total_steps - step
    if left <= 0:
        return floor
    if left > decay_steps:
        return (step / warmup_steps) * peak
    share = sin(pi * left / decay_steps / 2) ** 2
    return share * peak + (1 - share) * floor
