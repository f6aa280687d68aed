"""Stochastic beam search.

Interview question: How do LLMs generate synthetic text?

Sampling from a model that is sure of itself gives the same text again and again. Adding Gumbel noise to the
log-probabilities and taking the k highest draws k different outcomes, and a beam search can do so for texts, of which
there are far too many to add noise to each: a hypothesis carries the highest noisy log-probability of all texts that
begin with it, and hands it down.

Source: Kool, van Hoof and Welling 2019, section 3 and algorithm 1, arXiv:1903.06059; the stable form of the truncation
is in appendix B.3. Where algorithm 1 sets the root's perturbed log-probability to 0, it is drawn here.
"""

from collections.abc import Callable, Sequence

import numpy as np


def stochastic_beam_search(
    next_log_probs: Callable[[tuple[int, ...]], Sequence[float]],
    prompt: Sequence[int],
    k: int,
    max_new_tokens: int,
    eos_id: int,
    rng: np.random.Generator,
) -> list[tuple[list[int], float, float]]:
    """Draw k different continuations of the prompt, without replacement.

    A text is a list of ids that follow the prompt; it ends with the first eos_id, or without one when it has
    max_new_tokens ids. The model gives each text a probability, the product of its tokens'. The result is distributed
    as if all texts were drawn one after another, each time with probabilities in proportion to those of the texts that
    are left, and the first k of them returned, in that order. With k = 1 that is ordinary (ancestral) sampling.

    Give every text the perturbed log-probability log p + g, the g standard Gumbel variables independent of each other:
    sorting by it draws without replacement. The search finds the k highest without looking at all texts:

    1. The beam starts with the empty hypothesis, of log-probability 0, and its perturbed log-probability is a standard
       Gumbel variable. That is how the highest perturbed log-probability of all texts is distributed.
    2. In a step each open hypothesis, of perturbed log-probability G, is extended by every token that the model does
       not give -inf. Let the extensions have the log-probabilities phi_i. They get perturbed log-probabilities that are
       distributed like independent Gumbel variables of the locations phi_i (that is, phi_i + g_i), given that the
       highest of them is G: draw G_i = phi_i + g_i, let Z be the highest of them, and replace each by
       -log(exp(-G) - exp(-Z) + exp(-G_i)), which is G for the highest itself and less for the others.
    3. Hypotheses that end in eos_id are not extended, but stay in the running with what they have. Of all these and the
       extensions together the k of the highest perturbed log-probability are the next beam.

    The search ends when no hypothesis is open, or after max_new_tokens steps. The formula of 2 has to be computed so
    that it stays exact to rounding where exp(-G) or exp(-G_i) overflows: log-probabilities may go down to -5000.

    Args:
        next_log_probs: the model: given the ids so far (the prompt's, then those of the hypothesis) as a tuple of ints,
            returns the natural logarithms of the next token's probabilities, one for each of the V tokens, finite or
            -inf; the probabilities add up to 1.
        prompt: ids, possibly none.
        k: at least 1.
        max_new_tokens: at least 0; with 0 the empty text is the only one, and the model is not called.
        eos_id: the token that ends a text. One in the prompt means nothing.
        rng: where all randomness comes from; in the same state it gives the same result.

    Returns:
        Triples (ids, log_prob, perturbed), the highest perturbed first: ids as a list of ints without the prompt, with
        eos_id as its last if it ended by that; the model's log-probability of the text; and its perturbed one. There
        are k, or as many as there are texts of a probability above 0 if these are fewer. No two have the same ids.

    Raises:
        ValueError: k is below 1, or max_new_tokens below 0; the message gives the number.

    In a step the model is called once for each open hypothesis in the beam, so at most k times, and at most as often as
    finished ones leave places; never for a finished one.

    >>> def model(prefix):  # after a 0 comes a 1 or the end, after a 1 the end
    ...     return [[-np.inf, np.log(0.3), np.log(0.7)], [-np.inf, -np.inf, 0.0]][prefix[-1]]
    >>> found = stochastic_beam_search(model, [0], 3, 2, eos_id=2, rng=np.random.default_rng(0))
    >>> sorted((ids, round(float(np.exp(log_prob)), 2)) for ids, log_prob, perturbed in found)
    [([1, 2], 0.3), ([2], 0.7)]
    """
    raise NotImplementedError("stochastic_beam_search")
