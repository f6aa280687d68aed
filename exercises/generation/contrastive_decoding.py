"""Contrastive decoding and contrastive search.

Interview question: How is repetition held back?

Two ways of decoding that share a name and a thought: what is worth saying is not what is probable anyhow. Contrastive
decoding has a strong model, the expert, and a weak one, the amateur, which also likes dull and repetitive text, and
prefers what the expert finds more probable than the amateur does, among tokens that the expert finds plausible.
Contrastive search has one model, and prefers the candidate whose hidden state is unlike all those that came before.

Source: Li et al. 2022, section 3, arXiv:2210.15097, with the weights of O'Brien and Lewis 2023, section 2,
arXiv:2309.09117; Su et al. 2022, section 3.2, arXiv:2202.06417.
Axes: V tokens of the vocabulary, K candidates, T positions of the past, D size of a hidden state; "..." stands for any
leading axes (none, a batch).
"""

import numpy as np


def contrastive_scores(
    expert_log_probs: np.ndarray, amateur_log_probs: np.ndarray, alpha: float = 0.1, beta: float = 0.5
) -> np.ndarray:
    """Score each token by how much more probable the expert finds it than the amateur.

    A token is plausible if its probability under the expert is at least alpha times that of the expert's most probable
    token in the same row. The score of a plausible token is (1 + beta) * expert - beta * amateur, in log-probabilities;
    that of any other is -inf.

    Args:
        expert_log_probs: [..., V], float32 or float64, contiguous or not: natural logarithms, of any size or -inf,
            with a finite one in every row. They are taken as they are: a row that does not add up to a probability of 1
            (logits) is not normalised.
        amateur_log_probs: the same shape and dtype; finite.
        alpha: from 0, where every token is plausible, to 1, where only those that share the highest probability are.
        beta: at least 0, where the score is the expert's log-probability.

    Returns:
        A new array [..., V] in the dtype of expert_log_probs.

    Raises:
        ValueError: alpha is not in [0, 1], or beta is below 0; the message gives the number.

    The arguments are left unmodified. No probability comes closer to alpha times the highest than a ten-thousandth of
    it in what is checked, unless alpha is 0 or 1, so that rounding decides nothing.

    >>> expert, amateur = np.log([0.5, 0.47, 0.03]), np.log([0.8, 0.19, 0.01])
    >>> contrastive_scores(expert, amateur, alpha=0.1, beta=1.0).round(2).tolist()  # e.g. 2 log(0.5) - log(0.8)
    [-1.16, 0.15, -inf]
    """
    raise NotImplementedError("contrastive_scores")


def contrastive_search_score(
    probability: np.ndarray, hidden: np.ndarray, past_hidden: np.ndarray, alpha: float
) -> np.ndarray:
    """Score each candidate for the next token by its probability and by how unlike the past it is.

    The score is (1 - alpha) * probability - alpha * penalty, where the penalty is the highest cosine between the hidden
    state that the candidate would have and any hidden state of the past. Cosines may be negative, and then the penalty
    is; the cosine with a vector of zeros is 0. Without a past (T = 0) the penalty is 0.

    Args:
        probability: [..., K], float32 or float64: the model's probabilities of the candidates, in any order; they need
            not add up to 1.
        hidden: [..., K, D] in the same dtype: the hidden state of the last layer with each candidate appended.
        past_hidden: [..., T, D] in the same dtype: those of all earlier positions. The leading axes are the same in all
            three, and any of them may be non-contiguous.
        alpha: from 0, where only the probability counts, to 1, where only the penalty does.

    Returns:
        A new array [..., K] in the dtype of probability.

    Raises:
        ValueError: alpha is not in [0, 1]; the message gives it.

    The arguments are left unmodified.

    >>> past = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> contrastive_search_score(np.array([0.6, 0.4]), np.array([[0.0, 3.0], [-4.0, 3.0]]), past, 0.5).round(2).tolist()
    [-0.2, -0.1]
    """
    raise NotImplementedError("contrastive_search_score")
