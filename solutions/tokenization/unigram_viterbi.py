"""The best segmentation under a unigram model.

Interview question: LLMs and statistical language models: the main differences.

A unigram tokenizer is itself a small statistical language model: each piece has a probability of its own, and a
segmentation has the product of those of its pieces. Of the exponentially many ways to cut a text, the best is found in
linear time, since the best way to reach a place does not depend on what comes after it.

Source: Kudo 2018, section 3.2, arXiv:1804.10959; the search: Viterbi 1967.

An interviewer goes on: where do the probabilities come from, when no one has segmented the corpus (expectation
maximisation, with the forward-backward sums in place of the maximum)? How does training shrink the vocabulary? Why
would one sample a segmentation instead of taking the best? What does this model leave out that a bigram model, a hidden
Markov model and a transformer each keep?
Read on: Kudo and Richardson 2018, SentencePiece (arXiv:1808.06226); Bostrom and Durrett 2020, against byte-pair merges
(arXiv:2004.03720); Song et al. 2021, longest match in linear time (arXiv:2012.15524).
"""


def segment(text: str, log_probs: dict[str, float], unk_log_prob: float = -20.0) -> tuple[list[str], float]:
    """Cut a text into the pieces whose log-probabilities have the greatest sum.

    The pieces put together are the text, with nothing added, normalised or left out. A piece is either

    - a key of log_probs, and counts with its value; or
    - a single character that is no key of log_probs, and counts with unk_log_prob. It may be chosen although it also
      occurs in longer pieces. Each unknown character is a piece of its own, even where several follow each other.

    Of segmentations of the same score one with the fewest pieces is returned; of those, any. (Where there are ties
    between different numbers of pieces, the checks use values whose sums are exact, such as -2.5.)

    The time has to be linear in the length of the text: 30,000 characters and 2,000 pieces of up to 8 characters take
    less than a second, and the limit is 2 seconds of CPU time and 512 MB. So neither look at all earlier places from
    each place, nor go through all pieces there, nor keep a list of pieces for each place.

    Args:
        text: any text, perhaps empty; a character is a code point.
        log_probs: for each piece (not empty) its log-probability in nats, finite; perhaps no pieces at all.
        unk_log_prob: in nats, finite; perhaps greater than some values of log_probs.

    Returns:
        (pieces, score): the pieces in the order of the text, and the sum of their log-probabilities, which does not
        underflow however long the text is. An empty text gives ([], 0.0).

    The arguments are left unmodified.

    >>> segment("aab", {"a": -1.0, "b": -3.0, "aa": -2.25, "ab": -2.5})
    (['a', 'ab'], -3.5)
    >>> segment("a??", {"a": -1.0}, unk_log_prob=-10.0)
    (['a', '?', '?'], -21.0)
    """
    longest = max(map(len, log_probs), default=1)
    best = [(0.0, 0, 0)]  # for each place: score, minus the number of pieces, and where the last piece starts
    for end in range(1, len(text) + 1):
        ways = []
        for start in range(max(0, end - longest), end):
            log_prob = log_probs.get(text[start:end], unk_log_prob if start == end - 1 else None)
            if log_prob is not None:
                score, minus_pieces, _ = best[start]
                ways.append((score + log_prob, minus_pieces - 1, start))
        best.append(max(ways))
    pieces, end = [], len(text)
    while end > 0:
        start = best[end][2]
        pieces.append(text[start:end])
        end = start
    return pieces[::-1], best[-1][0]
