"""Checks of attention/attention_sinks: what is held, in which order, under which positions, copies, memory, errors."""

import pytest
import torch

from graders.engine.kit import (
    check,
    expect,
    expect_number,
    noncontiguous,
    normal,
    probe,
    raises,
    sizes,
    untouched,
    weight,
)


def draw(rng, lead, length, dtype=torch.float32):
    """Return keys [..., length, 3] and values [..., length, 2]."""
    return normal(rng, *lead, length, 3, dtype=dtype), normal(rng, *lead, length, 2, dtype=dtype)


def kept(sinks, window, length):
    """Return which positions of a text are held after `length` of them, found by dropping one after the other."""
    held = []
    for position in range(length):
        held.append(position)
        if len(held) > sinks + window:
            held.pop(sinks)
    return held


def held(k, v, sinks, window, length):
    """Return the (keys, values) that are to be held after `length` positions."""
    places = kept(sinks, window, length)
    return k[..., places, :], v[..., places, :]


CASES = {"2 sinks, window of 3": (2, 3), "4 sinks, window of 2": (4, 2), "1 sink, window of 1": (1, 1)}


@weight(5, core=True)
@pytest.mark.parametrize("lead", [(), (2, 3)], ids=["one head", "a batch of heads"])
@pytest.mark.parametrize("case", CASES)
def test_holds_the_first_and_the_last_of_a_stream(submission, rng, case, lead):
    sinks, window = CASES[case]
    k, v = draw(rng, lead, 12)
    cache = submission.SinkCache(sinks, window)
    for length in range(1, 13):
        cache.append(k[..., length - 1 : length, :], v[..., length - 1 : length, :])
        about = f"{case}, after {length} positions: the sinks and the last {window}, in the order of the text"
        check(cache.view(), held(k, v, sinks, window, length), about)


PIECES = {
    "all at once": [17],
    "a prefill, then steps": [9, 1, 1, 1, 1, 1, 1, 1, 1],
    "steps before the sinks are full": [1, 1, 6, 2, 7],
    "pieces that end at the borders": [3, 4, 1, 4, 5],
    "a first piece that fills sinks and window": [7, 1, 9],
}


@weight(4)
@pytest.mark.parametrize("case", PIECES)
def test_it_does_not_matter_in_which_pieces_the_text_comes(submission, rng, case):
    k, v = draw(rng, (2,), 17)
    cache, length = submission.SinkCache(3, 4), 0
    for piece in PIECES[case]:
        part = slice(length, length + piece)
        cache.append(k[:, part], v[:, part])
        length += piece
        about = f"{case}, after {length} positions: those numbered 0 to 2 and the last 4"
        check(cache.view(), held(k, v, 3, 4, length), about)


@weight(2)
def test_is_the_whole_text_until_it_is_full(submission, rng):
    sinks, window = sizes(rng, 2, 2, 6)
    k, v = draw(rng, (2,), sinks + window)
    cache = submission.SinkCache(sinks, window)
    for length in range(1, sinks + window + 1):
        cache.append(k[:, length - 1 : length], v[:, length - 1 : length])
        check(cache.view(), (k[:, :length], v[:, :length]), f"all of the first {length} positions, each once")
        check(cache.positions(), torch.arange(length), f"the positions of {length} entries")


@weight(3)
@pytest.mark.parametrize("case", CASES)
def test_positions_are_those_in_the_cache(submission, rng, case):
    sinks, window = CASES[case]
    k, v = draw(rng, (2,), 20)
    cache = submission.SinkCache(sinks, window)
    check(cache.positions(), torch.arange(0), "int64 [0] when nothing is held")
    for start, stop in ((0, 1), (1, 2), (2, 11), (11, 12), (12, 20)):
        cache.append(k[:, start:stop], v[:, start:stop])
        want = torch.arange(min(stop, sinks + window))
        check(cache.positions(), want, f"{case}, after {stop} positions: places in the cache, int64 from 0 to S - 1")


@weight(1)
@pytest.mark.parametrize("window", [1, 4])
def test_without_sinks_it_is_a_window(submission, rng, window):
    k, v = draw(rng, (2,), 11)
    cache = submission.SinkCache(0, window)
    for start, stop in ((0, 2), (2, 3), (3, 9), (9, 10), (10, 11)):
        cache.append(k[:, start:stop], v[:, start:stop])
        first = max(stop - window, 0)
        check(cache.view(), (k[:, first:stop], v[:, first:stop]), f"no sinks: the last {window} positions")


@weight(1)
@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float16, torch.bfloat16], ids=["float64", "float16", "bfloat16"]
)
def test_the_dtype_is_kept(submission, rng, dtype):
    k, v = draw(rng, (2,), 9, dtype)
    cache = submission.SinkCache(2, 3)
    cache.append(k[:, :8], v[:, :8])
    cache.append(k[:, 8:], v[:, 8:])
    check(cache.view(), held(k, v, 2, 3, 9), f"keys and values as they came, in {dtype}")


@weight(1)
def test_instances_are_independent(submission, rng):
    texts = [draw(rng, (2,), 9), draw(rng, (5,), 9)]
    caches = [submission.SinkCache(2, 3), submission.SinkCache(1, 4)]
    for start, stop in ((0, 3), (3, 9)):
        for cache, (k, v) in zip(caches, texts, strict=True):
            cache.append(k[:, start:stop], v[:, start:stop])
    for cache, (k, v), (sinks, window) in zip(caches, texts, ((2, 3), (1, 4)), strict=True):
        check(cache.view(), held(k, v, sinks, window, 9), "each instance holds its own text")


@weight(2)
@pytest.mark.parametrize("first", [1, 900], ids=["one by one", "after a long prefill"])
def test_memory_does_not_grow_with_the_text(submission, first):
    sinks, window, size = 4, 28, 64
    got = probe(submission, bytes_alive, sinks, window, size, first, 100)
    alive = expect_number(got, "the number of bytes that are kept alive")
    most = 4 * (sinks + window) * 2 * size * 4
    expect(
        alive <= most,
        f"{sinks} sinks and a window of {window}: the tensors that a cache keeps alive take at most 4 times the bytes "
        f"of {sinks + window} entries, {most:,} here; after {first + 100} positions they took {alive:,.0f}",
    )


def bytes_alive(module, sinks, window, size, first, steps):
    import gc

    import torch

    def storages():
        gc.collect()
        tensors = [thing for thing in gc.get_objects() if issubclass(type(thing), torch.Tensor)]
        return {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}

    before = storages()
    cache = module.SinkCache(sinks, window)
    cache.append(torch.ones(first, size), torch.ones(first, size))
    for _ in range(steps):
        cache.append(torch.ones(1, size), torch.ones(1, size))
    cache.view()
    return sum(size for place, size in storages().items() if place not in before)


@weight(1)
@pytest.mark.parametrize("pieces", [[4], [1, 1, 1, 1], [9], [6, 3]], ids=["a few", "one by one", "many", "twice"])
def test_the_cache_holds_copies(submission, rng, pieces):
    k, v = draw(rng, (2,), sum(pieces))
    want = held(k.clone(), v.clone(), 2, 4, sum(pieces))
    got = probe(submission, appended_and_overwritten, 2, 4, list(k.split(pieces, 1)), list(v.split(pieces, 1)))
    check(got, want, "what was appended, though the caller has set k and v to 0 after each append")


def appended_and_overwritten(module, sinks, window, keys, values):
    cache = module.SinkCache(sinks, window)
    for k, v in zip(keys, values, strict=True):
        cache.append(k, v)
        k.zero_()
        v.zero_()
    return cache.view()


@weight(1)
def test_views_that_are_not_contiguous_are_taken_and_left_unmodified(submission, rng):
    k, v = draw(rng, (2, 3), 9)
    cache = submission.SinkCache(2, 4)
    for start, stop in ((0, 5), (5, 6), (6, 9)):
        cache.append(noncontiguous(k[..., start:stop, :]), noncontiguous(v[..., start:stop, :]))
    check(cache.view(), held(k, v, 2, 4, 9), "the sinks and the last 4")
    untouched(submission)


@weight(1)
@pytest.mark.parametrize(("sinks", "window", "fact"), [(-1, 3, -1), (-2, 4, -2), (3, 0, 0), (1, -4, -4)])
def test_sizes_that_hold_nothing_are_refused(submission, sinks, window, fact):
    with raises(ValueError, fact):
        submission.SinkCache(sinks, window)


@weight(1)
def test_an_empty_cache_cannot_be_viewed(submission, rng):
    cache = submission.SinkCache(2, 3)
    with raises(ValueError):
        cache.view()
    k, v = draw(rng, (), 3)
    cache.append(k, v)
    check(cache.view(), (k, v), "what was appended afterwards")


@weight(1)
@pytest.mark.parametrize("length", [0, 8], ids=["empty", "full"])
@pytest.mark.parametrize(("keys", "values"), [(7, 6), (5, 9)], ids=["more keys", "more values"])
def test_keys_and_values_of_different_lengths_are_refused(submission, rng, length, keys, values):
    k, v = draw(rng, (2,), 10)
    cache = submission.SinkCache(2, 3)
    if length:
        cache.append(k[:, :length], v[:, :length])
    with raises(ValueError, keys, values):
        cache.append(k[:, :keys], v[:, :values])
    cache.append(k[:, length:], v[:, length:])
    check(cache.view(), held(k, v, 2, 3, 10), "the text goes on as if nothing had happened")
