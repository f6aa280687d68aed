"""Beam search.

Interview question: How does beam search improve on greedy decoding?

Greedy decoding takes the most probable token at each step, and cannot take it back when what follows is improbable. A
beam keeps the most probable few hypotheses at each step. With a width of 1 it is greedy decoding; wide enough, it
finds the most probable text of all.

An interviewer goes on: why do the most probable texts of a language model so often read worse than sampled ones? What
does a length penalty repair, and why are short hypotheses favoured without one? What is a step's cost in model calls,
and how does a batch with a key/value cache that is reordered along with the beam change it?
Read on: Stahlberg and Byrne 2019 (arXiv:1908.10090) find that the exact optimum is often the empty text; Meister et
al. 2020 (arXiv:2010.02650) ask what beam search would be the answer to.

Source: Graves 2012, section 2.5, arXiv:1211.3711; length normalisation: Wu et al. 2016, section 7, arXiv:1609.08144, in
the simpler form log_prob / length ** penalty.
"""

import math
from collections.abc import Callable, Sequence


def beam_search(
    next_log_probs: Callable[[tuple[int, ...]], Sequence[float]],
    prompt: Sequence[int],
    beam_width: int,
    max_new_tokens: int,
    eos_id: int,
    length_penalty: float = 0.0,
) -> list[tuple[list[int], float]]:
    """Return the best continuations of the prompt that a beam of beam_width hypotheses finds.

    A hypothesis is the list of ids that follow the prompt; its log-probability is the sum of theirs. The search starts
    from the empty one, which is open, and makes at most max_new_tokens steps. In a step

    1. each open hypothesis is extended by every token that the model does not give -inf;
    2. of all these extensions the beam_width most probable (by log-probability, whatever their scores) are taken, in
       that order; of equals the one whose hypothesis came first in the beam, then the one of the lower token;
    3. those that end in eos_id are finished: they are set aside and never extended; the others are the open hypotheses
       of the next step, in that order. So the beam may become narrower for a while, or empty, which ends the search.

    In the end the finished hypotheses and those still open compete by their score, log_prob / length ** length_penalty,
    where the length is the number of ids after the prompt, eos_id among them. The search ends early as soon as
    beam_width hypotheses are finished and no open one can overtake the last of the best beam_width of them: not even
    with log_prob / max_new_tokens ** length_penalty, the score that it would have if all its further tokens had
    probability 1. What is returned does not depend on whether it ends early.

    Args:
        next_log_probs: the model: given the ids so far (the prompt's, then those of the hypothesis) as a tuple of ints,
            returns the natural logarithms of the next token's probabilities, one for each of the V tokens.
        prompt: ids, possibly none.
        beam_width: at least 1.
        max_new_tokens: at least 0; with 0 the model is not called.
        eos_id: the token that ends a text. One in the prompt means nothing.
        length_penalty: at least 0. With 0 the score is the log-probability; larger values favour long hypotheses.

    Returns:
        At most beam_width pairs (ids, score), the highest score first; of equals the one that was finished earlier
        first (in the same step: the one that was taken first), then those still open in the order of the beam. ids is a
        list of ints without the prompt, with eos_id as its last if the hypothesis is finished. With max_new_tokens = 0
        that is [([], 0.0)]; where the model gives every token -inf, the list may be empty.

    Raises:
        ValueError: beam_width is below 1, max_new_tokens or length_penalty below 0; the message gives the number.

    In a step the model is called once for each open hypothesis, so at most beam_width times, and never for a finished
    one.

    >>> def model(prefix):
    ...     after = {(): [0.6, 0.4, 0.0], (0,): [0.5, 0.3, 0.2], (1,): [0.05, 0.05, 0.9]}
    ...     return [math.log(p) if p else -math.inf for p in after.get(prefix, [0.1, 0.1, 0.8])]
    >>> [ids for ids, score in beam_search(model, [], 1, 2, eos_id=2)]
    [[0, 0]]
    >>> [(ids, round(math.exp(score), 2)) for ids, score in beam_search(model, [], 2, 2, eos_id=2)]
    [([1, 2], 0.36), ([0, 0], 0.3)]
    """
    for name, value, least in (
        ("beam_width", beam_width, 1),
        ("max_new_tokens", max_new_tokens, 0),
        ("length_penalty", length_penalty, 0),
    ):
        if value < least:
            raise ValueError(f"{name} is at least {least}, and not {value}")
    beam: list[tuple[tuple[int, ...], float]] = [((), 0.0)]  # open hypotheses: (ids, log-probability)
    finished: list[tuple[tuple[int, ...], float]] = []

    def score(ids: tuple[int, ...], log_prob: float) -> float:
        return log_prob / max(1, len(ids)) ** length_penalty

    def is_settled() -> bool:
        """Return whether no open hypothesis can get into the best beam_width."""
        if len(finished) < beam_width:
            return False
        last = sorted((score(*hypothesis) for hypothesis in finished), reverse=True)[beam_width - 1]
        return all(log_prob / max_new_tokens**length_penalty <= last for _, log_prob in beam)

    for _ in range(max_new_tokens):
        if is_settled():
            break
        extensions = [
            ((*ids, token), log_prob + float(step))
            for ids, log_prob in beam
            for token, step in enumerate(next_log_probs((*prompt, *ids)))
            if step > -math.inf
        ]
        # Sorting is stable: equals stay in the order of the beam, then of the tokens.
        taken = sorted(extensions, key=lambda extension: -extension[1])[:beam_width]
        finished += [(ids, log_prob) for ids, log_prob in taken if ids[-1] == eos_id]
        beam = [(ids, log_prob) for ids, log_prob in taken if ids[-1] != eos_id]

    found = sorted([*finished, *beam], key=lambda hypothesis: -score(*hypothesis))
    return [(list(ids), score(ids, log_prob)) for ids, log_prob in found[:beam_width]]
