"""Checks of tokenization/unigram_viterbi: the best of all segmentations, unknown characters, ties, scale."""

import math

import pytest

from graders.engine.kit import check, expect, expect_number, expect_type, sizes, untouched, weight

LIMIT = 11  # a text of so many characters has 1,024 segmentations


def segmentations(text):
    """Yield every way to cut a text into pieces that are not empty."""
    for cuts in range(1 << (len(text) - 1)):
        places = [0, *(place for place in range(1, len(text)) if cuts >> (place - 1) & 1), len(text)]
        yield [text[places[n] : places[n + 1]] for n in range(len(places) - 1)]


def total(pieces, log_probs, unk_log_prob):
    """Return the exactly rounded sum of the pieces' values, or None when one of them is no piece."""
    if any(len(piece) > 1 and piece not in log_probs for piece in pieces):
        return None
    return math.fsum(log_probs.get(piece, unk_log_prob) for piece in pieces)


def best_of_all(text, log_probs, unk_log_prob):
    """Return (score, number of pieces): the greatest score, and the fewest pieces that reach it."""
    scored = [(total(pieces, log_probs, unk_log_prob), -len(pieces)) for pieces in segmentations(text)]
    score, minus_pieces = max(way for way in scored if way[0] is not None)
    return score, -minus_pieces


def check_best(got, text, log_probs, unk_log_prob, best, about):
    """Require (pieces, score): a segmentation of the text with its own score, which is the best, and no piece more."""
    got = expect_type(got, tuple)
    expect(len(got) == 2, f"wanted: (pieces, score); came back: a tuple of {len(got)}")
    pieces, score = expect_type(got[0], list, "the pieces"), expect_number(got[1], "the score")
    expect(all(isinstance(piece, str) for piece in pieces), "wanted: pieces of text")
    expect("".join(pieces) == text, f"wanted: pieces that put together are the text; they began {pieces[:8]!r:.200}")
    expect("" not in pieces, "wanted: pieces that are not empty")
    unknown = [piece for piece in pieces if len(piece) > 1 and piece not in log_probs]
    expect(not unknown, f"wanted: pieces of log_probs or single characters; one was {''.join(unknown[:1])!r:.50}")
    own = total(pieces, log_probs, unk_log_prob)
    check(score, own, "a score that is the sum over the pieces that came back", work=len(pieces) + 1)
    check(own, best[0], f"the pieces of the best score: {about}", work=len(pieces) + 1)
    expect(len(pieces) == best[1], f"wanted: the fewest pieces of the best score; came back: {len(pieces)} pieces")


def draw_pieces(rng, text, count, longest=4, singles=True):
    """Return log-probabilities of random pieces of a text, and of all of its characters if `singles`."""
    pieces = set(text) if singles else set()
    for start, length in zip(
        rng.integers(len(text), size=count), rng.integers(1, longest + 1, size=count), strict=True
    ):
        pieces.add(text[start : start + length])
    return {piece: -float(rng.uniform(1, 4 + 2 * len(piece))) for piece in sorted(pieces)}


def draw_text(rng, letters, length):
    return "".join(rng.choice(list(letters), size=length))


LETTERS = {
    "two letters": "ab",
    "six letters": "abcdef",
    "runs": "aaaaab",
    "Chinese": "中文字词",
    "emoji and accents": "🙂🚀e\u0301",
    "with spaces": "ab \n",
}


@weight(4, core=True)
@pytest.mark.parametrize("case", LETTERS)
def test_no_segmentation_has_a_greater_score(submission, rng, case):
    for length in sizes(rng, 4, 1, LIMIT):
        text = draw_text(rng, LETTERS[case], length)
        log_probs = draw_pieces(rng, text, 14)
        got = submission.segment(text, log_probs)
        check_best(got, text, log_probs, -20.0, best_of_all(text, log_probs, -20.0), f"{case}, every character known")


@weight(3, core=True)
def test_segmentations_worked_by_hand(submission, rng):
    a, b, c, d = (chr(97 + n) for n in sizes(rng, 4, 0, 25))
    values = {a: -2.0, b: -3.0, c: -2.5, a + b: -3.5, b + c: -4.25, a + b + c: -7.0, c + d: -6.0, b + c + d: -8.5}
    wanted = [
        ([a, a + b], -5.5),
        ([a + b, c], -6.0),  # a bc has -6.25, abc -7
        ([c, a + b, c, a], -10.5),  # c a bc a has -10.75, c abc a -11.5
        ([a + b, c + d], -9.5),  # a bcd has -10.5, and d is unknown
        ([b + c + d], -8.5),  # b cd has -9
        ([d, d, b + c], -44.25),
        ([d, c + d, a], -28.0),
    ]
    for scale in (1, *sizes(rng, 2, 2, 9)):
        log_probs = {piece: scale * value for piece, value in values.items()}
        for pieces, score in wanted:
            got = submission.segment("".join(pieces), log_probs, -20.0 * scale)
            check(got, (pieces, scale * score), "(pieces, score) of the greatest score")


UNKNOWN = {
    "alone": ("?", {"a": -1.0}),
    "a span of them": ("a??!?b?", {"a": -1.0, "b": -1.5, "ab": -1.25}),
    "between pieces": ("ab?ab", {"ab": -2.0, "a": -1.5, "b": -3.0}),
    "a vocabulary without pieces": ("ab?", {}),
    "characters that are in longer pieces only": ("abcbab", {"ab": -2.0, "cb": -2.5}),
    "of several bytes": ("中🙂🙂e\u0301", {"中": -1.0, "e": -2.0}),
}


@weight(3)
@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_characters_count_each_by_itself(submission, rng, case):
    text, log_probs = UNKNOWN[case]
    for unk_log_prob in (-20.0, -float(rng.integers(4, 90)), -0.25):
        best = best_of_all(text, log_probs, unk_log_prob)
        got = submission.segment(text, log_probs, unk_log_prob)
        check_best(got, text, log_probs, unk_log_prob, best, f"unknown characters {case}, each a piece of its own")


@weight(1)
def test_an_unknown_character_has_minus_20_unless_told_otherwise(submission, rng):
    known = -float(rng.integers(1, 9))
    check(submission.segment("?a", {"a": known}), (["?", "a"], known - 20.0), "an unknown character and a known one")


@weight(2)
def test_any_character_that_is_no_piece_may_stand_as_unknown(submission, rng):
    for length in sizes(rng, 4, 2, LIMIT):
        text = draw_text(rng, "abcd", length)
        log_probs = draw_pieces(rng, text, 9, longest=5, singles=False)
        for unk_log_prob in (-1.0, -float(rng.uniform(2, 9))):
            best = best_of_all(text, log_probs, unk_log_prob)
            got = submission.segment(text, log_probs, unk_log_prob)
            check_best(got, text, log_probs, unk_log_prob, best, "an unknown character may be better than a rare piece")


@weight(1)
def test_a_piece_rarer_than_unknown_keeps_its_own_value(submission, rng):
    rare = -float(rng.integers(30, 60))
    got = submission.segment("aba", {"a": rare, "b": -1.0}, -5.0)
    check(got, (["a", "b", "a"], 2 * rare - 1.0), "the value of a piece, though unk_log_prob is greater")


TIES = {
    "one piece or two": ("ab", {"a": -1.5, "b": -2.25, "ab": -3.75}),
    "two pieces or three": ("abc", {"a": -1.0, "b": -1.0, "c": -1.0, "bc": -2.0, "ab": -2.5}),
    "fewer by a cut that comes later": ("abcd", {"ab": -2.0, "c": -1.0, "d": -1.0, "a": -1.0, "bcd": -3.0}),
    "values of 0": ("aaaaa", {"a": 0.0, "aa": 0.0, "aaa": 0.0}),
    "unknown characters or a piece": ("?!", {"?!": -40.0}),
    "a value for each character": ("abcabca", {"a": -1, "b": -2, "c": -3, "ab": -3, "bca": -6, "ca": -4, "cab": -6}),
}


@weight(3)
@pytest.mark.parametrize("case", TIES)
def test_of_equal_scores_fewer_pieces_win(submission, rng, case):
    text, log_probs = TIES[case]
    letters = rng.permutation(list("abcdefgh")).tolist()
    table = str.maketrans(dict(zip("abcd", letters, strict=False)))
    for shown in (text, text[::-1]):
        names = {piece if shown == text else piece[::-1]: value for piece, value in log_probs.items()}
        names = {piece.translate(table): value for piece, value in names.items()}
        shown = shown.translate(table)
        got = submission.segment(shown, names)
        check_best(got, shown, names, -20.0, best_of_all(shown, names, -20.0), f"{case}, of the same score")


@weight(1)
def test_an_empty_text_has_no_pieces(submission, rng):
    for log_probs in ({}, {"a": -float(rng.integers(1, 9))}):
        check(submission.segment("", log_probs), ([], 0.0), "no pieces, and a score of 0.0")


@weight(3)
def test_a_long_text_takes_linear_time_and_its_score_does_not_underflow(submission, reference, rng):
    """Segments 30,000 characters within 2 seconds of CPU time, without underflow"""
    letters = "abcdefghijkl中🙂"
    log_probs = {piece: -9.0 - len(piece) for piece in letters}
    log_probs |= {draw_text(rng, letters, int(rng.integers(2, 9))): -float(rng.uniform(8, 16)) for _ in range(2000)}
    for length in (LIMIT, 30_000):
        text = draw_text(rng, letters + "?", length)
        got = submission.segment(text, log_probs, -30.0)
        pieces, _ = reference.segment(text, log_probs, -30.0)
        best = total(pieces, log_probs, -30.0), len(pieces)
        check_best(got, text, log_probs, -30.0, best, f"those of a text of {length:,} characters")


@weight(1)
def test_the_arguments_are_left_unmodified(submission, rng):
    text = draw_text(rng, "ab?", 9)
    log_probs = {"a": -1.5, "b": -2.5, "ab": -3.25}
    got = submission.segment(text, log_probs)
    check_best(got, text, log_probs, -20.0, best_of_all(text, log_probs, -20.0), "those of a short text")
    untouched(submission)
