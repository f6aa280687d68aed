"""Right in another style: one matrix of totals a step, chosen by a stable argsort over all of it."""

import numpy as np


def beam_search(next_log_probs, prompt, beam_width, max_new_tokens, eos_id, length_penalty=0.0):
    if min(beam_width - 1, max_new_tokens, length_penalty) < 0:
        raise ValueError(f"out of range: {beam_width=}, {max_new_tokens=}, {length_penalty=}")
    prompt = list(prompt)
    rows, totals = [[]], np.zeros(1)
    results = []  # (score, ids) in the order in which they were finished
    for n in range(1, max_new_tokens + 1):
        if not rows:
            break
        scores = sorted((score for score, _ in results), reverse=True)
        if len(scores) >= beam_width and (totals / max_new_tokens**length_penalty).max() <= scores[beam_width - 1]:
            rows = []
            break
        matrix = totals[:, None] + np.array([next_log_probs(tuple(prompt + row)) for row in rows], dtype=float)
        flat = matrix.ravel()
        chosen = [i for i in np.argsort(-flat, kind="stable")[:beam_width] if np.isfinite(flat[i])]
        parents, tokens = np.unravel_index(chosen, matrix.shape) if chosen else ((), ())
        grown, kept = [], []
        for i, parent, token in zip(chosen, parents, tokens, strict=True):
            ids = [*rows[parent], int(token)]
            if token == eos_id:
                results.append((flat[i] / n**length_penalty, ids))
            else:
                grown.append(ids)
                kept.append(flat[i])
        rows, totals = grown, np.array(kept)
    results += [(t / max(1, len(r)) ** length_penalty, r) for t, r in zip(totals, rows, strict=False)]
    results.sort(key=lambda result: result[0], reverse=True)  # stable, also in reverse
    return [(ids, float(score)) for score, ids in results[:beam_width]]
