"""Checks of attention/masked_softmax: kept and masked places, empty slices, broadcasting, scores of any size."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, expect, expect_array, noncontiguous, normal, sizes, untouched, weight


def slice_by_slice(scores, mask, axis):
    """Return the result in the dtype of `scores`, each slice by Python's own floats from its kept places alone."""
    result = np.zeros(scores.shape)
    kept = np.moveaxis(np.broadcast_to(mask, scores.shape), axis, -1)
    inputs, outputs = np.moveaxis(scores, axis, -1), np.moveaxis(result, axis, -1)  # views, of `result` too
    for index in np.ndindex(inputs.shape[:-1]):
        places = [place for place in range(inputs.shape[-1]) if kept[index][place]]
        rivals = [float(inputs[index][place]) for place in places]
        if all(rival == -math.inf for rival in rivals):
            continue
        parts = [math.exp(rival - max(rivals)) for rival in rivals]
        for place, part in zip(places, parts, strict=True):
            outputs[index][place] = part / math.fsum(parts)
    return result.astype(scores.dtype)


def draw(rng, rank, axis, dtype=np.float64):
    """Return scores of sizes that all differ, and a mask that keeps some places of each slice, but not all."""
    scores = normal(rng, *sizes(rng, rank, 3, 7), dtype=dtype, scale=2.0)
    mask = rng.random(scores.shape) < 0.5
    places = np.moveaxis(mask, axis, 0)  # a view
    places[0], places[-1] = True, False
    return scores, rng.permuted(mask, axis=axis)


CASES = {
    "one row": (1, -1, np.float64),
    "the last axis of 2": (2, -1, np.float32),
    "the first axis of 2": (2, 0, np.float64),
    "the middle axis of 3": (3, 1, np.float32),
    "the first axis of 3, counted from the end": (3, -3, np.float64),
    "the last axis of 4": (4, 3, np.float32),
}


@weight(4, core=True)
@pytest.mark.parametrize("case", CASES)
def test_kept_places_share_by_their_own_softmax(submission, rng, case):
    rank, axis, dtype = CASES[case]
    scores, mask = draw(rng, rank, axis, dtype)
    keywords = {} if axis == -1 else {"axis": axis}
    got = submission.masked_softmax(scores, mask, **keywords)
    check(got, slice_by_slice(scores, mask, axis), f"{case}: the softmax of the kept places, 0 at the others", work=8)


@weight(2)
def test_logarithms_of_counts_give_the_kept_counts_shares(submission, rng):
    # Worked by hand: exp(log(n)) is n, and of 1, 2, 5, 9 with 5 masked the sum is 12.
    order = rng.permutation(4)
    counts, kept = np.array([1.0, 2.0, 5.0, 9.0])[order], np.array([True, True, False, True])[order]
    want = np.array([1 / 12, 2 / 12, 0.0, 9 / 12])[order]
    got = submission.masked_softmax(np.log(counts)[None, :] - np.array([[0.0], [3.0]]), kept)
    check(got, np.array([want, want]), "shares in the ratio of the kept counts, whose logarithms the scores are")


@weight(2)
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_masked_places_are_exactly_zero_and_kept_ones_add_up_to_one(submission, rng, dtype):
    scores, mask = draw(rng, 3, 2, dtype)
    got = expect_array(submission.masked_softmax(scores - dtype(30), mask), scores.shape, dtype)
    expect((got[~mask] == 0).all(), "wanted: exactly 0 at every masked place")
    expect((got[mask] > 0).all(), "wanted: a share above 0 at every kept place, for scores of ordinary size")
    off = np.abs(got.sum(axis=-1) - 1).max()
    expect(off < 1e-5, f"wanted: shares that add up to 1 along the axis; they are off by {off!r} somewhere")


@weight(3)
@pytest.mark.parametrize("kind", ["some slices", "every slice", "the first axis", "a slice of one place"])
def test_slices_with_nothing_to_keep_are_all_zero(submission, rng, kind):
    axis = 0 if kind == "the first axis" else -1
    scores, mask = draw(rng, 2, axis)
    if kind == "every slice":
        mask[:] = False
    elif kind == "a slice of one place":
        scores, mask = scores[:, :1], np.arange(len(scores))[:, None] % 2 == 0
    else:
        np.moveaxis(mask, axis, -1)[[0, 2]] = False
    got = submission.masked_softmax(scores, mask, axis=axis)
    check(
        got, slice_by_slice(scores, mask, axis), f"{kind}: 0 where a slice keeps nothing, the softmax elsewhere", work=8
    )


MASKS = {
    "one row for all": (5,),
    "a column for all": (4, 1),
    "the leading axis only": (3, 1, 1),
    "all but the middle axis": (3, 1, 5),
    "one place for all": (1,),
}


@weight(3)
@pytest.mark.parametrize("axis", [-1, 1], ids=["along the last axis", "along the middle axis"])
@pytest.mark.parametrize("shape", MASKS.values(), ids=MASKS)
def test_the_mask_broadcasts(submission, rng, shape, axis):
    scores = normal(rng, 3, 4, 5, dtype=np.float32)
    mask = rng.permutation(np.arange(math.prod(shape)) % 2 == 0).reshape(shape)
    want = slice_by_slice(scores, mask, axis)
    check(submission.masked_softmax(scores, mask, axis=axis), want, "the mask broadcast to scores [3, 4, 5]", work=8)


@weight(3)
@pytest.mark.parametrize("size", [1e4, 1e12, 1e29])
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_kept_scores_may_be_as_low_or_as_high_as_they_like(submission, rng, dtype, size):
    _, mask = draw(rng, 2, 1)
    # Whole multiples of `size`: equal ones share evenly, and lower ones are too far away for any share.
    for low, high in [(-5, -2), (2, 5)]:
        scores = (rng.integers(low, high, size=mask.shape) * size).astype(dtype)
        got = submission.masked_softmax(scores, mask)
        check(got, slice_by_slice(scores, mask, 1), f"the softmax of the kept places alone, scores near {low * size:g}")


@weight(3)
@pytest.mark.parametrize("rubbish", [1e9, math.inf, -math.inf, math.nan])
def test_what_stands_at_a_masked_place_makes_no_difference(submission, rng, rubbish):
    scores, mask = draw(rng, 2, 1)
    want = slice_by_slice(scores, mask, 1)
    scores[~mask] = rubbish
    mask[1], want[1] = False, 0.0
    check(submission.masked_softmax(scores, mask), want, f"the same with {rubbish} at the masked places", work=8)


@weight(2)
@pytest.mark.parametrize("axis", [0, 1], ids="axis {}".format)
def test_kept_scores_of_minus_infinity_get_the_share_zero(submission, rng, axis):
    scores, mask = draw(rng, 2, axis, np.float32)
    scores[rng.random(scores.shape) < 0.3] = -np.inf
    np.moveaxis(scores, axis, -1)[0, np.moveaxis(mask, axis, -1)[0]] = -np.inf  # nothing else is kept in this slice
    want = slice_by_slice(scores, mask, axis)
    about = "0 where a kept score is -inf, and all 0 where a slice keeps nothing else"
    check(submission.masked_softmax(scores, mask, axis=axis), want, about, work=8)


@weight(2)
@pytest.mark.parametrize("axis", [0, 1, 2], ids="axis {}".format)
def test_slices_ten_thousand_apart_do_not_disturb_each_other(submission, rng, axis):
    scores, mask = draw(rng, 3, axis)
    for other in {0, 1, 2} - {axis}:  # what differs by so much lies along the other two axes
        step = 1e4 * rng.permutation(scores.shape[other])
        scores = scores + np.expand_dims(step, [a for a in range(3) if a != other])
    want = slice_by_slice(scores, mask, axis)
    got = submission.masked_softmax(scores, mask, axis=axis)
    check(got, want, f"each slice along axis {axis} by itself, however large others are", work=8)


@weight(1)
@pytest.mark.parametrize("view", ["every second element", "transposed"])
def test_views_that_are_not_contiguous_are_taken(submission, rng, view):
    scores, mask = draw(rng, 3, 1, np.float32)
    if view == "transposed":
        got = submission.masked_softmax(scores.T, mask.T, axis=1)
        check(got, slice_by_slice(scores.T, mask.T, 1), "the same as for contiguous arrays", work=8)
    else:
        got = submission.masked_softmax(noncontiguous(scores), noncontiguous(mask), axis=1)
        check(got, slice_by_slice(scores, mask, 1), "the same as for contiguous arrays", work=8)


@weight(1)
def test_the_arguments_are_left_unmodified(submission, rng):
    scores, mask = draw(rng, 2, 1)
    mask[0], scores[1, 0] = False, -np.inf
    check(submission.masked_softmax(scores, mask), slice_by_slice(scores, mask, 1), "shares along each row", work=8)
    untouched(submission)
