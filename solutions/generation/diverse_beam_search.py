"""Diverse beam search.

Interview question: How do LLMs generate synthetic text?

The hypotheses of a wide beam differ in a word or two at the end. Diverse beam search splits the beam into groups that
choose one after another at each step, and a group pays for every token that groups before it have just taken. So it
finds texts that differ from the start, for the same number of model calls.

An interviewer goes on: why do the hypotheses of an ordinary beam resemble each other, and why does a higher temperature
not help there? Which of the groups finds the most probable text, and why is the order of the groups not innocent? What
would you compare in place of tokens at the same place, so that a shift by one word does not count as a difference?
Read on: Li, Monroe and Jurafsky 2016 (arXiv:1611.08562) penalise siblings of one hypothesis instead; Kool et al. 2019
(arXiv:1903.06059) get diverse beams by sampling.

Source: Vijayakumar et al. 2016, section 4, arXiv:1610.02424, with Hamming diversity. Implementations differ in whether
the penalties of earlier steps stay in the score of a hypothesis; here they do not.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence


def diverse_beam_search(
    next_log_probs: Callable[[tuple[int, ...]], Sequence[float]],
    prompt: Sequence[int],
    beam_width: int,
    groups: int,
    diversity: float,
    max_new_tokens: int,
    eos_id: int,
) -> list[list[tuple[list[int], float]]]:
    """Return the best continuations of the prompt that each group of a divided beam finds.

    Each group has beam_width / groups places and is a beam search of its own: a hypothesis is the list of ids that
    follow the prompt, its log-probability is the sum of theirs, and it starts from the empty one, which is open. There
    are at most max_new_tokens steps. In a step the groups take their turns, from the first to the last. In its turn a
    group does this:

    1. each of its open hypotheses is extended by every token that the model does not give -inf;
    2. an extension by the token v is ranked by its log-probability - diversity * n, where n is how many extensions by v
       the groups before it have taken in this step. Its own do not count, nor do those of earlier steps;
    3. of all its extensions the beam_width / groups that rank highest are taken, in that order; of equals the one whose
       hypothesis came first in the group, then the one of the lower token;
    4. those that end in eos_id are finished: they are set aside and never extended (but in this step they count for the
       groups after it like any other); the others are the group's open hypotheses of the next step, in that order.

    The penalty serves to rank and is then forgotten: the log-probability of a hypothesis never holds any. A group goes
    on as long as it has open hypotheses and steps, even if none of them can still win, since what it takes counts for
    others. In the end its finished hypotheses and those still open compete by their log-probability.

    Args:
        next_log_probs: the model: given the ids so far (the prompt's, then those of the hypothesis) as a tuple of ints,
            returns the natural logarithms of the next token's probabilities, one for each of the V tokens.
        prompt: ids, possibly none.
        beam_width: the places of all groups together, at least 1.
        groups: at least 1, a divisor of beam_width. With 1 it is plain beam search, whatever the diversity.
        diversity: at least 0 and finite. With 0 all groups find the same.
        max_new_tokens: at least 0; with 0 the model is not called.
        eos_id: the token that ends a text. One in the prompt means nothing.

    Returns:
        A list for each group, in their order: at most beam_width / groups pairs (ids, log_prob), the highest log_prob
        first; of equals the one that was finished earlier first (in the same step: the one that was taken first), then
        those still open in the order of the group. ids is a list of ints without the prompt, with eos_id as its last if
        the hypothesis is finished; log_prob is the model's own. With max_new_tokens = 0 each list is [([], 0.0)]; where
        the model gives every token -inf, a list may be empty.

    Raises:
        ValueError: beam_width or groups is below 1, diversity or max_new_tokens below 0 (the message gives the number),
            or groups does not divide beam_width (the message gives both).

    In a step the model is called at most once for each open hypothesis of each group, so at most beam_width times, and
    never for a finished one.

    >>> def model(prefix):
    ...     after = {(): [-0.5, -1.0, -9.0], (0,): [-1.0, -0.5, -2.0], (1,): [-2.0, -1.5, -0.25]}
    ...     return after.get(prefix, [-9.0, -9.0, -0.125])
    >>> diverse_beam_search(model, [], 2, 2, 0.0, 2, eos_id=2)
    [[([0, 1], -1.0)], [([0, 1], -1.0)]]
    >>> diverse_beam_search(model, [], 2, 2, 0.75, 2, eos_id=2)
    [[([0, 1], -1.0)], [([1, 2], -1.25)]]
    """
    for name, value, least in (
        ("beam_width", beam_width, 1),
        ("groups", groups, 1),
        ("diversity", diversity, 0),
        ("max_new_tokens", max_new_tokens, 0),
    ):
        if value < least:
            raise ValueError(f"{name} is at least {least}, and not {value}")
    width, rest = divmod(beam_width, groups)
    if rest:
        raise ValueError(f"{beam_width} places cannot be dealt out evenly to {groups} groups")
    beams: list[list[tuple[tuple[int, ...], float]]] = [[((), 0.0)] for _ in range(groups)]  # open: (ids, log_prob)
    finished: list[list[tuple[tuple[int, ...], float]]] = [[] for _ in range(groups)]

    for _ in range(max_new_tokens):
        uses: Counter[int] = Counter()  # token -> how many extensions by it have been taken in this step
        for group, beam in enumerate(beams):
            extensions = [
                ((*ids, token), log_prob + float(step))
                for ids, log_prob in beam
                for token, step in enumerate(next_log_probs((*prompt, *ids)))
                if step > -math.inf
            ]
            # Sorting is stable: equals stay in the order of the beam, then of the tokens.
            taken = sorted(extensions, key=lambda extension: diversity * uses[extension[0][-1]] - extension[1])[:width]
            finished[group] += [(ids, log_prob) for ids, log_prob in taken if ids[-1] == eos_id]
            beams[group] = [(ids, log_prob) for ids, log_prob in taken if ids[-1] != eos_id]
            uses.update(ids[-1] for ids, _ in taken)

    found = [sorted([*ended, *beam], key=lambda h: -h[1])[:width] for ended, beam in zip(finished, beams, strict=True)]
    return [[(list(ids), log_prob) for ids, log_prob in best] for best in found]
