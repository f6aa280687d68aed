"""Right in another style: exponential waiting times, exp(-perturbed), kept as logarithms.

The first of a hypothesis's texts arrives when the hypothesis does. Its extension is drawn by the model; the others have
no memory of the time before, and arrive later by a waiting time of their own rate.
"""

import heapq
import math

import numpy as np


def stochastic_beam_search(next_log_probs, prompt, k, max_new_tokens, eos_id, rng):
    if k < 1 or max_new_tokens < 0:
        raise ValueError(f"impossible: {k=}, {max_new_tokens=}")
    arrivals = [(math.log(rng.exponential()), [], 0.0)]  # logarithm of the time, ids, log-probability
    for _ in range(max_new_tokens):
        pool = []
        for log_time, ids, log_prob in arrivals:
            if ids and ids[-1] == eos_id:
                pool.append((log_time, ids, log_prob))
                continue
            row = [float(x) for x in next_log_probs(tuple(prompt) + tuple(ids))]
            shares = np.exp(row)
            first = int(rng.choice(len(row), p=shares / shares.sum()))
            for token, step in enumerate(row):
                if step == -math.inf:
                    continue
                waiting = math.log(rng.exponential()) - (log_prob + step)
                later = log_time if token == first else float(np.logaddexp(log_time, waiting))
                pool.append((later, [*ids, token], log_prob + step))
        arrivals = heapq.nsmallest(k, pool)
    return [(ids, log_prob, -log_time) for log_time, ids, log_prob in arrivals]
