"""foundations/weight_penalty against the same sum written in torch, and its autograd."""

import pytest
import torch

from solutions.foundations.weight_penalty import weight_penalty


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.2), (0.5, 0.1)])
@pytest.mark.parametrize("skip", [("bias",), ("weight",), ()])
def test_penalty_and_gradients_are_those_of_autograd(dtype, l1, l2, skip):
    torch.manual_seed(1991)
    network = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3)).to(dtype)
    with torch.no_grad():
        network[0].weight[:2] = 0.0  # autograd takes 0 for the derivative of |w| there
    counted = [value for name, value in network.named_parameters() if not name.endswith(skip)]
    want = sum(l1 * w.abs().sum() + l2 / 2 * w.square().sum() for w in counted)
    want.backward()
    arrays = {name: value.detach().numpy() for name, value in network.named_parameters()}
    penalty, grads = weight_penalty(arrays, l1, l2, skip)
    assert penalty == pytest.approx(want.item(), rel=1e-5 if dtype == torch.float32 else 1e-12)
    assert grads.keys() == arrays.keys()
    for name, value in network.named_parameters():
        expected = torch.zeros_like(value) if value.grad is None else value.grad
        torch.testing.assert_close(torch.from_numpy(grads[name]), expected)


def test_an_l2_penalty_is_the_weight_decay_of_sgd():
    torch.manual_seed(7)
    layer = torch.nn.Linear(4, 3, bias=False)
    before = layer.weight.detach().numpy().copy()
    layer.weight.grad = torch.zeros_like(layer.weight)
    torch.optim.SGD(layer.parameters(), lr=0.5, weight_decay=0.2).step()
    _, grads = weight_penalty({"weight": before}, l2=0.2)
    torch.testing.assert_close(torch.from_numpy(before - 0.5 * grads["weight"]), layer.weight.detach())
