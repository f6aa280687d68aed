"""Checks of foundations/adaptive_softmax: probabilities, the loss, gradients, cutoffs, the work that is spared."""

import math

import numpy as np
import pytest
import torch

from graders.engine.kit import (
    check,
    count_flops,
    expect,
    expect_array,
    expect_number,
    gradients,
    noncontiguous,
    normal,
    probe,
    raises,
    sizes,
    untouched,
    weight,
)

# Words cut into groups, and the features of each tail: all sizes differ within a case.
SPLITS = {
    "one cluster": ([4, 11], [3]),
    "two clusters": ([5, 9, 20], [6, 2]),
    "three clusters": ([3, 10, 15, 29], [8, 6, 2]),
    "a cluster of a single word": ([6, 7, 12], [2, 3]),
    "one frequent word": ([1, 4, 13], [5, 2]),
    "no cluster": ([13], []),
}
every_split = pytest.mark.parametrize("case", SPLITS)
FORMULA = "frequent words by the head, other words by their cluster's probability times their own in its tail"


def draw(rng, case, rows=None, dtype=torch.float64):
    """Return hidden, head, tails, cutoffs of a case."""
    cutoffs, reduced = SPLITS[case]
    (features,) = sizes(rng, 1, 9, 12)
    rows = rows or int(rng.integers(14, 18))
    return (normal(rng, rows, features, dtype=dtype), *weights(rng, cutoffs, reduced, features, dtype), cutoffs)


def weights(rng, cutoffs, reduced, features, dtype):
    head = normal(rng, cutoffs[0] + len(reduced), features, dtype=dtype, scale=0.5)
    tails = []
    for c, r in enumerate(reduced):
        out = normal(rng, cutoffs[c + 1] - cutoffs[c], r, dtype=dtype)
        tails.append((normal(rng, r, features, dtype=dtype, scale=0.5), out))
    return head, tails


def one_softmax(logits):
    """Return the softmax of a list of numbers, as a list of the logarithms."""
    top = max(logits)
    total = math.fsum(math.exp(x - top) for x in logits)
    return [x - top - math.log(total) for x in logits]


def word_by_word(hidden, head, tails, cutoffs):
    """Return the log-probabilities in float64: for each row a list over the words, found one after another."""
    head, tails = head.double().numpy(), [(down.double().numpy(), out.double().numpy()) for down, out in tails]
    log_probs = []
    for h in hidden.double().numpy():
        of_head = one_softmax([float(np.dot(row, h)) for row in head])
        words = of_head[: cutoffs[0]]
        for cluster, (down, out) in enumerate(tails):
            small = [np.dot(row, h) for row in down]
            within = one_softmax([float(np.dot(row, small)) for row in out])
            words += [of_head[cutoffs[0] + cluster] + own for own in within]
        log_probs.append(words)
    return log_probs


def like(values, tensor):
    return torch.tensor(values, dtype=torch.float64).to(tensor.dtype)


def all_groups(rng, cutoffs, rows):
    """Return targets in a random order among which are the words on both sides of each cutoff."""
    edges = {0, *cutoffs, *(word - 1 for word in cutoffs)} - {cutoffs[-1]}
    targets = [*edges, *rng.integers(cutoffs[-1], size=rows)][:rows]
    return torch.from_numpy(rng.permutation(targets).astype("int64"))


def allowed(targets, features, cutoffs, reduced):
    """Return the multiply-adds that the documentation of adaptive_nll allows, one target after another."""
    cost = 0
    for target in targets.tolist():
        cost += features * (cutoffs[0] + len(reduced))
        for c, r in enumerate(reduced):
            if cutoffs[c] <= target < cutoffs[c + 1]:
                cost += features * r + r * (cutoffs[c + 1] - cutoffs[c])
    return cost


@weight(4, core=True)
@every_split
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_log_probabilities_of_all_words(submission, rng, case, dtype):
    hidden, head, tails, cutoffs = draw(rng, case, dtype=dtype)
    got = submission.adaptive_log_probs(hidden, head, tails, cutoffs)
    check(got, like(word_by_word(hidden, head, tails, cutoffs), hidden), f"{case}: {FORMULA}", work=64)


@weight(2)
def test_shares_worked_by_hand(submission, rng):
    # The one feature is 1 and each weight the logarithm of a share: 1 : a : b for two words and their cluster, and in
    # the cluster c : d : 2 for the words 2, 3, 4.
    a, b, c, d = (float(n) for n in rng.permutation([3, 4, 5, 6]))
    hidden = torch.ones(1, 1, dtype=torch.float64)
    head, out = (torch.tensor(shares, dtype=torch.float64).log()[:, None] for shares in ([1, a, b], [c, d, 2]))
    total, inside = 1 + a + b, c + d + 2
    shares = [1 / total, a / total, *(b / total * own / inside for own in (c, d, 2))]
    tails = [(torch.ones(1, 1, dtype=torch.float64), out)]
    got = submission.adaptive_log_probs(hidden, head, tails, [2, 5])
    check(got, torch.tensor([shares], dtype=torch.float64).log(), FORMULA)
    for word, share in enumerate(shares):
        got = submission.adaptive_nll(hidden, torch.tensor([word]), head, tails, [2, 5])
        check(got, like(-math.log(share), hidden), f"-log p of the target {word} of 5 words, the first 2 frequent")


@weight(2)
@every_split
def test_probabilities_add_up_to_one(submission, rng, case):
    hidden, head, tails, cutoffs = draw(rng, case)
    got = submission.adaptive_log_probs(hidden, head, tails, cutoffs)
    got = expect_array(got, (len(hidden), cutoffs[-1]), torch.float64, "log-probabilities")
    error = abs(torch.from_numpy(got).exp().sum(dim=1) - 1).max()
    expect(error < 1e-9, f"{case}: wanted: exp of each row adds up to 1; a row is {error:.3g} away from it")


@weight(4, core=True)
@every_split
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_the_loss_is_the_mean_over_the_rows(submission, rng, case, dtype):
    hidden, head, tails, cutoffs = draw(rng, case, dtype=dtype)
    targets = all_groups(rng, cutoffs, len(hidden))
    log_probs = word_by_word(hidden, head, tails, cutoffs)
    want = -sum(row[target] for row, target in zip(log_probs, targets.tolist(), strict=True)) / len(targets)
    got = submission.adaptive_nll(hidden, targets, head, tails, cutoffs)
    check(got, like(want, hidden), f"{case}: the mean of -log p(target) over {len(targets)} rows", work=256)


@weight(2)
@every_split
def test_each_word_by_itself_as_the_target(submission, rng, case):
    hidden, head, tails, cutoffs = draw(rng, case, rows=1)
    (log_probs,) = word_by_word(hidden, head, tails, cutoffs)
    for word, log_prob in enumerate(log_probs):
        got = submission.adaptive_nll(hidden, torch.tensor([word]), head, tails, cutoffs)
        check(got, like(-log_prob, hidden), f"{case}: -log p of the only row's target {word}, {cutoffs=}", work=64)


GROUPS = {
    "all groups": lambda word: True,
    "frequent words only": lambda word: word < 5,
    "the first cluster only": lambda word: 5 <= word < 12,
    "the last cluster only": lambda word: word >= 20,
    "both ends": lambda word: word < 5 or word >= 20,
}


@weight(4)
@pytest.mark.parametrize("group", GROUPS)
def test_the_loss_takes_no_more_multiply_adds_than_its_rows_need(submission, rng, group):
    cutoffs, reduced, features = [5, 12, 20, 51], [9, 7, 3], 23
    words = [word for word in range(51) if GROUPS[group](word)]
    targets = torch.from_numpy(rng.choice(words, size=40).astype("int64"))
    hidden = normal(rng, 40, features, dtype=torch.float64)
    head, tails = weights(rng, cutoffs, reduced, features, torch.float64)
    got, flops = count_flops(submission.adaptive_nll, hidden, targets, head, tails, cutoffs)
    log_probs = word_by_word(hidden, head, tails, cutoffs)
    want = -sum(row[target] for row, target in zip(log_probs, targets.tolist(), strict=True)) / 40
    check(got, like(want, hidden), f"{group}: the mean of -log p(target)", work=256)
    limit = allowed(targets, features, cutoffs, reduced)
    wanted = f"{group}: wanted: a row in the product with head and in its own cluster's tail, so {limit} multiply-adds"
    expect(flops <= 2 * limit, f"{wanted}; the matrix products took {flops // 2}")


@weight(2)
@pytest.mark.parametrize("case", ["two clusters", "three clusters"])
def test_a_tail_that_no_target_needs_has_no_effect(submission, rng, case):
    hidden, head, tails, cutoffs = draw(rng, case)
    spare = int(rng.integers(len(tails)))
    words = [word for word in range(cutoffs[-1]) if not cutoffs[spare] <= word < cutoffs[spare + 1]]
    targets = torch.from_numpy(rng.choice(words, size=len(hidden)).astype("int64"))
    want, wanted = loss_and_gradients(hidden, targets, head, tails)
    tails[spare] = tuple(torch.full_like(part, math.nan) for part in tails[spare])
    upstream = torch.ones((), dtype=torch.float64)
    got = gradients(submission.adaptive_nll, hidden, targets, head, tails, cutoffs, upstream=upstream)
    check(got.output, want, f"the loss, where no target is in cluster {spare} and its tail holds nan", work=256)
    check(got.arguments[0], wanted[0], f"the gradient of hidden, where no target is in cluster {spare}", work=256)
    check(got.arguments[2], wanted[1], f"the gradient of head, where no target is in cluster {spare}", work=256)


def loss_and_gradients(hidden, targets, head, tails):
    """Return the loss and the gradients of hidden, head and each part of the tails, by torch, from probabilities."""
    leaves = [part.clone().requires_grad_() for part in (hidden, head, *(part for tail in tails for part in tail))]
    h, head, *parts = leaves
    frequent = len(head) - len(tails)
    of_head = (h @ head.T).exp() / (h @ head.T).exp().sum(dim=1, keepdim=True)
    columns = [of_head[:, :frequent]]
    for c in range(len(tails)):
        scores = torch.einsum("nd,rd,sr->ns", h, parts[2 * c], parts[2 * c + 1]).exp()
        columns.append(of_head[:, frequent + c : frequent + c + 1] * scores / scores.sum(dim=1, keepdim=True))
    loss = -torch.cat(columns, dim=1)[torch.arange(len(h)), targets].log().sum() / len(h)
    return loss.detach(), torch.autograd.grad(loss, leaves)


@weight(3)
@pytest.mark.parametrize("case", [case for case in SPLITS if "single" not in case])  # whose tail has no gradient but 0
def test_gradients_of_the_loss(submission, rng, case):
    hidden, head, tails, cutoffs = draw(rng, case)
    targets = all_groups(rng, cutoffs, len(hidden))
    want, wanted = loss_and_gradients(hidden, targets, head, tails)
    got = probe(submission, tail_gradients, hidden, targets, head, tails, cutoffs)
    about = f"{case}: the loss, and its gradients for hidden, head, and down and out of each tail"
    check(got, (want, list(wanted)), about, work=256)


def tail_gradients(module, hidden, targets, head, tails, cutoffs):
    """Return (loss, gradients of hidden, head and all parts of the tails); runs beside the learner's code."""
    hidden, head = hidden.requires_grad_(), head.requires_grad_()
    tails = [(down.requires_grad_(), out.requires_grad_()) for down, out in tails]
    loss = module.adaptive_nll(hidden, targets, head, tails, cutoffs)
    loss.backward()
    return loss.detach(), [part.grad for part in (hidden, head, *(part for tail in tails for part in tail))]


@weight(1)
@pytest.mark.parametrize("case", ["two clusters", "no cluster"])
def test_gradients_flow_through_all_log_probabilities(submission, reference, rng, case):
    hidden, head, tails, cutoffs = draw(rng, case)
    upstream = normal(rng, len(hidden), cutoffs[-1], dtype=torch.float64)
    leaves = [part.clone().requires_grad_() for part in (hidden, head)]
    output = reference.adaptive_log_probs(*leaves, tails, cutoffs)
    wanted = torch.autograd.grad(output, leaves, upstream)
    got = gradients(submission.adaptive_log_probs, hidden, head, tails, cutoffs, upstream=upstream)
    check(got.arguments[:2], list(wanted), f"{case}: the gradients of hidden and head", work=256)


@weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_logits_in_the_thousands(submission, rng, dtype):
    # Whole numbers, so that each logit is exact in whatever order it is computed.
    def whole(*shape):
        return torch.from_numpy(rng.integers(-15, 16, size=shape)).to(dtype)

    cutoffs = [4, 9, 15]
    hidden, head = 9 * whole(7, 8), whole(6, 8)
    tails = [(whole(3, 8), whole(5, 3)), (whole(2, 8), whole(6, 2))]
    rows = word_by_word(hidden, head, tails, cutoffs)
    got = submission.adaptive_log_probs(hidden, head, tails, cutoffs)
    check(got, like(rows, hidden), "finite logarithms, where most probabilities are too small for the dtype", work=16)
    targets = torch.from_numpy(rng.integers(15, size=7))
    want = like(-sum(row[target] for row, target in zip(rows, targets.tolist(), strict=True)) / 7, hidden)
    got = submission.adaptive_nll(hidden, targets, head, tails, cutoffs)
    check(got, want, "a finite loss, where most probabilities are too small for the dtype", work=16)


ZIPF = {
    "one cluster": ([30, 200], [7]),
    "three clusters": ([11, 50, 120, 400], [16, 8, 4]),
    "no cluster": ([150], []),
}


@weight(3)
@pytest.mark.parametrize("case", ZIPF)
@pytest.mark.parametrize("falling", [True, False], ids=["Zipf", "in any order"])
def test_the_expected_cost_of_a_row(submission, rng, case, falling):
    cutoffs, reduced = ZIPF[case]
    (features,) = sizes(rng, 1, 40, 60)
    class_probs = 1.0 / torch.arange(1, cutoffs[-1] + 1, dtype=torch.float64)
    if not falling:
        class_probs = torch.from_numpy(rng.permutation(class_probs.numpy()))
    class_probs = class_probs / class_probs.sum()
    got = expect_number(submission.expected_cost(cutoffs, class_probs, features, reduced), "the expected cost")
    words = torch.arange(cutoffs[-1])
    costs = [allowed(word[None], features, cutoffs, reduced) for word in words]
    want = math.fsum(p * cost for p, cost in zip(class_probs.tolist(), costs, strict=True))
    check(got, want, f"{case}: the head's multiply-adds, and each tail's times the probability of its words", work=400)
    if falling and reduced:
        expect(got < features * cutoffs[-1], f"{case}: wanted: less than the full softmax; {got} came back")


@weight(1)
@pytest.mark.parametrize("word", [0, 3, 4, 8, 9, 19])
def test_the_cost_when_one_word_is_certain(submission, rng, word):
    cutoffs, reduced = [4, 9, 20], [3, 2]
    (features,) = sizes(rng, 1, 5, 30)
    class_probs = torch.zeros(20, dtype=torch.float64)
    class_probs[word] = 1.0
    want = allowed(torch.tensor([word]), features, cutoffs, reduced)
    got = submission.expected_cost(cutoffs, class_probs, features, reduced)
    check(got, want, f"the cost of word {word}, which always comes, {cutoffs=}", work=16)


@weight(1)
@pytest.mark.parametrize("bad", ["-1", "-100", "V", "far beyond"])
@pytest.mark.parametrize("case", ["two clusters", "no cluster"])
def test_a_target_that_is_no_word_is_refused(submission, rng, bad, case):
    hidden, head, tails, cutoffs = draw(rng, case)
    outside = {"-1": -1, "-100": -100, "V": cutoffs[-1], "far beyond": cutoffs[-1] + 1000}[bad]
    targets = all_groups(rng, cutoffs, len(hidden))
    targets[int(rng.integers(len(hidden)))] = outside
    with raises(ValueError, outside, cutoffs[-1]):
        submission.adaptive_nll(hidden, targets, head, tails, cutoffs)


@weight(1)
def test_views_are_taken_and_nothing_is_changed_in_place(submission, rng):
    hidden, head, tails, cutoffs = draw(rng, "three clusters")
    targets = all_groups(rng, cutoffs, len(hidden))
    rows = word_by_word(hidden, head, tails, cutoffs)
    views = noncontiguous(hidden), noncontiguous(head), [(noncontiguous(a), noncontiguous(b)) for a, b in tails]
    got = submission.adaptive_log_probs(*views, cutoffs)
    check(got, like(rows, hidden), f"strided views: {FORMULA}", work=64)
    want = -sum(row[target] for row, target in zip(rows, targets.tolist(), strict=True)) / len(targets)
    got = submission.adaptive_nll(views[0], targets, *views[1:], cutoffs)
    check(got, like(want, hidden), "strided views: the mean of -log p(target)", work=256)
    class_probs = torch.full((29,), 1 / 29, dtype=torch.float64)
    reduced = SPLITS["three clusters"][1]
    want = math.fsum(allowed(torch.tensor([word]), 10, cutoffs, reduced) for word in range(29)) / 29
    check(submission.expected_cost(cutoffs, class_probs, 10, reduced), want, "words that all come as often", work=29)
    untouched(submission)
