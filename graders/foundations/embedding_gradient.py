"""Checks of foundations/embedding_gradient: sums over repeats, padding, shapes, errors, no loop over tokens."""

import numpy as np
import pytest

from graders.engine.kit import check, count_lines, expect, noncontiguous, normal, raises, sizes, untouched, weight

SUMS = "each row the sum of grad_output over the places where its id stands"


def place_by_place(ids, grad_output, vocab_size, padding_idx=None):
    """Return the gradient in grad_output's dtype, added up place by place in float64."""
    rows = [[0.0] * grad_output.shape[-1] for _ in range(vocab_size)]
    for place in np.ndindex(ids.shape):
        token = int(ids[place])
        if token != padding_idx:
            rows[token] = [old + float(new) for old, new in zip(rows[token], grad_output[place], strict=True)]
    return np.array(rows, grad_output.dtype)


def draw(rng, rank=2, dtype=np.float64):
    """Return ids, grad_output and vocab_size with sizes that all differ; ids 0 and 1 occur at least twice."""
    *shape, features, vocab_size = sizes(rng, rank + 2, 4, 11)
    ids = rng.integers(vocab_size, size=shape)
    ids.flat[:4] = [1, 0, 1, 0]
    return ids, normal(rng, *shape, features, dtype=dtype), vocab_size


@weight(4, core=True)
@pytest.mark.parametrize("rank", [1, 2, 3], ids=["a text", "a batch of texts", "groups of batches"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_each_row_gets_the_sum_over_its_occurrences(submission, rng, rank, dtype):
    ids, grad_output, vocab_size = draw(rng, rank, dtype)
    got = submission.embedding_gradient(ids, grad_output, vocab_size)
    check(got, place_by_place(ids, grad_output, vocab_size), f"{SUMS}, in grad_output's dtype", work=64)


@weight(2)
def test_one_id_that_occurs_everywhere_takes_all(submission, rng):
    # Worked by hand: n places with gradient c give n * c, exactly.
    count, only, vocab_size = sizes(rng, 3, 3, 30)
    only %= vocab_size
    gradient = rng.integers(-9, 9, size=4).astype(np.float64)
    want = np.zeros((vocab_size, 4))
    want[only] = count * gradient
    got = submission.embedding_gradient(np.full(count, only), np.tile(gradient, (count, 1)), vocab_size)
    check(got, want, "the sum of equal gradients in the row of the only id, and 0 in all others")


@weight(2)
@pytest.mark.parametrize("padding_idx", [0, 3], ids=["padding is id 0", "padding is another id"])
def test_the_padding_row_stays_zero(submission, rng, padding_idx):
    ids, grad_output, vocab_size = draw(rng)
    ids[rng.random(ids.shape) < 0.4] = padding_idx
    ids.flat[0] = padding_idx
    got = submission.embedding_gradient(ids, grad_output, vocab_size, padding_idx=padding_idx)
    want = place_by_place(ids, grad_output, vocab_size, padding_idx)
    check(got, want, "a padding row of zeros, and all other rows as ever", work=64)


@weight(1)
@pytest.mark.parametrize("dtype", [np.int32, np.uint8], ids=["int32", "uint8"])
def test_ids_of_any_integer_type_are_taken(submission, rng, dtype):
    ids, grad_output, vocab_size = draw(rng)
    want = place_by_place(ids, grad_output, vocab_size)
    check(submission.embedding_gradient(ids.astype(dtype), grad_output, vocab_size), want, SUMS, work=64)


@weight(1)
def test_no_ids_give_a_gradient_of_zeros(submission, rng):
    texts, features, vocab_size = sizes(rng, 3, 2, 9)
    ids, grad_output = np.zeros((texts, 0), np.int64), np.zeros((texts, 0, features), np.float32)
    got = submission.embedding_gradient(ids, grad_output, vocab_size)
    check(got, np.zeros((vocab_size, features), np.float32), "zeros [V, D] for texts of length 0")


@weight(2)
@pytest.mark.parametrize("offset", [0, 5], ids=["the first id beyond", "far beyond"])
def test_an_id_beyond_the_vocabulary_is_refused(submission, rng, offset):
    ids, grad_output, _ = draw(rng)
    vocab_size = int(rng.integers(20, 90))
    ids[tuple(int(rng.integers(n)) for n in ids.shape)] = vocab_size + offset
    with raises(IndexError, vocab_size + offset, vocab_size):
        submission.embedding_gradient(ids, grad_output, vocab_size)


@weight(2)
@pytest.mark.parametrize("bad", [-1, -3])
def test_a_negative_id_is_refused(submission, rng, bad):
    ids, grad_output, _ = draw(rng)
    vocab_size = int(rng.integers(20, 90))
    ids[tuple(int(rng.integers(n)) for n in ids.shape)] = bad
    with raises(IndexError, bad, vocab_size):
        submission.embedding_gradient(ids, grad_output, vocab_size)


@weight(2)
def test_no_python_line_runs_once_for_each_token(submission, rng):
    features, vocab_size = sizes(rng, 2, 3, 6)
    lines = []
    for count in (25, 200):
        ids = rng.permutation(np.arange(count) % vocab_size)  # all ids occur in both
        grad_output = normal(rng, count, features)
        got, ran = count_lines(submission.embedding_gradient, ids, grad_output, vocab_size, padding_idx=1)
        check(got, place_by_place(ids, grad_output, vocab_size, 1), SUMS, work=count)
        lines.append(ran)
    message = f"wanted: as many Python lines for 200 tokens as for 25; {lines[1]} were run, and {lines[0]}"
    expect(lines[1] <= lines[0], message)


@weight(1)
def test_views_that_are_not_contiguous_are_taken(submission, rng):
    ids, grad_output, vocab_size = draw(rng, 3, np.float32)
    ids, grad_output = ids.transpose(1, 2, 0), noncontiguous(grad_output).transpose(1, 2, 0, 3)
    want = place_by_place(ids, grad_output, vocab_size)
    check(submission.embedding_gradient(ids, grad_output, vocab_size), want, SUMS, work=64)


@weight(1)
def test_the_arguments_are_left_unmodified(submission, rng):
    ids, grad_output, vocab_size = draw(rng)
    want = place_by_place(ids, grad_output, vocab_size, 1)
    check(submission.embedding_gradient(ids, grad_output, vocab_size, 1), want, "padding 1", work=64)
    untouched(submission)
