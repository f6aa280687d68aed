"""Adaptive softmax.

Interview question: How does adaptive softmax save work?

In a model with a large vocabulary the last matrix product costs more than all else, and most of it is spent on words
that hardly ever come. The adaptive softmax sorts the words by how often they occur and cuts them into groups. The head
scores the frequent words and, with one more logit each, the groups of rarer words, which are called clusters. A rare
word's probability is that of its cluster, times its own among the words of the cluster. For the latter the cluster has
a tail: a projection to fewer features, and scores from those. In training, only the target's tail is needed.

Source: Grave et al. 2017, section 4, arXiv:1609.04309.
Axes: N rows (positions of a text), D features, V words, F frequent words, C clusters; S words and R features in one
cluster's tail, which differ from cluster to cluster.
Words: ids 0 to V - 1, the most frequent one first. cutoffs is a list of C + 1 rising whole numbers, the first at least
1 and the last V. The words below cutoffs[0] = F are the frequent ones; cluster c holds those from cutoffs[c] on, and
below cutoffs[c + 1]. So [4, 9, 30] is 4 frequent words, a cluster of 5 and one of 21; [30] is an ordinary softmax.
Not allowed: torch.nn.AdaptiveLogSoftmaxWithLoss, torch.nn.modules.adaptive.AdaptiveLogSoftmaxWithLoss.
"""

import torch
from torch import Tensor


def adaptive_log_probs(hidden: Tensor, head: Tensor, tails: list[tuple[Tensor, Tensor]], cutoffs: list[int]) -> Tensor:
    """Return the logarithm of every word's probability.

    With h one row of hidden, and softmax always over all entries of what it is given:

        frequent word w         softmax(head h)[w]
        word w of cluster c     softmax(head h)[F + c] * softmax(out (down h))[w - cutoffs[c]]

    Args:
        hidden: [N, D], float32 or float64, contiguous or not.
        head: [F + C, D] in hidden's dtype: one row for each frequent word, then one for each cluster; no biases.
        tails: C pairs (down, out) in hidden's dtype, cluster 0 first: down [R, D], then out [S, R].
        cutoffs: see the top; the tails' sizes S agree with it.

    Returns:
        [N, V] in hidden's dtype: natural logarithms, whose exp adds up to 1 in each row. They are finite for any finite
        logits: a word whose probability is too small for the dtype has its logarithm all the same.

    Gradients flow back to hidden, head and tails. The arguments are left unmodified.

    >>> hidden, down, out = torch.tensor([[1.0]]), torch.tensor([[1.0]]), torch.tensor([[7.0], [7.0]])
    >>> head = torch.tensor([[0.0], [0.0], [0.0]])  # words 0 and 1, and the cluster of the words 2 and 3
    >>> adaptive_log_probs(hidden, head, [(down, out)], [2, 4]).exp()
    tensor([[0.3333, 0.3333, 0.1667, 0.1667]])
    """
    raise NotImplementedError("adaptive_log_probs")


def adaptive_nll(
    hidden: Tensor, targets: Tensor, head: Tensor, tails: list[tuple[Tensor, Tensor]], cutoffs: list[int]
) -> Tensor:
    """Return the mean negative log-probability of the targets, without the tails that none of them needs.

    Args:
        hidden, head, tails, cutoffs: those of adaptive_log_probs; N >= 1.
        targets: [N], int64: the word of each row, in any order.

    Returns:
        The mean over the N rows of -log p(target), in nats: a tensor of no axes ([]) in hidden's dtype.

    Work: a row takes part in the product with head, and in those with the tail of the cluster that holds its target, if
    one does. So the matrix products take no more than

        N D (F + C)  +  for each cluster: the rows whose target it holds, times (D R + R S)

    multiply-adds, as torch.utils.flop_counter.FlopCounterMode counts them (two operations each). A tail that no target
    needs has no effect on the loss or on any gradient, even where it holds nan.

    Raises:
        ValueError: a target is negative or not below V; the message gives such a target, and V.

    Gradients flow back to hidden, to head, and to the tails that are needed; those of the others are None or zeros.
    The arguments are left unmodified.

    >>> hidden, down, out = torch.tensor([[1.0], [1.0]]), torch.tensor([[1.0]]), torch.tensor([[7.0], [7.0]])
    >>> head = torch.tensor([[0.0], [0.0], [0.0]])
    >>> adaptive_nll(hidden, torch.tensor([3, 0]), head, [(down, out)], [2, 4])  # (log 6 + log 3) / 2
    tensor(1.4452)
    """
    raise NotImplementedError("adaptive_nll")


def expected_cost(cutoffs: list[int], class_probs: Tensor, D: int, tail_dims: list[int]) -> float:
    """Return the multiply-adds that the matrix products of adaptive_nll take for a row, on average.

    Every row pays for the head. The row's target is word w with probability class_probs[w], and the tail that holds the
    target costs what is said under "Work" above; a frequent word costs nothing more.

    Args:
        cutoffs: see the top.
        class_probs: [V], float64, adding up to 1; in the order of the ids, though not always falling.
        D: features of a row of hidden.
        tail_dims: R of each of the C clusters; empty when there is none.

    Returns:
        A number; D V when there is no cluster, which is what an ordinary softmax takes.

    >>> zipf = 1 / torch.arange(1, 1001, dtype=torch.float64)
    >>> round(expected_cost([1000], zipf / zipf.sum(), 64, []))
    64000
    >>> round(expected_cost([100, 1000], zipf / zipf.sum(), 64, [16]))
    11199
    """
    raise NotImplementedError("expected_cost")
