"""The solutions of foundations against SciPy, torch, and sequences worked out by hand."""

import math
import operator

import numpy as np
import pytest
import torch
from scipy import special

from solutions.foundations.autograd_engine import Value
from solutions.foundations.early_stopping import EarlyStopping
from solutions.foundations.embedding_gradient import embedding_gradient
from solutions.foundations.softmax import log_softmax, softmax
from solutions.foundations.successive_halving import successive_halving

NAN = math.nan


@pytest.fixture
def rng():
    return np.random.default_rng(2016)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
@pytest.mark.parametrize("scale", [1.0, 100.0, 1e4])
def test_softmax_agrees_with_scipy(rng, dtype, axis, scale):
    x = rng.normal(scale=scale, size=(4, 5, 6)).astype(dtype)
    x[rng.random(x.shape) < 0.2] = -np.inf
    x[1], x[:, 2], x[..., 3] = 0.5, 1.5, -2.0  # each slice has a finite entry, whatever the axis
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    for ours, theirs in ((softmax, special.softmax), (log_softmax, special.log_softmax)):
        got = ours(x, axis=axis)
        assert got.dtype == dtype
        np.testing.assert_allclose(got, theirs(x, axis=axis), rtol=tolerance, atol=1e-30)


@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 4)])
@pytest.mark.parametrize("padding_idx", [None, 0, 4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_embedding_gradient_agrees_with_torch(rng, shape, padding_idx, dtype):
    table = torch.nn.Embedding(6, 8, padding_idx=padding_idx, dtype=dtype)
    ids = torch.from_numpy(rng.integers(6, size=shape))
    upstream = torch.from_numpy(rng.normal(size=(*shape, 8))).to(dtype)
    table(ids).backward(upstream)
    got = embedding_gradient(ids.numpy(), upstream.numpy(), 6, padding_idx)
    torch.testing.assert_close(torch.from_numpy(got), table.weight.grad)


@pytest.mark.parametrize("bad", [6, -1])
def test_embedding_refuses_the_ids_that_torch_refuses(bad):
    ids = np.array([0, bad])
    with pytest.raises(IndexError):
        torch.nn.Embedding(6, 2)(torch.from_numpy(ids))
    with pytest.raises(IndexError, match=rf"{bad}\D+6"):
        embedding_gradient(ids, np.zeros((2, 2)), 6)


BINARY = (operator.add, operator.sub, operator.mul, operator.truediv)
UNARY = (
    operator.neg,
    lambda v: v**2,
    lambda v: v**-3,
    lambda v: v**3.0,
    lambda v: v.tanh(),
    lambda v: v.relu(),
    lambda v: (v.tanh() - 1).exp(),
    lambda v: 2 * v,
    lambda v: 1 - v,
    lambda v: 0.5 / v,
    lambda v: v + 3,
)


def compute(values, seed):
    """Return all results of a random expression over `values`; its choices depend on the seed and nothing else."""
    rng = np.random.default_rng(seed)
    values = list(values)
    for _ in range(30):
        if rng.random() < 0.5:
            operation, count = BINARY[rng.integers(len(BINARY))], 2
        else:
            operation, count = UNARY[rng.integers(len(UNARY))], 1
        operands = [values[i] for i in rng.integers(len(values), size=count)]
        # 1.5 + tanh keeps results away from 0 and from infinity.
        values.append(operation(*operands).tanh() + 1.5)
    return values


@pytest.mark.parametrize("seed", range(100))
def test_autograd_engine_agrees_with_torch_on_random_expressions(seed):
    numbers = np.random.default_rng([seed, 1]).uniform(0.5, 2.0, size=4)
    ours = compute([Value(float(n)) for n in numbers], seed)
    leaves = [torch.tensor(n, dtype=torch.float64, requires_grad=True) for n in numbers]
    theirs = compute(leaves, seed)
    for value in theirs[4:]:
        value.retain_grad()
    # Two outputs, one after the other, and the second one twice.
    for output in (-1, -2, -2):
        ours[output].backward()
        theirs[output].backward(retain_graph=True)
    for value, tensor in zip(ours, theirs, strict=True):
        assert value.data == pytest.approx(tensor.item(), rel=1e-12)
        expected = 0.0 if tensor.grad is None else tensor.grad.item()
        assert value.grad == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_autograd_engine_goes_through_a_long_chain():
    x = value = Value(1.5)
    tensor = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    result = tensor
    for _ in range(10_000):
        value, result = 0.0001 + value * 0.9999, 0.0001 + result * 0.9999
    value.backward()
    result.backward()
    assert value.data == pytest.approx(result.item(), rel=1e-12)
    assert x.grad == pytest.approx(tensor.grad.item(), rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "metrics", "stops", "best", "best_step"),
    [
        ((2,), [1.0, 0.9, 0.95, 0.93, 0.8], [3], 0.8, 4),
        ((3,), [5, 6, 6, 4, 5, 5, 5], [6], 4, 3),
        ((0,), [3, 2, 2], [2], 2, 1),
        ((1, 0.5), [4, 3.5, 3.0, 3.0], [1, 3], 3.0, 2),
        ((2, 0.0, "max"), [0.5, 0.75, NAN, 0.75, 0.875], [3], 0.875, 4),
        ((2,), [NAN, NAN, 1.0, NAN], [1], 1.0, 2),
        ((2,), [NAN, NAN], [1], None, None),
    ],
)
def test_early_stopping_follows_sequences_worked_by_hand(arguments, metrics, stops, best, best_step):
    stopper = EarlyStopping(*arguments)
    assert [step for step, metric in enumerate(metrics) if stopper.update(metric)] == stops
    assert (stopper.best, stopper.best_step) == (best, best_step)


def test_successive_halving_runs_a_bracket_worked_by_hand():
    # Nine settings, a third of them kept: at 2 epochs 1, 4 and 7 lead; at 6 epochs 7 is ahead, although 4 once was.
    losses = {
        2: [9.0, 1.5, 8.0, 7.0, 1.0, 6.0, NAN, 2.0, 2.0],
        6: {1: 1.25, 4: 1.25, 7: 0.5},
    }
    calls = []

    def evaluate(config, budget):
        calls.append((config, budget))
        return losses[budget][int(config.removeprefix("setting "))]

    best, history = successive_halving([f"setting {i}" for i in range(9)], evaluate, 2, 3)
    assert best == "setting 7"
    assert [entry[:3] for entry in history] == [(0, 2, i) for i in range(9)] + [(1, 6, i) for i in (1, 4, 7)]
    assert calls == [(f"setting {i}", budget) for _, budget, i, _ in history]
    assert sum(budget for _, budget in calls) == 9 * 2 + 3 * 6


@pytest.mark.parametrize(
    ("losses", "eta", "kept"),
    [
        ([3, 1, 2, 1, 5], 2, [1, 2, 3]),  # ceil(5 / 2)
        ([2, 2, 2, 2, 2, 2, 2], 3, [0, 1, 2]),  # ceil(7 / 3), all alike
        ([NAN, 4, NAN, math.inf], 2, [1, 3]),
        ([NAN, NAN, NAN, 1], 2, [0, 3]),
    ],
)
def test_successive_halving_keeps_the_lowest_losses(losses, eta, kept):
    _, history = successive_halving(list(range(len(losses))), lambda config, budget: losses[config], 1, eta)
    assert [index for rung, _, index, _ in history if rung == 1] == kept
