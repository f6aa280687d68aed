"""attention/attention_sinks against a plain list of positions."""

import pytest
import torch

from solutions.attention.attention_sinks import SinkCache


@pytest.mark.parametrize("sinks", [0, 1, 4])
@pytest.mark.parametrize("window", [1, 3, 8])
@pytest.mark.parametrize("pieces", [[1] * 20, [20], [5, 1, 1, 9, 4], [2, 3, 15]])
def test_what_is_held(sinks, window, pieces):
    generator = torch.Generator().manual_seed(11)
    k, v = torch.randn(2, 20, 3, generator=generator), torch.randn(2, 20, 5, generator=generator)
    cache, text = SinkCache(sinks, window), []
    for piece in pieces:
        start = len(text)
        cache.append(k[:, start : start + piece], v[:, start : start + piece])
        text += range(start, start + piece)
        want = text if len(text) <= sinks + window else text[:sinks] + text[-window:]
        keys, values = cache.view()
        assert torch.equal(keys, k[:, want])
        assert torch.equal(values, v[:, want])
        assert cache.positions().tolist() == list(range(len(want)))
