"""Right in another style: token by token, with a Counter, on plain Python floats."""

from collections import Counter

import numpy as np


def penalise_repeats(logits, previous_ids, penalty=1.2):
    if penalty != penalty or penalty <= 0:
        raise ValueError(f"{penalty=} is not positive")
    out = np.array(logits)
    for token in set(map(int, previous_ids)):
        factor = penalty if out[token] < 0 else 1 / penalty
        out[token] *= factor
    return out


def frequency_presence(logits, previous_ids, frequency, presence):
    out = logits.tolist()
    for token, count in Counter(map(int, previous_ids)).items():
        out[token] -= count * frequency
        out[token] -= presence
    return np.array(out, dtype=logits.dtype)
