"""Judging samplers by their statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from graders.engine.kit.checking import expect, expect_type

_DEVIATIONS = 5.5  # a right sampler fails one category in 26 million


def expect_frequencies(draws: object, probabilities: Sequence[float], what: str = "the draws") -> None:
    """Require draws from {0, ..., K-1} to come as often as `probabilities` says.

    A count may be 5.5 standard deviations of its binomial away (and one draw, for the rarest). What has probability 0
    may not come at all.
    """
    draws = expect_type(draws, list, what)
    probabilities = np.asarray(probabilities, float)
    for draw in draws:
        is_id = isinstance(draw, (int, np.integer)) and not isinstance(draw, bool) and 0 <= draw < len(probabilities)
        expect(is_id, f"wanted: {what} as ids from 0 to {len(probabilities) - 1}; one was {str(draw)[:50]}")
    counts = Counter(int(draw) for draw in draws)
    for outcome, probability in enumerate(probabilities):
        wanted = probability * len(draws)
        slack = _DEVIATIONS * np.sqrt(wanted * (1 - probability)) + (probability > 0)
        expect(
            abs(counts[outcome] - wanted) <= slack,
            f"{what}: {outcome} came {counts[outcome]:,} times in {len(draws):,}, which is not its probability",
        )
