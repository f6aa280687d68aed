"""Right in another style: a recursion over the text so far, with the maximum found by hand."""


def generate(next_log_probs, prompt, max_new_tokens, eos_id=None, stop=()):
    if max_new_tokens < 0:
        raise ValueError(f"cannot generate {max_new_tokens} tokens")
    endings = sorted((tuple(s) for s in stop), key=len, reverse=True)
    if () in endings:
        raise ValueError("a stop sequence has at least one id")
    prompt = tuple(prompt)

    def extend(new):
        if len(new) == max_new_tokens:
            return new
        best = None
        for token, log_prob in enumerate(next_log_probs(prompt + new)):
            if best is None or log_prob > best[0]:
                best = log_prob, token
        if best[1] == eos_id:
            return new
        new += (best[1],)
        for ending in endings:
            if len(ending) <= len(new) and new[len(new) - len(ending) :] == ending:
                return new[: len(new) - len(ending)]
        return extend(new)

    return list(extend(()))
