"""KL divergence, Jensen-Shannon divergence, and an estimate from samples.

Interview question: What is KL divergence and how do LLMs use it?

KL(p || q) is what it costs, in nats a draw, to expect q where p is true. It is 0 when the two agree, grows without
bound as q rules out what p allows, and changes when p and q trade places. Training on text makes KL(text || model)
small; distillation does it with a teacher in the place of the text; fine-tuning by rewards holds KL(policy ||
reference) down so that the model stays near its start. There only the probabilities of sampled tokens are at hand, so
it is estimated.

Source: Cover and Thomas 2006, Elements of Information Theory, section 2.3; Lin 1991, IEEE Transactions on Information
Theory 37(1), on Jensen-Shannon; Schulman 2020, Approximating KL divergence (joschu.net/blog), on the estimators.

An interviewer goes on: which of the two directions covers all modes of p, and which one picks a single mode? Why does
reinforcement learning from human feedback take KL(policy || reference)? What are the k1 and k2 estimators, and which of
the three has a biased gradient? How does cross-entropy differ from KL, and when does that not matter?
Read on: Ouyang et al. 2022, arXiv:2203.02155, and Shao et al. 2024, arXiv:2402.03300, on the penalty in PPO and GRPO.
"""

import numpy as np


def kl_divergence(p: np.ndarray, q: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return KL(p || q): the sum of p log(p / q) along `axis`, in nats.

    A term with p = 0 is 0, also where q is 0 as well. A term with q = 0 < p is inf, and so is the sum then.

    Args:
        p, q: of one shape and dtype (float32 or float64), of any rank from 1 up, contiguous or not; distributions along
            `axis`. Each entry is 0 or from 1e-40 to 1, and up to rounding they add up to 1.
        axis: a negative one counts from the end.

    Returns:
        An array of p's dtype and of its shape without `axis`; for arguments of rank 1, a number (a Python float or a
        NumPy scalar).

    Finite wherever no q is 0 where p is not, even when p / q is too large for the dtype, as 1 / 1e-40 is for float32;
    the difference of two logarithms never is. No small number is added to anything.
    The arguments are left unmodified.

    >>> float(kl_divergence(np.array([1.0, 0.0]), np.array([1.0, 0.0])))
    0.0
    >>> kl_divergence(np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.5, 0.5]])).round(6).tolist()
    [inf, 0.693147]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = p * (np.log(p) - np.log(q))
    return np.where(p > 0, terms, 0).sum(axis=axis)


def js_divergence(p: np.ndarray, q: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the Jensen-Shannon divergence: the mean of KL(p || m) and KL(q || m), where m is (p + q) / 2, in nats.

    It is symmetric, finite even where one of p and q is 0, and at most log(2). (Its square root, a distance, is not
    taken.)

    Args:
        p, q, axis: as in kl_divergence.

    Returns:
        As kl_divergence does. The arguments are left unmodified.

    >>> round(float(js_divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0]))), 6)
    0.693147
    """
    middle = (p + q) / 2
    return (kl_divergence(p, middle, axis) + kl_divergence(q, middle, axis)) / 2


def k3_estimate(logp: np.ndarray, logq: np.ndarray) -> np.ndarray:
    """Return for each sample from p the term r - 1 - log(r) with r = q / p, of which the mean estimates KL(p || q).

    log(r) alone has the right mean as well (with its sign turned), but it varies more and may be of either sign. r - 1
    has the mean 0 over samples from p, and takes most of that variation away.

    Args:
        logp: natural logarithms of p at samples from p, finite; float32 or float64, of any rank from 1 up, contiguous
            or not.
        logq: those of q at the same samples, in the same shape and dtype: finite and at most 80 above logp, or -inf.

    Returns:
        An array like logp: one term for each sample, not their mean. A term is never below 0, and inf where logq is
        -inf.

    It is accurate where p and q nearly agree, too: for log(r) = 1e-8 the term is 5e-17, while exp(1e-8) - 1 - 1e-8 is
    mere rounding; np.expm1(x) is exp(x) - 1 without that loss.
    The arguments are left unmodified.

    >>> k3_estimate(np.log([0.5, 0.25]), np.log([0.5, 0.5])).round(6).tolist()  # r = 1 and r = 2
    [0.0, 0.306853]
    """
    log_ratio = logq - logp
    return np.expm1(log_ratio) - log_ratio
