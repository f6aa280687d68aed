"""Checks of tokenization/bpe_encode: the order of merges, words, special tokens, round trips, broken UTF-8, scale."""

import re

import pytest

from graders.engine.kit import check, raises, sizes, untouched, weight

WORD = re.compile(r" ?\w+| ?[^\w\s]+|\s+")


def draw_merges(rng, letters, count, longest=9, special_tokens=()):
    """Return up to `count` merges: those of pairs taken at random, as if learned from a text of these letters."""
    tokens = [bytes([byte]) for byte in "".join(rng.choice(list(letters), size=150)).encode()]
    merges = []
    for _ in range(5 * count):
        place = int(rng.integers(len(tokens) - 1))
        left, right = tokens[place : place + 2]
        is_allowed = len(left + right) <= longest and (left + right).decode(errors="replace") not in special_tokens
        if is_allowed and len(merges) < count:
            merges.append((left, right))
            tokens = merged(tokens, left, right)
    return merges


def merged(tokens, left, right):
    """Return the tokens with the pair merged everywhere, from the left."""
    tokens, place = list(tokens), 0
    while place < len(tokens) - 1:
        if (tokens[place], tokens[place + 1]) == (left, right):
            tokens[place : place + 2] = [left + right]
        place += 1
    return tokens


def draw_vocabulary(rng, merges, special_tokens=()):
    """Return a vocabulary in a random order, with ids that say nothing about it."""
    tokens = [bytes([byte]) for byte in range(256)] + [left + right for left, right in merges]
    tokens += [special.encode() for special in special_tokens]
    ids = rng.permutation(2 * len(tokens))[: len(tokens)].tolist()
    return dict(zip(tokens, ids, strict=True))


def draw_words(rng, letters, count, shortest=1, longest=14):
    return ["".join(rng.choice(list(letters), size=rng.integers(shortest, longest + 1))) for _ in range(count)]


def pieces(text, special_tokens):
    """Yield (piece, whether it is a special token), looking at each place of the text in turn."""
    plain, place = "", 0
    while place < len(text):
        found = sorted((special for special in special_tokens if text[place:].startswith(special)), key=len)
        if found:
            yield plain, False
            yield found[-1], True
            plain = ""
        else:
            plain += text[place]
        place += len(found[-1]) if found else 1
    yield plain, False


def merge_by_merge(vocab, merges, text, special_tokens=()):
    """Return the ids of a text: each merge in the order of the list goes through each word once, from the left."""
    ids = []
    for piece, is_special in pieces(text, special_tokens):
        for word in [] if is_special else WORD.findall(piece):
            tokens = [bytes([byte]) for byte in word.encode()]
            for left, right in merges:
                tokens = merged(tokens, left, right)
            ids += [vocab[token] for token in tokens]
        ids += [vocab[piece.encode()]] if is_special else []
    return ids


ALPHABETS = {
    "six letters": "abcdef",
    "two letters": "ab",
    "capitals, digits and _": "aB2c_D7",
    "letters of two bytes": "äöüßéèñж",
    "Chinese, three bytes a character": "中文字词学习",
    "emoji, four bytes a character": "🙂🙃🚀🧠",
    "bytes from one to four": "aéb中🙂z",
}


@weight(4, core=True)
@pytest.mark.parametrize("case", ALPHABETS)
def test_the_pair_of_lowest_rank_is_merged_first(submission, rng, case):
    merges = draw_merges(rng, ALPHABETS[case], 40)
    vocab = draw_vocabulary(rng, merges)
    bpe = submission.BPE(vocab, merges)
    for count in sizes(rng, 3, 10, 30):
        text = " ".join(draw_words(rng, ALPHABETS[case], count))
        want = merge_by_merge(vocab, merges, text)
        check(bpe.encode(text), want, f"the merges in the order of their ranks, in words of {case}")


@weight(3, core=True)
def test_merges_worked_by_hand(submission, rng):
    # The merges are  1 d e   2 ab c   (made possible by 0 a b)   3 b c   4 c de.  Of each word, what they leave:
    a, b, c, d, e = (bytes([97 + n]) for n in sizes(rng, 5, 0, 25))
    merges = [(a, b), (d, e), (a + b, c), (b, c), (c, d + e)]
    vocab = draw_vocabulary(rng, merges)
    bpe = submission.BPE(vocab, merges)
    words = [
        ([a, b, c, d, e], [a + b + c, d + e]),  # ab and de first, then ab takes the c before de can
        ([b, c, d, e], [b + c, d + e]),  # b c has a lower rank than c de
        ([c, d, e, d], [c + d + e, d]),
        ([b, b, c, a, b], [b, b + c, a + b]),
        ([e, d, c, b, a], [e, d, c, b, a]),
    ]
    for letters, tokens in words:
        got = bpe.encode(b"".join(letters).decode())
        check(got, [vocab[token] for token in tokens], "of the pairs that can be merged the one of lowest rank first")


@weight(2)
@pytest.mark.parametrize("case", ["a byte", "a Chinese character"])
def test_runs_are_merged_from_the_left(submission, rng, case):
    letter = chr(97 + int(rng.integers(26))) if case == "a byte" else chr(0x4E00 + int(rng.integers(5000)))
    bytes_of = letter.encode()
    one = bytes_of[:1]
    merges = []
    for index in range(1, len(bytes_of)):
        merges.append((one, bytes_of[index : index + 1]))
        one += bytes_of[index : index + 1]
    merges += [(one, one), (2 * one, one), (3 * one, 2 * one)]
    vocab = draw_vocabulary(rng, merges)
    bpe = submission.BPE(vocab, merges)
    for length in sizes(rng, 8, 2, 23):
        got = bpe.encode(length * letter)
        check(got, merge_by_merge(vocab, merges, length * letter), "pairs in a run of one letter from the left")


@weight(2)
def test_only_pairs_that_stand_in_merges_are_joined(submission, rng):
    a, b, c, d = (bytes([97 + n]) for n in sizes(rng, 4, 0, 25))
    # abc is made of a and bc, and abcd of abc and d: ab leaves c alone, and nothing joins bc and d.
    merges = [(a, b), (b, c), (a, b + c), (a + b + c, d)]
    vocab = draw_vocabulary(rng, merges)
    bpe = submission.BPE(vocab, merges)
    for word, tokens in [(a + b + c, [a + b, c]), (a + b + c + d, [a + b, c, d]), (b + c + d, [b + c, d])]:
        got = bpe.encode(word.decode())
        check(got, [vocab[token] for token in tokens], "pairs that stand in merges, whatever else vocab holds")


TEXTS = {
    "spaces go in front": "ab ab ab cab",
    "several spaces are a word": "ab  ab   ab    cd  cd ",
    "tabs and line breaks": "ab\tab\nab\r\nab \t ab\n\n\nab",
    "wide spaces": "ab\u00a0ab\u3000\u3000ab \u2003 ab",
    "signs apart from letters": "ab,ab,ab;;ab -- ab!! (ab) 'ab' ab...",
    "signs of several bytes": "ab。ab。。ab、中文。中文… 🙂🙂 🙂ab",
    "accents that are signs of their own": "e\u0301e\u0301 ae\u0301 e\u0301",
    "digits and _ like letters": "a1_b a1_b 2a1_ 中1_",
}


@weight(2)
@pytest.mark.parametrize("case", TEXTS)
def test_no_merge_reaches_beyond_a_word(submission, rng, case):
    letters = dict(zip("abcde", rng.permutation(list("abcdefgh")).tolist(), strict=False))
    text = TEXTS[case].translate(str.maketrans(letters))
    merges = draw_merges(rng, text, 150, longest=3)
    vocab = draw_vocabulary(rng, merges)
    bpe = submission.BPE(vocab, merges)
    for part in (text, text[1:], text[:-1]):
        got = bpe.encode(part)
        check(got, merge_by_merge(vocab, merges, part), f"merges within the words that WORD finds: {case}")


SPECIALS = {
    "between words": (["<end>", "<start>"], "<start> ab ba <end>\n<start>ab<end>"),
    "inside a word": (["<end>", "xx"], "ab<end>ba abxxab xxab abxx"),
    "one after the other": (["<end>", "<pad>"], "<end><end><pad><pad><end>"),
    "alone": (["<end>"], "<end>"),
    "a longer one begins like a shorter one": (["<a", "<a>", "<a>>>"], "ab<a<a>ba<a>>ab<a>>>"),
    "the first one counts, though a longer one overlaps it": (["ba<", "<end>", "a<end"], "ba<end> aba<end> a<end>"),
    "signs that regular expressions use": (["[a|b]", "(.*)", "a+", "^b", "\\b", "b$"], "[a|b](.*)a+ aa ^b\\b a$b$ b."),
    "of several bytes": (["🔚", "[分隔]", "é"], "ab🔚ab [分隔]中 éa é🔚"),
    "with spaces": (["the end", " b"], "a the end b the endb a b"),
    "almost there": (["<end>", "end>>"], "<end ab <END> end> <<end>> < end>"),
}


@weight(3)
@pytest.mark.parametrize("case", SPECIALS)
def test_special_tokens_are_matched_whole(submission, rng, case):
    specials, text = SPECIALS[case]
    specials = rng.permutation(specials).tolist()
    merges = draw_merges(rng, text, 60, longest=4, special_tokens=specials)
    vocab = draw_vocabulary(rng, merges, specials)
    bpe = submission.BPE(vocab, merges, specials)
    for extra in ("", "ab ", "中 "):
        want = merge_by_merge(vocab, merges, extra + text + extra, specials)
        check(
            bpe.encode(extra + text + extra), want, f"special tokens {case}, from the left, the longest at each place"
        )


@weight(1)
def test_special_tokens_are_text_where_they_are_not_asked_for(submission, rng):
    merges = draw_merges(rng, "<end>", 12, longest=4)
    vocab = draw_vocabulary(rng, merges, ["<end>"])
    bpe = submission.BPE(vocab, merges)
    check(bpe.encode("<end>nd"), merge_by_merge(vocab, merges, "<end>nd"), "ordinary text, without special_tokens")


def any_text(rng, count):
    """Return characters of all planes of Unicode, control characters and unassigned ones too, but no surrogates."""
    ends = rng.choice([0x80, 0x300, 0x800, 0x3000, 0xD800, 0x11_0000], size=count)
    codes = (rng.random(count) * ends).astype(int)
    return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)


CLUSTERS = (
    "👩\u200d👩\u200d👧 🇨🇭 🏳\ufe0f\u200d🌈 e\u0301 ﷽ \u202e\u05e9\u05dc\u05d5\u05dd\u202c "
    "नमस्ते \ufeff\ufffd\x00\x7f 한국어 \r\n"
)


@weight(2)
@pytest.mark.parametrize("case", ["all of Unicode", "clusters of code points", "without any merge"])
def test_any_text_comes_back(submission, rng, case):
    text = CLUSTERS if case == "clusters of code points" else any_text(rng, 200)
    merges = [] if case == "without any merge" else draw_merges(rng, text[:40], 60, longest=4)
    vocab = draw_vocabulary(rng, merges, ["<end>"])
    bpe = submission.BPE(vocab, merges, ["<end>"])
    text = text[:50] + "<end>" + text[50:]
    ids = merge_by_merge(vocab, merges, text, ["<end>"])
    check(bpe.encode(text), ids, f"text that is nowhere in the merges: {case}")
    check(bpe.decode(ids), text, f"the text whose ids these are: {case}")


@weight(3)
@pytest.mark.parametrize("case", ["characters over several tokens", "bytes at random", "truncated", "special tokens"])
def test_decodes_all_bytes_together(submission, rng, case):
    letters = "aé中🙂"
    merges = draw_merges(rng, letters, 30, longest=5)
    vocab = draw_vocabulary(rng, merges, ["[分隔]", "<end>"])
    tokens = [token for token in vocab if set(token) <= set(letters.encode())]
    if case == "characters over several tokens":
        written = [bytes([byte]) for byte in "".join(rng.choice(list(letters), size=40)).encode()]
    elif case == "bytes at random":
        written = [tokens[index] for index in rng.integers(len(tokens), size=60)]
    elif case == "truncated":
        written = [bytes([byte]) for byte in b"a\xf0\x9f\x99 \xe4\xb8a\xc3\xf0\x9f\x99\x82\xed\xa0\x80\xff\xf0\x9f\x99"]
    else:
        written = ["[分隔]".encode(), b"\xf0", b"\x9f", b"<end>", b"a", b"<end>", b"\xe4"]
    got = submission.BPE(vocab, merges, ["[分隔]", "<end>"]).decode([vocab[token] for token in written])
    check(got, b"".join(written).decode("utf-8", "replace"), f"{case}: the text of all bytes, U+FFFD where it is none")


@weight(1)
def test_an_unknown_id_is_refused(submission, rng):
    merges = draw_merges(rng, "abc", 5)
    vocab = draw_vocabulary(rng, merges)
    bpe = submission.BPE(vocab, merges)
    unknown = max(vocab.values()) + int(rng.integers(1, 100))
    with raises(KeyError, unknown):
        bpe.decode([vocab[b"a"], unknown])


@weight(1)
def test_nothing_is_nothing(submission, rng):
    merges = draw_merges(rng, "abc", 5)
    bpe = submission.BPE(draw_vocabulary(rng, merges, ["<end>"]), merges, ("<end>",))
    check(bpe.encode(""), [], "no ids for an empty text")
    check(bpe.decode([]), "", "an empty text for no ids")


@weight(1)
def test_tokenizers_are_independent_and_leave_their_arguments_unmodified(submission, rng):
    text, specials = "abcab<x>cabab<y>cb", ["<x>", "<y>"]
    first, second = draw_merges(rng, "abc", 8), draw_merges(rng, "abc", 8)
    first_vocab, second_vocab = draw_vocabulary(rng, first, specials[:1]), draw_vocabulary(rng, second, specials)
    one, other = submission.BPE(first_vocab, first, specials[:1]), submission.BPE(second_vocab, second, specials)
    for _ in range(2):
        check(one.encode(text), merge_by_merge(first_vocab, first, text, specials[:1]), "each with its own merges")
        check(other.encode(text), merge_by_merge(second_vocab, second, text, specials), "each with its own merges")
    untouched(submission)


@weight(3)
def test_long_words_take_no_quadratic_time(submission, reference, rng):
    """Encodes words of up to 30,000 bytes within 2 seconds of CPU time"""
    letters = "中文字ab"
    merges = draw_merges(rng, letters, 80, longest=12)
    vocab = draw_vocabulary(rng, merges)
    bpe = submission.BPE(vocab, merges)
    text = "".join(draw_words(rng, letters, 30))
    check(bpe.encode(text), merge_by_merge(vocab, merges, text), "the ids of a short text, which comes first")
    model = reference.BPE(vocab, merges)
    text = "".join(rng.choice(list(letters), size=13_000)) + " " + "中" * 5_000
    check(bpe.encode(text), model.encode(text), "the ids of a text of two long words")
