"""foundations/adamw against torch.optim.AdamW."""

import numpy as np
import pytest
import torch

from solutions.foundations.adamw import adamw_step

SETTINGS = [
    {},
    {"weight_decay": 0.0},
    {"weight_decay": 0.5},
    {"betas": (0.8, 0.9), "eps": 1e-3},
    {"betas": (0.0, 0.0), "eps": 0.1},
]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_fifty_steps_are_those_of_torch(dtype, settings):
    generator = torch.Generator().manual_seed(2019)
    theirs = torch.nn.Parameter(torch.randn(5, 4, generator=generator, dtype=dtype))
    optimiser = torch.optim.AdamW([theirs], lr=0.1, **settings)
    ours, state = theirs.detach().numpy().copy(), {}
    for step in range(50):
        theirs.grad = torch.randn(5, 4, generator=generator, dtype=dtype) + step / 25
        optimiser.param_groups[0]["lr"] = lr = 0.1 / (1 + step)
        optimiser.step()
        ours, state = adamw_step(ours, theirs.grad.numpy(), state, lr, **settings)
        torch.testing.assert_close(torch.from_numpy(ours), theirs.detach())


def test_without_decay_it_is_adam_but_with_it_is_not():
    start = np.array([1.0, -2.0, 3.0])
    for decay in (0.0, 0.3):
        theirs = torch.nn.Parameter(torch.from_numpy(start.copy()))
        optimiser = torch.optim.Adam([theirs], lr=0.1, weight_decay=decay)
        theirs.grad = torch.tensor([0.5, 0.1, -2.0], dtype=torch.float64)
        optimiser.step()
        ours, _ = adamw_step(start, theirs.grad.numpy(), {}, 0.1, weight_decay=decay)
        assert np.allclose(ours, theirs.detach().numpy()) == (decay == 0.0)
