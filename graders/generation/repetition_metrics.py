"""Checks of generation/repetition_metrics: shares of n-grams, repeated blocks, and a sentence read again and again."""

import itertools
import math

import numpy as np
import pytest

from graders.engine.kit import check, counted, expect, expect_number, expect_type, raises, sizes, untouched, weight

REPEAT = "(start, length, count) of the longest block that is repeated immediately"


def share(ids, n):
    """Return the share of n-grams that are not equal to any before them, by comparing all pairs."""
    grams = [list(ids[at : at + n]) for at in range(len(ids) - n + 1)]
    first = [gram not in grams[:at] for at, gram in enumerate(grams)]
    return sum(first) / len(first) if first else 1.0


def text(rng, vocabulary, length):
    return [int(i) for i in rng.integers(0, vocabulary, size=length)]


@weight(4, core=True)
@pytest.mark.parametrize(("n", "vocabulary", "length"), [(1, 6, 17), (2, 4, 25), (3, 3, 40), (4, 2, 31), (5, 9, 12)])
def test_distinct_n_is_the_share_of_n_grams_that_differ(submission, rng, n, vocabulary, length):
    for kind in (list, tuple):
        ids = kind(text(rng, vocabulary, length))
        check(submission.distinct_n(ids, n), share(ids, n), f"n = {n}: different n-grams over all n-grams")


@weight(2)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_repetition_n_is_the_rest(submission, rng, n):
    for vocabulary, length in ((3, 14), (5, 23)):
        ids = text(rng, vocabulary, length)
        check(submission.repetition_n(ids, n), 1 - share(ids, n), f"n = {n}: 1 less the share that differ")


@weight(2)
def test_shares_worked_by_hand(submission):
    ids = [4, 7, 4, 7, 7, 4, 7, 2]
    for n, distinct in ((1, 3 / 8), (2, 4 / 7), (3, 5 / 6), (4, 1.0), (8, 1.0)):
        check(submission.distinct_n(ids, n), distinct, f"n = {n}: different n-grams of eight ids over all of them")
        check(submission.repetition_n(ids, n), 1 - distinct, f"n = {n}: the share that has come before")


@weight(2)
def test_texts_shorter_than_n_have_nothing_repeated(submission, rng):
    token = int(rng.integers(50))
    for length, n in ((0, 1), (0, 3), (1, 2), (2, 3), (3, 7)):
        check(submission.distinct_n([token] * length, n), 1.0, f"1.0 for {length} ids and n = {n}")
        check(submission.repetition_n([token] * length, n), 0.0, f"0.0 for {length} ids and n = {n}")
    check(submission.distinct_n([token] * 3, 3), 1.0, "1.0 for the single n-gram of a text of n ids")
    check(submission.distinct_n([token] * 4, 3), 0.5, "one half for two n-grams that are the same")


@weight(1)
def test_ids_of_several_digits_are_units(submission, rng):
    a = int(rng.integers(1, 10))
    ids = [a, 10 * a + a, 10 * a + a, a, 100 * a + 10 * a + a, 1 << 40]
    check(submission.distinct_n(ids, 1), 4 / 6, "the share of ids that differ, whatever digits they are written with")
    check(submission.distinct_n(ids, 2), 1.0, "1.0, as no two pairs are the same")


@weight(1)
def test_the_order_within_an_n_gram_counts(submission, rng):
    a, b, c = sizes(rng, 3, 0, 99)
    check(submission.distinct_n([a, b, a, c, b], 2), 1.0, "1.0, as a b is not b a")
    check(submission.distinct_n([a, a, b, b, a, b], 2), 4 / 5, "four of five, as a a, a b, b b and b a differ")


@weight(1)
@pytest.mark.parametrize("n", [0, -3])
def test_an_n_below_one_is_refused(submission, rng, n):
    for ids in ([], text(rng, 3, 8)):
        with raises(ValueError, n):
            submission.distinct_n(ids, n)
        with raises(ValueError, n):
            submission.repetition_n(ids, n)


def blocks(ids):
    """Return every (start, length, count) of copies end to end, the blocks that are copies themselves left out."""
    ids, found = list(ids), {}
    for start in range(len(ids)):
        for end in range(start + 1, len(ids) + 1):
            for length in range(1, (end - start) // 2 + 1):
                count, rest = divmod(end - start, length)
                # A stretch has a period when each of its ids is the one a period earlier.
                if not rest and all(ids[i] == ids[i - length] for i in range(start + length, end)):
                    found[start, length] = (count, end)
    shortest: dict[tuple[int, int], int] = {}
    for (start, length), (_, end) in sorted(found.items(), key=lambda item: item[0][1]):
        for copies in range(2, (end - start) // length + 1):
            shortest.setdefault((start, start + copies * length), length)
    return [(s, n, count) for (s, n), (count, _) in found.items() if shortest[s, s + 2 * n] == n]


def longest(ids):
    return min(blocks(ids), key=lambda block: (-block[1], -block[2], block[0]), default=(0, 0, 0))


@weight(4, core=True)
@pytest.mark.parametrize(("vocabulary", "length"), [(2, 11), (3, 17), (2, 24), (5, 30)])
def test_longest_repeat_finds_the_longest_block(submission, rng, vocabulary, length):
    for kind in (list, list, tuple):
        ids = kind(text(rng, vocabulary, length))
        check(submission.longest_repeat(ids), longest(ids), REPEAT)


@weight(2)
def test_a_loop_within_a_text_is_found(submission, rng):
    length, count, before, cut = sizes(rng, 4, 2, 7)
    ids = [int(i) for i in rng.permutation(200)]
    block, rest = ids[:length], ids[length:]
    for tail in ([], rest[20:23], block[: min(cut, length - 1)]):
        got = submission.longest_repeat(rest[:before] + block * count + tail)
        check(got, (before, length, count), f"{REPEAT}, copied {count} times after {before} ids")


@weight(3)
def test_repeats_worked_by_hand(submission):
    for ids, want in (
        ([3, 1, 3, 1, 3], (0, 2, 2)),  # 3 1 3 comes twice as well, but its copies overlap
        ([1, 2, 1, 3, 1, 2, 1], (0, 0, 0)),  # 1 2 1 comes twice, but not in succession
        ([5, 1, 1, 1, 1, 5], (1, 1, 4)),
        ([1, 2, 1, 2, 1, 2, 1, 2], (0, 2, 4)),  # and not 1 2 1 2, twice
        ([4, 4, 4, 4, 4, 8, 9, 8, 9], (5, 2, 2)),  # the longer block, though it covers less
        ([6, 6, 1, 6, 6, 1], (0, 3, 2)),
        ([0, 7, 7, 0, 0], (1, 1, 2)),
        ([8, 8], (0, 1, 2)),
        ([3, 8, 8], (1, 1, 2)),
        ([7, 7], (0, 1, 2)),
        ([3, 7, 7], (1, 1, 2)),
    ):
        check(submission.longest_repeat(ids), want, REPEAT)


@weight(2)
def test_of_blocks_of_one_length_the_most_copies_win_then_the_earliest(submission, rng):
    a, b, c, d, e = sizes(rng, 5, 0, 99)
    ab, cd = [a, b], [c, d]
    for ids, want in (
        (ab * 2 + [e] + cd * 3, (5, 2, 3)),
        (ab * 3 + [e] + cd * 2, (0, 2, 3)),
        ([e] + ab * 2 + [e] + cd * 2, (1, 2, 2)),
        (ab * 3 + [a], (0, 2, 3)),
        ([a, a, b, b, c, c, c], (4, 1, 3)),
    ):
        check(submission.longest_repeat(ids), want, f"{REPEAT}; of one length the most copies, then the earliest")


@weight(1)
def test_where_nothing_is_repeated_all_three_are_0(submission, rng):
    for ids in ([], [4], [1, 2], [int(i) for i in rng.permutation(12)], [0, 1, 0, 2, 0, 1, 0]):
        check(submission.longest_repeat(ids), (0, 0, 0), "(0, 0, 0), as nothing is repeated in succession")


def watched(rng, vocabulary, rows=list):
    """Return a counted model whose probabilities depend on the whole prefix, and give some tokens -inf."""
    salt = int(rng.integers(1 << 31))

    def model(prefix):
        expect(isinstance(prefix, tuple), f"wanted: the prefix as a tuple; the model was given {type(prefix).__name__}")
        are_ids = all(isinstance(t, (int, np.integer)) and 0 <= t < vocabulary for t in prefix)
        expect(are_ids, f"wanted: ids from 0 to {vocabulary - 1} in the prefix")
        expect(len(counting.calls) < 500, "wanted: an end; the model has been called 500 times")
        own = np.random.default_rng([salt, len(prefix), *prefix])
        logits = own.normal(scale=2.0, size=vocabulary)
        logits[own.permutation(vocabulary)[: vocabulary // 4]] = -np.inf
        return rows(logits - np.log(np.exp(logits).sum()))

    counting = counted(model)
    return counting


@weight(4, core=True)
@pytest.mark.parametrize(("vocabulary", "length", "times"), [(6, 3, 5), (4, 5, 2), (3, 1, 6), (9, 4, 1)])
def test_each_copy_has_the_mean_probability_of_its_tokens(submission, rng, vocabulary, length, times):
    for kind, rows in ((list, list), (tuple, np.array)):
        model, sentence = watched(rng, vocabulary, rows), text(rng, vocabulary, length)
        got = submission.self_reinforcement(model, kind(sentence), times)
        asked = list(model.calls)
        whole = sentence * times
        each = np.array([math.exp(model(tuple(whole[:at]))[token]) for at, token in enumerate(whole)])
        want = each.reshape(times, length).mean(axis=1).tolist()
        check(got, want, "for each copy the mean of its tokens' probabilities", work=length)
        ours = [(tuple(whole[:at]),) for at in range(len(whole))]
        check(asked, ours, "one call of the model a token, with all that stands before it")


@weight(2)
def test_a_copying_model_worked_by_hand(submission, rng):
    first, second = sizes(rng, 2, 0, 7)

    def copier(prefix):
        """Give what has followed the last token before one count more for each time, and every token one count."""
        followers = [b for a, b in itertools.pairwise(prefix) if a == prefix[-1]]
        return [math.log((followers.count(token) + 1) / (len(followers) + 8)) for token in range(8)]

    # first after second: 1/8 (nothing there), 1/8 (not seen yet), 2/9, 3/10; second after first: 1/8, 2/9, 3/10, 4/11.
    want = [1 / 8, (1 / 8 + 2 / 9) / 2, (2 / 9 + 3 / 10) / 2, (3 / 10 + 4 / 11) / 2]
    got = submission.self_reinforcement(copier, [first, second], 4)
    check(got, want, "the mean probability of each of four copies of two tokens, under a model that copies")


@weight(1)
def test_impossible_tokens_count_as_0(submission, rng):
    def model(prefix):
        return [-math.inf, math.log(0.25), math.log(0.75)]

    check(submission.self_reinforcement(model, [1, 0, 2, 0], 2), [0.25, 0.25], "a mean with two zeros")
    check(submission.self_reinforcement(model, [0], 2), [0.0, 0.0], "0.0 for a sentence that cannot be")


@weight(1)
def test_no_copy_means_no_call(submission, rng):
    model = watched(rng, 4)
    check(submission.self_reinforcement(model, [1, 2], 0), [], "an empty list")
    expect(not model.calls, "wanted: no call of the model")


@weight(1)
def test_an_empty_sentence_and_a_negative_number_of_times_are_refused(submission, rng):
    model = watched(rng, 4)
    with raises(ValueError):
        submission.self_reinforcement(model, [], 3)
    for times in (-1, -2):
        with raises(ValueError, times):
            submission.self_reinforcement(model, [1], times)


@weight(1)
def test_results_are_numbers_and_arguments_are_left_unmodified(submission, rng):
    ids = text(rng, 3, 12)
    expect_number(submission.distinct_n(ids, 2), "the share")
    expect_number(submission.repetition_n(ids, 2), "the share")
    triple = expect_type(submission.longest_repeat(ids), tuple, "the repeat")
    expect(len(triple) == 3, "wanted: three numbers, (start, length, count)")
    expect_type(submission.self_reinforcement(watched(rng, 4), [1, 2], 2), list, "the probabilities")
    untouched(submission)
