"""Checks of tokenization/wordpiece: greedy pieces, unknown words, lengths, words, accents, and the way back."""

import string
import unicodedata

import pytest

from graders.engine.kit import check, sizes, untouched, weight

BLOCKS = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F)]


def words_of(text):
    """Return the words of a text, one character after the other."""
    words = [""]
    for character in [part for c in text for part in unicodedata.normalize("NFD", c.lower())]:
        kind = unicodedata.category(character)
        is_chinese = any(first <= ord(character) <= last for first, last in BLOCKS)
        if kind[0] == "P" or character in string.punctuation or is_chinese:
            words += [character, ""]
        elif character.isspace():
            words.append("")
        elif kind != "Mn":
            words[-1] += character
    return [word for word in words if word]


def pieces_of(word, vocab, unk="[UNK]", max_chars=100):
    """Return the pieces of a word, looking for the longest of all pieces that fit."""
    rest, pieces = word, []
    while rest and len(word) <= max_chars:
        inner = [piece[2:] for piece in vocab if piece.startswith("##")]
        fitting = [p for p in (inner if pieces else vocab) if p and rest.startswith(p)]
        if not fitting:
            return [unk]
        longest = max(fitting, key=len)
        pieces.append("##" + longest if pieces else longest)
        rest = rest[len(longest) :]
    return [unk] if rest else pieces


def expected(text, vocab, unk="[UNK]", max_chars=100):
    return [piece for word in words_of(text) for piece in pieces_of(word, vocab, unk, max_chars)]


def draw_words(rng, letters, count, longest=9):
    return ["".join(rng.choice(list(letters), size=rng.integers(1, longest + 1))) for _ in range(count)]


def draw_vocabulary(rng, letters, count, share=0.85):
    """Return pieces of up to four letters, for the beginning and the inside of words, and most of the letters alone."""
    pieces = {word for word in draw_words(rng, letters, count, longest=4) if len(word) > 1}
    pieces |= {"##" + word for word in draw_words(rng, letters, count, longest=4) if len(word) > 1}
    return pieces | {mark + letter for mark in ("", "##") for letter in letters if rng.random() < share}


ALPHABETS = {
    "Latin letters": "abcde",
    "digits and letters": "a1b2",
    "Cyrillic letters": "жюяд",
    "emoji, which are neither letters nor punctuation": "🙂🚀🧠",
    "letters beyond the basic plane": "𐐨𐐩𐐪𐐫",
    "Thai consonants": "กขคง",
}


@weight(4, core=True)
@pytest.mark.parametrize("case", ALPHABETS)
def test_takes_the_longest_piece_that_fits(submission, rng, case):
    letters = ALPHABETS[case]
    for count in sizes(rng, 3, 20, 40):
        vocab = draw_vocabulary(rng, letters, 12)
        words = draw_words(rng, letters, count)
        for text in (*words[:12], " ".join(words)):  # single words first: what goes wrong is easy to see there
            got = submission.wordpiece(text, vocab)
            check(got, expected(text, vocab), f"longest pieces first, [UNK] for a word that they do not fit: {case}")


@weight(3, core=True)
def test_pieces_worked_by_hand(submission, rng):
    a, b, c, d, e = (chr(97 + n) for n in sizes(rng, 5, 0, 25))
    vocab = {a, a + b, a + b + c, "##" + c, "##" + c + d, "##" + d, "##" + e, e + a, "##" + e + e}
    words = [
        (a + b + c + d, [a + b + c, "##" + d]),  # abc is longer than ab, although ##cd is longer than ##d
        (a + c + d, [a, "##" + c + d]),
        (a + b + c + e + e + e, [a + b + c, "##" + e + e, "##" + e]),
        (a + b, [a + b]),
        (e + a + c, [e + a, "##" + c]),
        (a + e + d + d + c, [a, "##" + e, "##" + d, "##" + d, "##" + c]),
        (c + d, ["[UNK]"]),  # ##cd cannot begin a word
        (a + a, ["[UNK]"]),  # nor can a stand inside one
        (a + b + c + d + b + c, ["[UNK]"]),
    ]
    for word, pieces in words:
        check(submission.wordpiece(word, vocab), pieces, "the longest beginning that is in vocab, then ## pieces")
    got = submission.wordpiece(" ".join(word for word, _ in words), vocab)
    check(got, [piece for _, pieces in words for piece in pieces], "the pieces of all words in order")


@weight(2)
@pytest.mark.parametrize("case", ["another cut would do", "the end is missing", "the beginning is missing", "nothing"])
def test_a_word_that_cannot_be_written_is_one_unk(submission, rng, case):
    a, b, c, d = (chr(97 + n) for n in sizes(rng, 4, 0, 25))
    word, vocab = {
        "another cut would do": (a + b + c, {a, a + b, "##" + b + c, "##" + b, d}),
        "the end is missing": (a + b + c + c, {a, "##" + b, "##" + b + c + c + c, d}),
        "the beginning is missing": (a + b, {"##" + a, "##" + b, "##" + a + b, b, d}),
        "nothing": (a + b, {"", "##", d}),
    }[case]
    text = f"{d} {word} {d}{d} {word}{word} {d}"
    check(submission.wordpiece(text, vocab), expected(text, vocab), f"one unk for the whole word: {case}")
    check(submission.wordpiece(text, vocab, "<?>"), expected(text, vocab, "<?>"), "the unk that was given")


@weight(2)
@pytest.mark.parametrize("case", ["as pieces", "as a word of vocab", "with accents", "beside each other", "default"])
def test_a_word_of_more_than_max_chars_is_unk(submission, rng, case):
    most = 100 if case == "default" else int(rng.integers(3, 30))
    first, second = (chr(97 + n) for n in sizes(rng, 2, 0, 25))
    vocab = {first, "##" + first, second}
    if case == "as a word of vocab":
        vocab |= {first * (most + 1), first * most}
    accent = "\u0301" if case == "with accents" else ""
    between = "," if case == "beside each other" else " "
    vocab.add(",")
    text = between.join((first + accent) * length for length in (most, most + 1, most - 1, 2 * most + 3))
    text += " " + second
    if case == "default":
        check(submission.wordpiece(text, vocab), expected(text, vocab), "100 characters if nothing is said, no more")
    else:
        want = expected(text, vocab, "[UNK]", most)
        check(submission.wordpiece(text, vocab, max_chars=most), want, "words of up to max_chars characters, no more")


TEXTS = {
    "white space of all kinds": " ab\tab \n\r\nab\u00a0ab\u3000\u2003ab\u2028ab  ",
    "punctuation of ASCII": "ab" + "ab".join(string.punctuation),
    "punctuation of ASCII in a row": f"ab {string.punctuation} b{string.punctuation}a",
    "punctuation of other scripts": "ab。ab、ab「ab」ab—ab…ab¿ab·ab“ab”ab«ab؟ab।ab\u2010ab",
    "punctuation in a row": "...ab!?!--(ab)\u201d\u300d",
    "symbols beyond ASCII are no punctuation": "ab€ab ab\u00d7ab ab°ab ab™ ab🙂ab €ab ab©",
    "Chinese among letters": "ab中文ab字 中ab 文",
    "Chinese of rare characters": "ab㐀ab\U00020000ab\U0002a6dfab\ufa0eab䶵\u4e00\u9fff",
    "compatibility characters": "ab\uf900ab \ufa30 \U0002f800",
    "Japanese and Korean letters are not cut": "かなカナ かな中カナ 한국 ab한",
    "words that look like tokens": "[CLS] ab [UNK] ##ab [SEP]",
}


@weight(3)
@pytest.mark.parametrize("case", TEXTS)
def test_the_text_is_cut_into_words(submission, rng, case):
    letters = dict(zip("ab", rng.permutation(list("abcdefgh")).tolist(), strict=False))
    text = TEXTS[case].translate(str.maketrans(letters))
    words = words_of(text)
    # Anything can be written, also what is not cut as it should be, and no word is unknown.
    vocab = {mark + c for mark in ("", "##") for c in {*"".join(words), *text}} | {"[CLS]", "##" + words[0]}
    vocab |= {word for word in words if rng.random() < 0.5}
    got = submission.wordpiece(text, vocab)
    check(got, expected(text, vocab), f"words cut at white space, punctuation and Chinese alone: {case}")


LETTERS = {
    "capitals": "ABC Ab aB ÀB ЖД ΔΕΛΤΑ \U00010400\U00010401",
    "accents in one character": "éàü ÉÀÜ ñçå Żółć Ǻ ệ ấ й Й ё",
    "accents of their own": "e\u0301a\u0300 \u0301ab a\u0323\u0302b ab\u0308 \u0301 x\u0336y",
    "a capital with a dot": "İSTANBUL \u0131",
    "letters that are no accented ones": "straße øre łódź đ æ œ ßẞ",
    "compatibility forms stay": "ﬁn ① ² ｶ \uff21 \uff42 \u210c ½ Ⅳ",
    "Hebrew points": "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
    "Indic signs": "हिन्दी नमस्ते বাংলা தமிழ்",
    "Korean comes apart": "한국어 각",
    "Japanese voicing marks": "がぎぐ パピプ か\u3099",
    "enclosing marks stay": "a\u20ddb 1\u20e3 2\ufe0f\u20e3",
}


@weight(3)
@pytest.mark.parametrize("case", LETTERS)
def test_letters_are_lowered_and_lose_their_accents(submission, rng, case):
    text = " ".join(rng.permutation(LETTERS[case].split(" ")).tolist())
    words = words_of(text)
    vocab = {mark + c for mark in ("", "##") for c in {*"".join(words), *text, *text.lower()}}
    vocab |= {word for word in words if rng.random() < 0.5}
    got = submission.wordpiece(text, vocab)
    check(got, expected(text, vocab), f"lower case, decomposed, without the characters of category Mn: {case}")


@weight(1)
def test_vocab_may_be_a_dict_of_ids(submission, rng):
    pieces = draw_vocabulary(rng, "abc", 10)
    vocab = dict(zip(sorted(pieces), rng.permutation(len(pieces)).tolist(), strict=True))
    text = " ".join(draw_words(rng, "abc", 30))
    check(submission.wordpiece(text, vocab), expected(text, pieces), "the pieces themselves, whatever their ids")
    untouched(submission)


@weight(1)
@pytest.mark.parametrize("text", ["", "  \n\t ", "\u0301\u0308"])
def test_no_words_no_pieces(submission, rng, text):
    check(submission.wordpiece(text, draw_vocabulary(rng, "abc", 10)), [], "no pieces where there are no words")


PIECES = {
    "a word in pieces": ["a", "##b", "##cd"],
    "words of one piece": ["a", "b", "cd"],
    "mixed": ["a", "##b", "c", "d", "##a", "##b", ",", "##c", "d"],
    "unknown ones": ["a", "[UNK]", "##b", "[UNK]"],
    "the first goes on": ["##a", "##b", "c"],
    "number signs": ["#", "a", "#", "###", "b##c", "a#", "##d"],
    "a single one": ["ab"],
    "other scripts": ["中", "文", "ж", "##д", "🙂", "##🙂"],
    "none": [],
}


@weight(2)
@pytest.mark.parametrize("case", PIECES)
def test_decoding_joins_the_pieces_of_a_word(submission, rng, case):
    letters = dict(zip("abcd", rng.permutation(list("abcdefgh")).tolist(), strict=False))
    pieces = [piece.translate(str.maketrans(letters)) for piece in PIECES[case]]
    text = "".join(piece[2:] if piece.startswith("##") else " " + piece for piece in pieces)
    got = submission.wordpiece_decode(pieces)
    check(got, text.removeprefix(" "), f"one space before each piece but the first and those with ##: {case}")
    untouched(submission)
