"""attention/masked_softmax against torch's softmax of scores filled with -inf."""

import math

import numpy as np
import pytest
import torch

from solutions.attention.masked_softmax import masked_softmax


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("mask_shape", [(4, 5, 6), (5, 6), (4, 1, 6), (1,)])
def test_is_the_softmax_with_masked_places_at_minus_infinity(dtype, axis, mask_shape):
    rng = np.random.default_rng(5)
    scores = (4 * rng.standard_normal((4, 5, 6))).astype(dtype)
    mask = rng.random(mask_shape) < 0.3
    filled = torch.from_numpy(scores).masked_fill(~torch.from_numpy(mask), -math.inf)
    want = filled.softmax(dim=axis).nan_to_num(0.0)
    torch.testing.assert_close(torch.from_numpy(masked_softmax(scores, mask, axis)), want)


@pytest.mark.parametrize("fill", [math.nan, math.inf, 1e30])
def test_what_is_masked_makes_no_difference(fill):
    rng = np.random.default_rng(6)
    scores, mask = rng.standard_normal((5, 7)), rng.random((5, 7)) < 0.5
    np.testing.assert_array_equal(masked_softmax(np.where(mask, scores, fill), mask), masked_softmax(scores, mask))
