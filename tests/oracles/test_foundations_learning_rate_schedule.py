"""foundations/learning_rate_schedule against the schedulers of transformers and torch."""

import pytest
import torch
from transformers import get_cosine_schedule_with_warmup

from solutions.foundations.learning_rate_schedule import warmup_cosine


def optimiser(peak):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)


def rates(schedule, steps):
    """Return the learning rate of each step."""
    found = []
    for _ in range(steps):
        found.append(schedule.get_last_lr()[0])
        schedule.optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize(("warmup", "total"), [(0, 12), (1, 9), (10, 50), (49, 50)])
def test_with_floor_0_it_is_the_schedule_of_transformers(warmup, total):
    theirs = rates(get_cosine_schedule_with_warmup(optimiser(0.3), warmup, total), total + 1)
    ours = [warmup_cosine(step, 0.3, warmup, total) for step in range(total + 1)]
    assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("floor", [0.0, 0.02])
def test_without_warm_up_it_is_the_cosine_annealing_of_torch(floor):
    theirs = rates(torch.optim.lr_scheduler.CosineAnnealingLR(optimiser(0.3), 40, eta_min=floor), 41)
    ours = [warmup_cosine(step, 0.3, 0, 40, floor) for step in range(41)]
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
