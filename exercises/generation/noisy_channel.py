"""Noisy channel reranking.

Interview question: How do LLMs generate synthetic text?

A model of p(y | x) can write a fluent y that has little to do with x. By Bayes' rule p(y | x) is in proportion to
p(x | y) p(y): a channel model, which reads backwards, asks whether y explains all of x, and a language model asks
whether y is good text by itself. Candidates are ranked by all three together, when they are complete or at each step
of a search. Channel models are trained on text that was made noisy, and corrupt makes it.

Source: Yee, Dauphin and Auli 2019, section 3, arXiv:1908.05731, with a weight of its own for the language model, as in
Ng et al. 2019, arXiv:1907.06616. Where both weights are the same, the score is the former's.
Notation: x the source, of S ids; y the target, of T ids; V tokens of the vocabulary. Models are functions that return
natural logarithms of probabilities, and are called with what a probability is of first: direct(y, x) is log p(y | x).
"""

from collections.abc import Callable, Sequence

import numpy as np

Ids = tuple[int, ...]


def rerank(
    candidates: Sequence[Ids],
    direct: Callable[[Ids, Ids], float],
    channel: Callable[[Ids, Ids], float],
    prior: Callable[[Ids], float],
    source: Ids,
    weights: tuple[float, float],
) -> list[tuple[Ids, float]]:
    """Return the candidates with their scores, the best first; of equals the earlier candidate first.

    The score of a candidate y of T ids, for a source x of S ids, is

        log p(y | x) / T + (w_channel * log p(x | y) + w_prior * log p(y)) / S

    The direct model's term is a mean over the target's length, which differs between candidates. The others are divided
    by the source's length, as the channel's is a sum over its tokens, and so that the weights mean the same for short
    and long sources.

    Args:
        candidates: tuples of at least one id, no two of them the same; possibly no candidates at all.
        direct: direct(y, x) is log p(y | x), the sum over the tokens of y; finite, and so are the others'.
        channel: channel(x, y) is log p(x | y), the sum over the tokens of x.
        prior: prior(y) is log p(y), the sum over the tokens of y.
        source: x, a tuple of at least one id.
        weights: (w_channel, w_prior), at least 0.

    Returns:
        Pairs (candidate, score), as many as there are candidates.

    Raises:
        ValueError: a weight is below 0, and the message gives it; the source or a candidate has no ids.

    Each of the models is called once for each candidate, and handed source and candidate as they are.

    >>> likely, explains, fluent = {(5,): -1.0, (6, 7): -3.0}, {(5,): -9.0, (6, 7): -2.0}, {(5,): -1.0, (6, 7): -2.0}
    >>> rerank([(5,), (6, 7)], lambda y, x: likely[y], lambda x, y: explains[y], fluent.get, (3, 4), (1.0, 1.0))
    [((6, 7), -3.5), ((5,), -6.0)]
    """
    raise NotImplementedError("rerank")


def online_step(
    beams: Sequence[tuple[Ids, float, float]],
    next_direct: Callable[[Ids, Ids], Sequence[float]],
    channel: Callable[[Ids, Ids], float],
    next_prior: Callable[[Ids], Sequence[float]],
    source: Ids,
    weights: tuple[float, float],
    expand: int,
    keep: int,
) -> list[tuple[Ids, float, float]]:
    """Return the beams of the next step of a search that ranks unfinished targets by the noisy channel score.

    The channel model is too slow to be asked about all V extensions of a beam, so a step has two stages:

    1. each beam is extended by the `expand` tokens that next_direct finds most probable, of equals the lower id first;
       tokens that it gives -inf are never taken, so there may be fewer;
    2. of the extensions of all beams together, the `keep` of the highest score are kept. The score is the one of
       rerank, of the target so far with its new token: T is its length, and channel(x, y) is asked about the whole
       source. Of equals comes first the one whose beam came first, then the one whose token next_direct prefers.

    The step knows no end of text: setting finished targets aside is up to the caller.

    Args:
        beams: triples (ids, direct_log_prob, prior_log_prob): the target so far and the sums of its tokens'
            log-probabilities by the two models. A search starts from [((), 0.0, 0.0)]. No two have the same ids.
        next_direct: next_direct(y, x): given the target so far and the source, the log-probabilities of the next token,
            one for each of the V tokens, finite or -inf.
        channel: as in rerank, with a target that may be unfinished; finite.
        next_prior: next_prior(y): the log-probabilities [V] of the next token by the language model; finite.
        source, weights: as in rerank.
        expand: at least 1; may be larger than V.
        keep: at least 1.

    Returns:
        At most `keep` triples like those of beams, the highest score first; they can go into the next step. The scores
        themselves are not among them.

    Raises:
        ValueError: a weight is below 0, or expand or keep is below 1, and the message gives the number; the source has
            no ids.

    next_direct and next_prior are called once for each beam, channel once for each extension of the first stage.

    >>> online_step(
    ...     [((), 0.0, 0.0)],
    ...     next_direct=lambda y, x: [-0.5, -1.0, -9.0],
    ...     channel=lambda x, y: -4.0 if y[-1] == 0 else -1.0,
    ...     next_prior=lambda y: [-3.0, -1.0, -0.1],
    ...     source=(7, 7),
    ...     weights=(1.0, 1.0),
    ...     expand=2,
    ...     keep=1,
    ... )  # -0.5 + (-4 - 3) / 2 for token 0, -1 + (-1 - 1) / 2 for token 1
    [((1,), -1.0, -1.0)]
    """
    raise NotImplementedError("online_step")


def corrupt(tokens: Sequence[int], rate: float, vocab: int, rng: np.random.Generator) -> list[int]:
    """Return the tokens with some of them replaced by others, as noise for training a channel model.

    Each token is replaced with probability `rate`, independently of the rest. A replacement is drawn from the other
    vocab - 1 ids, each equally probable: it is never the token that was there.

    Args:
        tokens: ids from 0 to vocab - 1, possibly none.
        rate: from 0 to 1.
        vocab: how many tokens there are, at least 2.
        rng: where all randomness comes from; in the same state it gives the same result.

    Returns:
        A new list of ints, as long as tokens.

    Raises:
        ValueError: rate is not in [0, 1], or vocab is below 2; the message gives the number.

    tokens is left unmodified.

    >>> corrupt([0, 1, 1], 1.0, 2, np.random.default_rng(0))
    [1, 0, 0]
    """
    raise NotImplementedError("corrupt")
