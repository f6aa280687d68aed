"""Right in another style: a matrix of totals for each group, a vector of uses, and a memory of what the model said."""

import numpy as np


def diverse_beam_search(next_log_probs, prompt, beam_width, groups, diversity, max_new_tokens, eos_id):
    if min(beam_width, groups) < 1 or min(diversity, max_new_tokens) < 0 or beam_width % groups:
        raise ValueError(f"out of range: {beam_width=}, {groups=}, {diversity=}, {max_new_tokens=}")
    size, prompt, said = beam_width // groups, tuple(prompt), {}

    def ask(ids):
        if ids not in said:
            said[ids] = np.asarray(next_log_probs(prompt + ids), dtype=np.float64)
        return said[ids]

    live = [([()], np.zeros(1)) for _ in range(groups)]
    ended = [[] for _ in range(groups)]
    for _ in range(max_new_tokens):
        uses = 0.0
        for g, (rows, totals) in enumerate(live):
            if not rows:
                continue
            matrix = totals[:, None] + np.array([ask(row) for row in rows])  # [rows, V]
            ranks = (matrix - diversity * uses).ravel()
            chosen = [i for i in np.argsort(-ranks, kind="stable")[:size] if np.isfinite(ranks[i])]
            parents, tokens = np.divmod(np.array(chosen, dtype=int), matrix.shape[1])
            grown = [(rows[p] + (int(t),), matrix[p, t]) for p, t in zip(parents, tokens, strict=True)]
            ended[g].extend(pair for pair in grown if pair[0][-1] == eos_id)
            going = [pair for pair in grown if pair[0][-1] != eos_id]
            live[g] = ([ids for ids, _ in going], np.array([total for _, total in going]))
            uses = uses + np.bincount(tokens, minlength=matrix.shape[1])
    result = []
    for (rows, totals), done in zip(live, ended, strict=True):
        pool = done + list(zip(rows, totals, strict=True))
        order = np.argsort([-total for _, total in pool], kind="stable")[:size] if pool else []
        result.append([(list(pool[i][0]), float(pool[i][1])) for i in order])
    return result
