"""Checks of generation/no_repeat_ngram: which tokens are banned, short texts, overlaps, work, what logits become."""

import numpy as np
import pytest

from graders.engine.kit import (
    check,
    expect,
    expect_number,
    expect_type,
    noncontiguous,
    normal,
    probe,
    raises,
    sizes,
    untouched,
    weight,
)

BANNED = "the tokens that would complete an n-gram which is already there"


def completing(ids, n):
    """Return the banned tokens, by trying each one."""
    ids = tuple(ids)
    grams = [ids[at : at + n] for at in range(len(ids) - n + 1)]
    tail = ids[len(ids) - n + 1 :] if n > 1 else ()
    return {token for token in set(ids) if (*tail, token) in grams}


def text(rng, vocabulary, length, n=2):
    """Return ids of which the last n - 1 have stood together before, twice with another follower."""
    while True:
        ids = [int(i) for i in rng.integers(0, vocabulary, size=length)]
        if len(completing(ids, n)) > 1:
            return ids


@weight(5, core=True)
@pytest.mark.parametrize(("n", "vocabulary", "length"), [(2, 9, 40), (3, 4, 60), (4, 3, 90), (2, 5, 11), (5, 2, 80)])
def test_bans_what_would_complete_an_n_gram_that_is_there(submission, rng, n, vocabulary, length):
    for kind in (list, tuple):
        ids = text(rng, vocabulary, length, n)
        check(submission.banned_tokens(kind(ids), n), completing(ids, n), f"n = {n}: {BANNED}")


@weight(2, core=True)
def test_bans_worked_by_hand(submission):
    ids = [7, 3, 8, 3, 9, 5, 3, 8, 6, 7, 3]
    for n, want in ((1, {3, 5, 6, 7, 8, 9}), (2, {8, 9}), (3, {8}), (4, set()), (11, set()), (12, set())):
        check(submission.banned_tokens(ids, n), want, f"the banned tokens of eleven ids for n = {n}")


@weight(2)
def test_with_n_of_one_every_token_of_the_text_is_banned(submission, rng):
    ids = [int(i) for i in rng.integers(0, 30, size=20)]
    check(submission.banned_tokens(ids, 1), set(ids), "every token that has come")
    check(submission.banned_tokens(ids[:1], 1), {ids[0]}, "the only token that has come")


@weight(2)
@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_a_text_of_fewer_than_n_ids_bans_nothing(submission, rng, n):
    token = int(rng.integers(9))
    for length in range(n):
        check(submission.banned_tokens([token] * length, n), set(), f"nothing banned by {length} ids for n = {n}")
    check(submission.banned_tokens([token] * n, n), {token}, f"the token that would go on with {n} equal ids")


@weight(1)
def test_an_occurrence_may_overlap_with_the_end(submission, rng):
    a, b = (int(i) for i in sizes(rng, 2, 1, 30))
    for ids, n, want in (
        ([a, a, a], 3, {a}),
        ([a, b, a, b, a], 4, {b}),
        ([b, b, a, a], 2, {a}),
        ([a, b, b], 2, {b}),
        ([a, a, b, a, a], 3, {b}),
    ):
        check(submission.banned_tokens(ids, n), want, f"{BANNED}, overlaps counted")


@weight(1)
def test_all_occurrences_count(submission, rng):
    a, *rest = (int(i) for i in rng.permutation(300)[:9])
    ids = [i for other in rest for i in (a, other)] + [a]
    check(submission.banned_tokens(ids, 2), set(rest), "all tokens that have followed, the earliest and the latest")
    check(submission.banned_tokens([rest[0], *ids], 3), set(), "nothing, as the last two ids stand nowhere else")


@weight(1)
def test_the_order_of_the_tokens_counts(submission, rng):
    a, b, c, d = (int(i) for i in rng.permutation(40)[:4])
    check(submission.banned_tokens([b, a, c, a, d, b, a, d, a, b], 3), set(), "nothing, as b a is not a b")


@weight(1)
@pytest.mark.parametrize("n", [0, -2])
def test_an_n_below_one_is_refused(submission, rng, n):
    with raises(ValueError, n):
        submission.banned_tokens([1, 2, 1], n)
    with raises(ValueError, n):
        submission.no_repeat_ngram(normal(rng, 4), [1, 2, 1], n)


def comparisons(module, ids, n):
    """Return (banned tokens, how often an id was compared or hashed)."""
    count = 0

    class Watched(int):
        def __eq__(self, other):
            nonlocal count
            count += 1
            return int(self) == int(other)

        def __hash__(self):
            nonlocal count
            count += 1
            return hash(int(self))

    found = module.banned_tokens([Watched(i) for i in ids], n)
    return {int(i) for i in found}, count


@weight(2)
@pytest.mark.parametrize("n", [2, 4])
def test_goes_through_the_text_once(submission, rng, n):
    ids = [int(i) for i in np.concatenate([rng.permutation(900), rng.integers(0, 3, size=60)])]
    found = expect_type(probe(submission, comparisons, ids, n), tuple)
    banned, count = found
    check(banned, completing(ids, n), f"n = {n}: {BANNED}")
    count = expect_number(count, "the count")
    expect(count <= 10 * n * 960, f"wanted: at most 10 * {n} * 960 comparisons of ids; there were {count:,.0f}")


@weight(4, core=True)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_banned_tokens_become_impossible_and_no_other(submission, rng, dtype, n):
    ids = text(rng, 5, 30, n)
    logits = normal(rng, 11, dtype=dtype)
    want = logits.copy()
    want[list(completing(ids, n))] = -np.inf
    check(submission.no_repeat_ngram(logits, ids, n), want, f"n = {n}: -inf for {BANNED}, the others as they are")


@weight(2)
def test_if_no_token_would_be_left_the_logits_stay_as_they_are(submission, rng):
    logits = normal(rng, 4)
    ids = [int(i) for i in [*rng.permutation(4), *rng.permutation(4)]]
    check(submission.no_repeat_ngram(logits, ids, 1), logits, "the logits as they are, where all four are banned")
    logits[ids[0]] = -np.inf
    got = submission.no_repeat_ngram(logits, ids[1:4], 1)
    check(got, logits, "the logits as they are, where three are banned and the fourth was impossible before")
    nothing = np.full(3, -np.inf)
    check(submission.no_repeat_ngram(nothing, [0, 0], 2), nothing, "the logits as they are, where all are -inf")


@weight(1)
def test_a_single_token_that_is_left_is_enough(submission, rng):
    left, *ids = (int(i) for i in rng.permutation(6))
    logits = normal(rng, 6)
    want = np.full(6, -np.inf)
    want[left] = logits[left]
    check(submission.no_repeat_ngram(logits, ids, 1), want, "-inf for all tokens but the one that has not come")


@weight(1)
def test_a_text_that_bans_nothing_changes_nothing(submission, rng):
    logits = normal(rng, 7)
    logits[3] = -np.inf
    for ids in ([], [2], [1, 2, 3, 4]):
        check(submission.no_repeat_ngram(logits, ids, 2), logits, "the logits as they are", tolerance=0)


@weight(1)
def test_a_view_will_do_and_arguments_are_left_unmodified(submission, rng):
    logits, ids = normal(rng, 9), text(rng, 4, 20)
    want = logits.copy()
    want[list(completing(ids, 2))] = -np.inf
    for values in (logits, noncontiguous(logits)):
        check(submission.no_repeat_ngram(values, ids, 2), want, BANNED)
    submission.banned_tokens(ids, 2)
    submission.no_repeat_ngram(logits[:4], [0, 1, 2, 3], 1)
    untouched(submission)
