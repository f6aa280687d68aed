"""Checks of attention/masks: who sees whom, element by element; shapes; combinations; architectures; errors."""

import numpy as np
import pytest
import torch

from graders.engine.kit import check, noncontiguous, raises, sizes, untouched, weight


def spelled_out(shape, sees):
    """Return the boolean tensor of this shape [B, 1, Tq, Tk] whose element is sees(b, i, j), in loops."""
    mask = torch.zeros(shape, dtype=torch.bool)
    for b, one, i, j in np.ndindex(*shape):
        mask[b, one, i, j] = bool(sees(b, i, j))
    return mask


def draw_lengths(rng, count, low, high):
    """Return that many lengths, no two the same, as an int64 tensor and as a list."""
    lengths = sizes(rng, count, low, high)
    return torch.tensor(lengths), lengths


@weight(3, core=True)
@pytest.mark.parametrize("case", ["lengths below T", "one as long as T", "an empty text", "one text"])
def test_padding_is_hidden_as_a_key(submission, rng, case):
    T = 9
    lengths, n = draw_lengths(rng, 1 if case == "one text" else 4, 1, T - 1)
    if case in ("one as long as T", "an empty text"):
        lengths[2] = n[2] = T if case == "one as long as T" else 0
    want = spelled_out((len(n), 1, 1, T), lambda b, i, j: j < n[b])
    check(submission.padding_mask(lengths, T), want, "[B, 1, 1, T], True where key j < lengths[b]")


@weight(3, core=True)
@pytest.mark.parametrize("past", [0, 1, 6], ids="past {}".format)
@pytest.mark.parametrize("T", [1, 5], ids="T {}".format)
def test_the_future_is_hidden(submission, T, past):
    got = submission.causal_mask(T, past) if past else submission.causal_mask(T)
    want = spelled_out((1, 1, T, past + T), lambda _, i, j: j <= past + i)
    check(got, want, "[1, 1, T, past + T], True where key j <= past + i, the query itself included")


@weight(3, core=True)
@pytest.mark.parametrize("case", ["prefixes of several lengths", "no prefix", "nothing but prefix", "one text"])
def test_the_prefix_is_seen_by_all_and_the_rest_causally(submission, rng, case):
    T = 7
    lengths, n = draw_lengths(rng, 1 if case == "one text" else 3, 2, T - 1)
    if case in ("no prefix", "nothing but prefix"):
        lengths[1] = n[1] = 0 if case == "no prefix" else T
    want = spelled_out((len(n), 1, T, T), lambda b, i, j: j <= i or j < n[b])
    check(submission.prefix_mask(lengths, T), want, "[B, 1, T, T], True where key j <= i or j < prefix_lengths[b]")


@weight(1)
def test_masks_worked_by_hand(submission):
    yes, no = True, False
    check(submission.padding_mask(torch.tensor([1, 3]), 3), torch.tensor([[[[yes, no, no]]], [[[yes, yes, yes]]]]))
    check(submission.causal_mask(3), torch.tensor([[[[yes, no, no], [yes, yes, no], [yes, yes, yes]]]]))
    check(submission.causal_mask(2, past=2), torch.tensor([[[[yes, yes, yes, no], [yes, yes, yes, yes]]]]))
    want = torch.tensor([[[[yes, yes, no, no], [yes, yes, no, no], [yes, yes, yes, no], [yes, yes, yes, yes]]]])
    check(submission.prefix_mask(torch.tensor([2]), 4), want)


SHAPES = {
    "one mask": [(3, 1, 4, 5)],
    "two of one shape": [(4, 5), (4, 5)],
    "padding and causal": [(3, 1, 1, 5), (1, 1, 5, 5)],
    "three of different ranks": [(5,), (3, 1, 4, 5), (4, 1)],
    "a small one first": [(1, 1, 4, 1), (3, 1, 1, 5)],
    "four": [(2, 1, 1, 5), (4, 5), (1,), (2, 3, 4, 1)],
}


@weight(3)
@pytest.mark.parametrize("case", SHAPES)
def test_a_combination_allows_what_all_allow(submission, rng, case):
    masks = [torch.from_numpy(rng.random(shape) < 0.7) for shape in SHAPES[case]]
    want = np.ones(np.broadcast_shapes(*SHAPES[case]), bool)
    for index in np.ndindex(want.shape):
        want[index] = all(np.broadcast_to(mask.numpy(), want.shape)[index] for mask in masks)
    check(submission.combine(*masks), torch.from_numpy(want), f"{case}: True where every mask is, of their joint shape")


@weight(1)
def test_no_masks_are_refused(submission, rng):
    with raises(ValueError):
        submission.combine()


def draw_texts(rng):
    """Return lengths and prefix lengths of 4 texts, tensors, such that T, S and A of the docstring all differ."""
    prefix = rng.permutation([1, 3, 5, 2])
    answer = rng.permutation([6, 1, 2, 3])  # so the longest text has 7 tokens at least
    return torch.from_numpy(prefix + answer), torch.from_numpy(prefix)


@weight(2)
@pytest.mark.parametrize("given", [False, True], ids=["without prefix_lengths", "with prefix_lengths"])
def test_an_encoder_sees_the_whole_text(submission, rng, given):
    lengths, prefix = draw_texts(rng)
    got = submission.mask_for("encoder", lengths, prefix) if given else submission.mask_for("encoder", lengths)
    want = spelled_out((4, 1, 1, int(lengths.max())), lambda b, i, j: j < lengths[b])
    check(got, {"encoder": want}, "every query sees every key that is no padding")


@weight(2)
@pytest.mark.parametrize("given", [False, True], ids=["without prefix_lengths", "with prefix_lengths"])
def test_a_decoder_sees_what_came_before(submission, rng, given):
    lengths, prefix = draw_texts(rng)
    got = submission.mask_for("decoder", lengths, prefix) if given else submission.mask_for("decoder", lengths)
    T = int(lengths.max())
    want = spelled_out((4, 1, T, T), lambda b, i, j: j <= i and j < lengths[b])
    check(got, {"decoder": want}, "query i sees key j when j <= i and j is no padding")


@weight(2)
@pytest.mark.parametrize("case", ["some prefix", "no prefix", "all prefix"])
def test_a_prefix_model_reads_the_prefix_both_ways(submission, rng, case):
    lengths, prefix = draw_texts(rng)
    if case != "some prefix":
        prefix[1] = 0 if case == "no prefix" else lengths[1]
    T = int(lengths.max())
    want = spelled_out((4, 1, T, T), lambda b, i, j: (j <= i or j < prefix[b]) and j < lengths[b])
    got = submission.mask_for("prefix", lengths, prefix)
    check(got, {"decoder": want}, "query i sees key j when j <= i or j is of the prefix, and j is no padding")


@weight(3)
def test_an_encoder_decoder_takes_inputs_and_answers_apart(submission, rng):
    lengths, prefix = draw_texts(rng)
    answers = lengths - prefix
    S, A = int(prefix.max()), int(answers.max())
    inputs = spelled_out((4, 1, 1, S), lambda b, i, j: j < prefix[b])
    causal = spelled_out((4, 1, A, A), lambda b, i, j: j <= i and j < answers[b])
    got = submission.mask_for("encoder-decoder", lengths, prefix)
    want = {"encoder": inputs, "decoder": causal, "cross": inputs.clone()}
    check(got, want, "the input seen whole by inputs and answers, the answers causal, padding hidden as a key")


@weight(1)
@pytest.mark.parametrize("name", ["transformer", "Decoder", ""])
def test_an_unknown_architecture_is_refused_by_name(submission, rng, name):
    lengths, prefix = draw_texts(rng)
    with raises(ValueError, name):
        submission.mask_for(name, lengths, prefix)


@weight(1)
@pytest.mark.parametrize("name", ["prefix", "encoder-decoder"])
def test_prefix_lengths_that_are_missing_are_asked_for(submission, rng, name):
    lengths, _ = draw_texts(rng)
    with raises(ValueError, name):
        submission.mask_for(name, lengths)


@weight(1)
def test_lengths_may_be_a_strided_view(submission, rng):
    lengths, prefix = draw_texts(rng)
    want = spelled_out((4, 1, 1, 12), lambda b, i, j: j < lengths[b])
    check(submission.padding_mask(noncontiguous(lengths), 12), want, "the same as for contiguous lengths")
    want = spelled_out((4, 1, 12, 12), lambda b, i, j: j <= i or j < prefix[b])
    check(submission.prefix_mask(noncontiguous(prefix), 12), want, "the same as for contiguous lengths")


@weight(1)
def test_arguments_are_left_unmodified(submission, reference, rng):
    masks = [torch.from_numpy(rng.random((3, 1, 4, 5)) < 0.6) for _ in range(3)]
    check(submission.combine(*masks), masks[0] & masks[1] & masks[2], "True where all three are")
    lengths, prefix = draw_texts(rng)
    for name in ("encoder", "decoder", "prefix", "encoder-decoder"):
        want = reference.mask_for(name, lengths.clone(), prefix.clone())
        check(submission.mask_for(name, lengths, prefix), want, f"the masks of '{name}'")
    untouched(submission)
