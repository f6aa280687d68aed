"""Measures of repetition.

Interview question: What is the repetition problem of LLMs, and why does a model start to repeat itself?

Text of the highest probability runs into loops: a phrase comes, and comes again, and each time the model is surer of
it. Three measures say how repetitive a finished text is; the fourth shows how a loop begins, by having the model read
one sentence over and over.

An interviewer goes on: why does greedy decoding fall into loops and sampling hardly ever? Why do larger models loop as
well? Does distinct-n compare texts of different lengths fairly? Which loops does repetition-4 find that a ban on
repeated n-grams would not have allowed?
Read on: Holtzman et al. 2020 (arXiv:1904.09751), figure 4, show the probability of a phrase grow with its repetitions;
Fu et al. 2021 (arXiv:2012.14660) reason about why it does; Olsson et al. 2022 (arXiv:2209.11895) find the heads that
copy.

Source: distinct-n: Li et al. 2016, arXiv:1510.03055; repetition-n: Welleck et al. 2020, arXiv:1908.04319;
self-reinforcement: Xu et al. 2022, section 2, arXiv:2206.02369.
"""

import math
from collections.abc import Callable, Sequence


def distinct_n(ids: Sequence[int], n: int) -> float:
    """Return which share of the n-grams of a text are different from each other.

    An n-gram is n ids that stand next to each other, in their order. A text of T ids has T - n + 1 of them, and the
    result is the number of different ones divided by that; 1.0 for a text of fewer than n ids, which has none.

    Args:
        ids: the text, a list or tuple of ids of any size; may be empty.
        n: at least 1.

    Raises:
        ValueError: n is below 1; the message gives it.

    >>> distinct_n([7, 8, 7, 8, 7], 2)  # two of four: 7 8 and 8 7
    0.5
    """
    if n < 1:
        raise ValueError(f"an n-gram has at least 1 token, and not {n}")
    grams = [tuple(ids[at : at + n]) for at in range(len(ids) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 1.0


def repetition_n(ids: Sequence[int], n: int) -> float:
    """Return 1 - distinct_n: which share of the n-grams have come before; 0.0 for a text of fewer than n ids.

    Args:
        ids, n: as in distinct_n.

    Raises:
        ValueError: as in distinct_n.

    >>> repetition_n([7, 8, 7, 8, 7], 1)
    0.6
    """
    return 1 - distinct_n(ids, n)


def longest_repeat(ids: Sequence[int]) -> tuple[int, int, int]:
    """Return the longest block of ids that is repeated immediately.

    A block is repeated if the same ids follow right after its end: copies stand end to end and never overlap. A block
    that is nothing but copies of a shorter one does not count, the shorter one does: 5 5 5 5 is four times 5 and not
    twice 5 5. Of blocks of the same length the one that comes the most often in succession wins, and of those again the
    one that starts earliest.

    Args:
        ids: as in distinct_n.

    Returns:
        (start, length, count): where the first copy begins, counted from 0; how many ids a copy has; how many copies
        follow each other from there, at least 2. (0, 0, 0) if nothing is repeated.

    ids is left unmodified.

    >>> longest_repeat([9, 1, 2, 3, 1, 2, 3, 1, 2, 4, 4])
    (1, 3, 2)
    >>> longest_repeat([1, 2, 1, 3])
    (0, 0, 0)
    """
    best = (0, 0, 0)
    for length in range(1, len(ids) // 2 + 1):
        for start in range(len(ids) - 2 * length + 1):
            block, count = ids[start : start + length], 1
            while ids[start + count * length : start + (count + 1) * length] == block:
                count += 1
            # What is copies of something shorter looks the same after being turned by that much.
            is_copies = any(block[turn:] + block[:turn] == block for turn in range(1, length))
            if count > 1 and not is_copies and (length, count) > best[1:]:
                best = (start, length, count)
    return best


def self_reinforcement(
    next_log_probs: Callable[[tuple[int, ...]], Sequence[float]], sentence: Sequence[int], times: int
) -> list[float]:
    """Return how probable the model finds a sentence when it comes for the first, second, ... time in succession.

    The text is `times` copies of the sentence and nothing else. The k-th result is the mean, over the tokens of the
    k-th copy, of the probability that the model gives the token after all that stands before it: the k - 1 earlier
    copies, and the earlier tokens of this one. The very first token has the empty prefix.

    Args:
        next_log_probs: the model: given the ids so far as a tuple of ints, returns the natural logarithms of the next
            token's probabilities, one for each of the V tokens (-inf for a probability of 0).
        sentence: at least one id from 0 to V - 1.
        times: at least 0; with 0 the model is not called.

    Returns:
        `times` probabilities, as a list of floats. If they rise, each copy makes the next one more probable.

    Raises:
        ValueError: the sentence is empty, or times is below 0, and the message gives that number.

    The model is called once for each token of each copy, in the order of the text. sentence is left unmodified.

    >>> def copier(prefix):  # counts what has come; each of the four tokens counts half a time from the start
    ...     return [math.log((prefix.count(token) + 0.5) / (len(prefix) + 2)) for token in range(4)]
    >>> [round(p, 3) for p in self_reinforcement(copier, [3], 4)]
    [0.25, 0.5, 0.625, 0.7]
    """
    if not sentence:
        raise ValueError("a sentence has at least one token")
    if times < 0:
        raise ValueError(f"a sentence cannot be read {times} times")
    prefix: tuple[int, ...] = ()
    means = []
    for _ in range(times):
        probabilities = []
        for token in sentence:
            probabilities.append(math.exp(next_log_probs(prefix)[token]))
            prefix = (*prefix, token)
        means.append(sum(probabilities) / len(sentence))
    return means
