"""Checks of tokenization/bpe_train: the merges and ids, words, ties, overlaps, bytes, limits of the size, and scale."""

import functools
import itertools
import string
from collections import Counter

import pytest

from graders.engine.kit import check, expect, expect_type, raises, sizes, untouched, weight


def cut(text):
    """Return the words of a text, by the kinds of its characters and without a regular expression."""

    def kind(character):
        if character.isspace():
            return "space"
        return "word" if character.isalnum() or character == "_" else "sign"

    runs = []
    for character in text:
        if runs and kind(runs[-1][-1]) == kind(character):
            runs[-1] += character
        else:
            runs.append(character)
    words = []
    for run in runs:
        if words and words[-1] == " ":  # a single space goes with what follows
            words[-1] += run
        else:
            words.append(run)
    return words


def by_recounting(corpus, most):
    """Return the merges, up to `most`: one stream of tokens in which None ends a word, counted anew for each merge."""
    stream = []
    for word in [word for text in corpus for word in cut(text)]:
        stream += [*(bytes([byte]) for byte in word.encode()), None]
    merges = []
    while len(merges) < most:
        counts = Counter(pair for pair in itertools.pairwise(stream) if None not in pair)
        if not counts:
            break
        highest = max(counts.values())
        left, right = sorted(pair for pair in counts if counts[pair] == highest)[-1]
        merges.append((left, right))
        merged, position = [], 0
        while position < len(stream):
            is_pair = stream[position : position + 2] == [left, right]
            merged.append(left + right if is_pair else stream[position])
            position += 2 if is_pair else 1
        stream = merged
    return merges


def vocabulary(merges, special_tokens=()):
    tokens = [bytes([byte]) for byte in range(256)] + [left + right for left, right in merges]
    return {token: index for index, token in enumerate([*tokens, *(text.encode() for text in special_tokens)])}


def check_trained(got, merges, special_tokens=(), about=""):
    """Require (vocab, merges) with these merges, looking at the merges first: they say more when they are wrong."""
    got = expect_type(got, tuple)
    expect(len(got) == 2, f"wanted: (vocab, merges); came back: a tuple of {len(got)}")
    check(got[1], merges, f"merges: {about}")
    check(got[0], vocabulary(merges, special_tokens), "vocab: ids of the bytes, then the merges, then the specials")


def draw_words(rng, alphabet, count, shortest=1, longest=8):
    letters = list(alphabet)
    return ["".join(rng.choice(letters, size=rng.integers(shortest, longest + 1))) for _ in range(count)]


ALPHABETS = {
    "six letters": "abcdef",
    "capitals, digits and _": "aB2c_D7",
    "letters of two bytes": "äöüßéèñж",
    "Chinese, three bytes a character": "中文字词学习",
    "emoji, four bytes a character": "🙂🙃🚀🧠",
    "bytes from one to four": "aéब中🙂z",
}


@weight(4, core=True)
@pytest.mark.parametrize("case", ALPHABETS)
def test_merges_the_most_frequent_pair_again_and_again(submission, rng, case):
    corpus = [" ".join(draw_words(rng, ALPHABETS[case], count)) for count in sizes(rng, 3, 15, 40)]
    most = int(rng.integers(15, 30))
    merges = by_recounting(corpus, most)
    got = submission.train_bpe(corpus, 256 + most)
    check_trained(got, merges, about=f"the most frequent pair, again and again, in words of {case}")


@weight(3, core=True)
def test_a_dictionary_worked_by_hand(submission, rng):
    # low 5 times, lower 2, newest 6, widest 3 (the example of Sennrich et al. 2016). After each merge, what it leaves:
    #   st 9 (beats es 9)    est 9    ow 7 (beats lo 7)    low 7    west 6 (beats ne 6)    ne 6    newest 6
    #   wi 3 (beats id 3, d+est 3)    wid 3 (beats d+est 3)    widest 3    lowe 2 (beats er 2)    lower 2    no pair
    corpus = rng.permutation(["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3).tolist()
    steps = "s t, e st, o w, l ow, w est, n e, ne west, w i, wi d, wid est, low e, lowe r"
    merges = [tuple(part.encode() for part in step.split(" ")) for step in steps.split(", ")]
    for most in (4, 20):
        got = submission.train_bpe(corpus, 256 + most)
        check_trained(got, merges[:most], about="those of low, lower, newest and widest, with counts 5, 2, 6 and 3")


@weight(2)
@pytest.mark.parametrize("case", ["letters", "pieces of different lengths", "bytes that are no ASCII"])
def test_of_equally_frequent_pairs_the_greater_is_merged(submission, rng, case):
    if case == "pieces of different lengths":
        # `a bc` and `ab b` are left with one count each; joined, abc is greater than abb, but the pair (ab, b) is.
        n = int(rng.integers(3, 9))
        corpus = rng.permutation(["bc"] * (3 * n) + ["ab"] * (2 * n) + ["abc"] * n + ["abb"] * n).tolist()
    else:
        alphabet = rng.permutation(list("abcdefghijkl" if case == "letters" else "äöüßж中文🙂🚀")).tolist()
        corpus = [left + right for left, right in itertools.pairwise(alphabet)] * 2
    got = submission.train_bpe(corpus, 256 + 40)
    check_trained(got, by_recounting(corpus, 40), about="of equal counts the greater pair of bytes first")


@weight(2)
@pytest.mark.parametrize("case", ["a long run beside many pairs", "runs of every length", "runs among letters"])
def test_runs_of_one_letter_count_by_position_and_merge_from_the_left(submission, rng, case):
    letter, first, second = (chr(97 + n) for n in sizes(rng, 3, 0, 25))
    if case == "a long run beside many pairs":
        # Five letters in a run stand at four positions of (x, x): more than three pairs of two other letters.
        corpus = [letter * 5] + [first + second] * 3
    elif case == "runs of every length":
        corpus = [letter * n for n in sizes(rng, 8, 1, 12)]
    else:
        corpus = [first.join(letter * n for n in sizes(rng, 5, 1, 9)) + second for _ in range(6)]
    got = submission.train_bpe(corpus, 256 + 25)
    check_trained(got, by_recounting(corpus, 25), about="(x, x) stands at two positions in xxx and merges to xx x")


TEXTS = {
    "spaces go in front": "ab ab ab cab",
    "several spaces are a word": "ab  ab   ab    cd  cd",
    "tabs and line breaks": "ab\tab\nab\r\nab \t ab\n\n\nab",
    "wide spaces": "ab\u00a0ab\u3000\u3000ab \u2003 ab",
    "signs apart from letters": "ab,ab,ab;;ab -- ab!! (ab) 'ab' ab...",
    "signs of several bytes": "ab。ab。。ab、中文。中文… 🙂🙂 🙂ab",
    "accents that are signs of their own": "e\u0301e\u0301 ae\u0301 e\u0301",
    "digits and _ like letters": "a1_b a1_b 2a1_ 中1_",
}


@weight(3)
@pytest.mark.parametrize("case", TEXTS)
def test_no_merge_reaches_beyond_a_word(submission, rng, case):
    letters = dict(zip("abc", rng.permutation(list("abcdefgh")).tolist(), strict=False))
    text = TEXTS[case].translate(str.maketrans(letters))
    corpus = [text + text[:cut_at] for cut_at in sizes(rng, 3, 2, len(text))]
    got = submission.train_bpe(corpus, 256 + 60)
    check_trained(got, by_recounting(corpus, 60), about=f"pairs within the words that WORD finds: {case}")


@weight(1)
def test_no_merge_reaches_from_one_text_into_the_next(submission, rng):
    first, second, third = (chr(97 + n) for n in sizes(rng, 3, 0, 25))
    corpus = [first, second + third, first, second, third + third]
    got = submission.train_bpe(corpus, 300)
    check_trained(got, by_recounting(corpus, 44), about="pairs within one text")


@weight(2)
def test_special_tokens_take_the_last_ids_and_room_in_the_vocabulary(submission, rng):
    corpus = [" ".join(draw_words(rng, "abcde", 40))]
    special_tokens = rng.permutation(["<end>", "<|user|>", "[分隔]", "🔚🔚"]).tolist()
    size = 256 + len(special_tokens) + int(rng.integers(5, 12))
    merges = by_recounting(corpus, size - 256 - len(special_tokens))
    got = submission.train_bpe(corpus, size, special_tokens)
    check_trained(got, merges, special_tokens, f"as many as fit beside bytes and specials in {size} entries")


@weight(1)
@pytest.mark.parametrize("count", [0, 2])
def test_a_vocabulary_with_no_room_for_merges_has_none(submission, rng, count):
    corpus, special_tokens = draw_words(rng, "xyz", 9, 3), ("<start>", "<end>")[:count]
    got = submission.train_bpe(corpus, 256 + count, special_tokens)
    check_trained(got, [], special_tokens, "none, since bytes and special tokens fill the vocabulary")


ENDS = {
    "each word has become one token": ["abc abc", "bca", ""],
    "pairs that come once are merged": ["abcdefg"],
    "words of one byte": ["a", "b,c", "\n"],
    "empty texts": ["", ""],
    "no texts": [],
}


@weight(2)
@pytest.mark.parametrize("case", ENDS)
def test_stops_when_no_pair_is_left(submission, rng, case):
    letters = dict(zip("abcdefg", rng.permutation(list("abcdefg")).tolist(), strict=True))
    corpus = [text.translate(str.maketrans(letters)) for text in ENDS[case]]
    got = submission.train_bpe(corpus, 10_000, ["<end>"])
    check_trained(got, by_recounting(corpus, 10_000), ["<end>"], f"as many as there are: {case}; no gap in the ids")


@weight(1)
@pytest.mark.parametrize("special_tokens", [(), ("<a>", "<b>", "<c>")], ids=["no specials", "three specials"])
def test_a_vocabulary_too_small_for_bytes_and_specials_is_refused(submission, rng, special_tokens):
    least = 256 + len(special_tokens)
    for size in (least - 1, int(rng.integers(100, 200))):
        with raises(ValueError, size, least):
            submission.train_bpe(["some text"], size, special_tokens)


@weight(1)
def test_the_arguments_are_left_unmodified(submission, rng):
    corpus, special_tokens = [" ".join(draw_words(rng, "abc", 20)), "ab"], ["<end>", "<start>"]
    got = submission.train_bpe(corpus, 270, special_tokens)
    check_trained(got, by_recounting(corpus, 12), special_tokens, "those of a small corpus")
    untouched(submission)


def megabyte(rng):
    """Return three texts, 1 MB together: 250 words come 200 times each, and between them stand 75,000 others."""
    letters, signs = list("abcdefgh"), list(string.ascii_letters[8:] + string.digits)
    frequent = ["".join(row) for row in rng.choice(letters, size=(250, 7))]
    words = [*("".join(row) for row in rng.choice(signs, size=(75_000, 7))), *rng.choice(frequent, size=50_000)]
    words = [str(words[index]) for index in rng.permutation(len(words))]
    return " ".join(words[:30_000]), " ".join(words[30_000:80_000]), " ".join(words[80_000:])


@functools.lru_cache(maxsize=1)  # one seed draws the same texts for every submission
def trained(train_bpe, texts, size):
    return train_bpe(list(texts), size)


@weight(4)
def test_a_megabyte_is_trained_to_1000_merges(submission, reference, rng):
    """Trains 1 MB to 1,000 merges within 12 seconds of CPU time, without counting all anew"""
    small = [" ".join(draw_words(rng, "aab中🙂", 50)), "aaaa  aaa", "bbbb"]
    merges = by_recounting(small, 10_000)[:-3]
    got = submission.train_bpe(small, 257 + len(merges), ["<end>"])
    check_trained(got, merges, ["<end>"], "those of a small corpus, which comes first, as the large one takes its time")
    texts = megabyte(rng)
    got = submission.train_bpe(list(texts), 1256)
    _, merges = trained(reference.train_bpe, texts, 1256)
    check_trained(got, merges, about="1,000 of them, of a large corpus")
