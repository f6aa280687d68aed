"""foundations/adaptive_softmax against torch.nn.AdaptiveLogSoftmaxWithLoss with copied weights."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from solutions.foundations.adaptive_softmax import adaptive_log_probs, adaptive_nll, expected_cost

SPLITS = [([5, 20], 2.0), ([10, 30, 100], 4.0), ([1, 2, 3, 50], 1.5)]


def draw(cutoffs, div_value, dtype, rows=64):
    """Return torch's module, hidden, and the module's weights as head and tails."""
    torch.manual_seed(2017)
    module = torch.nn.AdaptiveLogSoftmaxWithLoss(32, cutoffs[-1], cutoffs[:-1], div_value, dtype=dtype)
    tails = [(down.weight.detach().requires_grad_(), out.weight.detach().requires_grad_()) for down, out in module.tail]
    hidden = (3 * torch.randn(rows, 32, dtype=dtype)).requires_grad_()
    return module, hidden, module.head.weight.detach().requires_grad_(), tails


@pytest.mark.parametrize(("cutoffs", "div_value"), SPLITS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_all_log_probabilities_are_those_of_torch(cutoffs, div_value, dtype):
    module, hidden, head, tails = draw(cutoffs, div_value, dtype)
    got = adaptive_log_probs(hidden, head, tails, cutoffs)
    torch.testing.assert_close(got, module.log_prob(hidden))
    torch.testing.assert_close(got.exp().sum(dim=1), torch.ones(64, dtype=dtype))


@pytest.mark.parametrize(("cutoffs", "div_value"), SPLITS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_loss_and_its_gradients_are_those_of_torch(cutoffs, div_value, dtype):
    module, hidden, head, tails = draw(cutoffs, div_value, dtype)
    for low, high in [(0, cutoffs[-1]), (0, cutoffs[0]), (cutoffs[-2], cutoffs[-1])]:
        targets = torch.randint(low, high, (64,))
        ours, theirs = adaptive_nll(hidden, targets, head, tails, cutoffs), module(hidden, targets).loss
        torch.testing.assert_close(ours, theirs)
        parts = [hidden, head, *(part for tail in tails for part in tail)]
        got = torch.autograd.grad(ours, parts)
        # torch skips a tail that no target needs, and gives None for it.
        wanted = torch.autograd.grad(theirs, [hidden, *module.parameters()], allow_unused=True)
        for ours, theirs in zip(got, wanted, strict=True):
            torch.testing.assert_close(ours, torch.zeros_like(ours) if theirs is None else theirs)


@pytest.mark.parametrize(("cutoffs", "div_value"), SPLITS)
def test_the_expected_cost_is_what_torch_counts(cutoffs, div_value):
    _, hidden, head, tails = draw(cutoffs, div_value, torch.float64, rows=500)
    zipf = 1 / torch.arange(1.0, cutoffs[-1] + 1)
    targets = torch.multinomial(zipf, 500, replacement=True)
    frequencies = torch.bincount(targets, minlength=cutoffs[-1]).double() / 500
    with FlopCounterMode(display=False) as counter:
        adaptive_nll(hidden, targets, head, tails, cutoffs)
    cost = expected_cost(cutoffs, frequencies, 32, [len(down) for down, _ in tails])
    assert counter.get_total_flops() / 2 / 500 == pytest.approx(cost, rel=1e-12)
