"""Checks of tokenization/streaming_decoder: text as soon as it is certain, broken UTF-8, the rest, fertility."""

import pytest

from graders.engine.kit import check, raises, sizes, untouched, weight

# One to three bytes that begin a character of two to four: the last byte has one of 64 values, whatever stands before.
FULL = [chr(code).encode() for code in range(0x80, 0x11_0000, 64) if not 0xD800 <= code < 0xE000]
BEGINNINGS = {character[:length] for character in FULL for length in range(1, len(character))}


def stream(submission, tokens):
    """Return a new decoder, and ids for the tokens: a vocabulary that holds each once, and others between them."""
    vocab = [b"unused"]
    for token in tokens:
        if token not in vocab:
            vocab += [token, b"\xe4" * len(vocab)]
    return submission.StreamingDecoder(vocab), [vocab.index(token) for token in tokens]


def split(rng, data, longest):
    """Cut bytes into tokens of 1 to `longest`, with a token of no bytes here and there."""
    tokens, place = [], 0
    while place < len(data):
        length = int(rng.integers(1, longest + 1)) if rng.random() < 0.9 else 0
        tokens.append(data[place : place + length])
        place += length
    return tokens


def expect_stream(submission, tokens, about):
    """Require each push to return what becomes certain with it, and flush the rest."""
    decoder, ids = stream(submission, tokens)
    pushed, shown = b"", ""
    for token_id, token in zip(ids, tokens, strict=True):
        pushed += token
        held = next((n for n in (1, 2, 3) if len(pushed) >= n and pushed[-n:] in BEGINNINGS), 0)
        certain = pushed[: len(pushed) - held].decode(errors="replace")
        ending = f"after bytes that end with {pushed[-6:].hex(' ')}" if pushed else "after no bytes"
        check(
            decoder.push(token_id), certain.removeprefix(shown), f"the text that has become certain {ending}: {about}"
        )
        shown = certain
    rest = pushed.decode(errors="replace").removeprefix(shown)
    check(decoder.flush(), rest, f"what the bytes held back are without a rest: {about}")


TEXTS = {
    "ASCII": "ab c! \n",
    "letters of two bytes": "äéñжи ab",
    "Chinese": "中文字词\uff0c。a ",
    "emoji": "🙂🚀👩\u200d🧠🇨 ",
    "all lengths and limits": "\x00\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff",
    "byte order marks and U+FFFD itself": "\ufeff\ufffda中",
}


@weight(4, core=True)
@pytest.mark.parametrize("case", TEXTS)
def test_characters_come_out_whole_and_as_soon_as_they_are_complete(submission, rng, case):
    for longest in (1, 2, 6):
        data = "".join(rng.choice(list(TEXTS[case]), size=14)).encode()
        expect_stream(submission, split(rng, data, longest), f"{case}, in tokens of up to {longest} bytes")


@weight(3, core=True)
def test_streams_worked_by_hand(submission, rng):
    letter = chr(97 + int(rng.integers(26)))
    x = letter.encode()
    # 中 is E4 B8 AD, 文 is E6 96 87, 🙂 is F0 9F 99 82.
    steps = [
        (x + b"\xe4", letter),
        (b"\xb8", ""),
        (b"\xad" + x + b"\xe6\x96", "中" + letter),
        (b"\x87\xf0", "文"),
        (b"\x9f\x99", ""),
        (b"\x82\xe4\xb8", "🙂"),
        (x, "\ufffd" + letter),  # E4 B8 will not become a character any more
        (b"\xff" + x, "\ufffd" + letter),
        (b"\xe4", ""),
        (b"\xe4\xb8\xad", "\ufffd中"),
        (b"\xf0\x9f", ""),
    ]
    decoder, ids = stream(submission, [token for token, _ in steps])
    for token_id, (_, text) in zip(ids, steps, strict=True):
        check(decoder.push(token_id), text, "what is complete by now, without what came out before")
    check(decoder.flush(), "\ufffd", "U+FFFD for a character that lacks its rest")


INVALID = {
    "a byte that continues nothing": b"a\x80b\xbf\x80",
    "a first byte and no rest": b"\xe4a\xe4\xb8b\xc3c\xf0d\xf0\x9fe\xf0\x9f\x99f",
    "a first byte behind another": b"\xe4\xe4\xb8\xe4\xb8\xad\xf0\x9f\xf0\x9f\x99\x82\xc3\xc3\xa4",
    "bytes that never occur": b"a\xc0\xafb\xc1\xf5\xf8\xfe\xffc",
    "longer than need be": b"\xe0\x80\xafa\xe0\x9f\xbf\xf0\x80\x80\xafb\xf0\x8f\xbf\xbf",
    "surrogates": b"\xed\xa0\x80a\xed\xbf\xbf\xed\x9f\xbf",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80a\xf4\x8f\xbf\xbf\xf4\xbf",
    "a rest that is too long": b"\xe4\xb8\xad\xad\xf0\x9f\x99\x82\x82\xc3\xa4\xa4",
}


@weight(4)
@pytest.mark.parametrize("case", INVALID)
def test_invalid_bytes_become_replacement_characters_at_once(submission, rng, case):
    for longest in (1, 2, 5):
        tokens = split(rng, INVALID[case] + "中".encode(), longest)
        expect_stream(submission, tokens, f"{case}, in tokens of up to {longest} bytes")


@weight(2)
@pytest.mark.parametrize("first", [0xC2, 0xDF, 0xE0, 0xE4, 0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xC1, 0xF5])
def test_holds_back_what_may_become_a_character_and_nothing_else(submission, rng, first):
    for second in [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]:
        third = int(rng.choice([0x41, 0x80, 0xBF, 0xE4]))
        tokens = [bytes([first]), bytes([second]), bytes([third])]
        expect_stream(submission, tokens, "out comes all but bytes at the end that begin a character")


@weight(3)
@pytest.mark.parametrize("case", ["bytes of all kinds", "bytes that begin or continue a character", "cut characters"])
def test_any_split_gives_the_text_of_the_whole(submission, rng, case):
    if case == "bytes of all kinds":
        data = bytes(rng.integers(256, size=60).tolist())
    elif case == "bytes that begin or continue a character":
        data = bytes(rng.choice([0x41, 0x80, 0x9F, 0xA0, 0xB8, 0xBF, 0xC3, 0xE0, 0xE4, 0xED, 0xF0, 0xF4], 60).tolist())
    else:
        letters = [letter.encode() for letter in "aé中🙂\ufeff"]
        data = b"".join(letters[n][: int(rng.integers(1, 6))] for n in rng.integers(len(letters), size=30))
    for longest in (1, 3, 9):
        decoder, ids = stream(submission, split(rng, data, longest))
        parts = [decoder.push(token_id) for token_id in ids] + [decoder.flush()]
        check(all(isinstance(part, str) for part in parts), True, "text from each push and from flush")
        check("".join(parts), data.decode(errors="replace"), f"all together the text of all bytes: {case}")


@weight(1)
def test_a_token_may_be_of_any_length(submission, rng):
    data = "".join(rng.choice(list("aé中🙂"), size=int(rng.integers(300, 600)))).encode()
    expect_stream(
        submission, [data + b"\xe4", b"\xb8", b"\xad" + data + b"\xff\xf0", b"a"], "tokens of many characters"
    )


@weight(2)
@pytest.mark.parametrize("rest", [b"\xc3", b"\xe4", b"\xe4\xb8", b"\xf0", b"\xf0\x9f", b"\xf0\x9f\x99"], ids=bytes.hex)
def test_flush_releases_a_truncated_rest_and_begins_anew(submission, rng, rest):
    """Flush releases a truncated rest once and begins anew"""
    tokens = [b"a", rest, b"\x99", b"\x82b", b""]
    decoder, (a, cut, *others) = stream(submission, tokens)
    check(decoder.push(a) + decoder.push(cut), "a", "nothing of a character that lacks its rest")
    check(decoder.flush(), "\ufffd", "one U+FFFD for the rest that is held back")
    check(decoder.flush(), "", "nothing where nothing is held back")
    got = [decoder.push(token_id) for token_id in others]
    check(got, ["\ufffd", "\ufffdb", ""], "a new text after flush, of which the first bytes continue nothing")
    check([decoder.push(cut), decoder.flush(), decoder.push(a)], ["", "\ufffd", "a"], "the next texts after that")


@weight(1)
def test_nothing_pushed_is_nothing(submission, rng):
    decoder, (nothing, letter) = stream(submission, [b"", b"a"])
    check(decoder.flush(), "", "an empty text")
    check([decoder.push(nothing), decoder.push(letter), decoder.push(nothing)], ["", "a", ""], "nothing for no bytes")
    check(decoder.flush(), "", "nothing, as nothing is held back")


@weight(1)
def test_decoders_are_independent_and_leave_the_vocabulary_unmodified(submission, rng):
    vocab = [b"\xe4", b"\xb8\xad", b"!", b"\xe6", b"\x96\x87"]
    one, other = submission.StreamingDecoder(vocab), submission.StreamingDecoder(vocab[::-1])
    got = [one.push(0), other.push(1), one.push(2), other.push(0), one.push(0), one.push(1), other.flush(), one.flush()]
    check(got, ["", "", "\ufffd!", "文", "", "中", "", ""], "two decoders that hold back bytes of their own")
    untouched(submission)


@weight(1)
@pytest.mark.parametrize("side", ["negative", "too large"])
def test_an_id_outside_the_vocabulary_is_refused_and_changes_nothing(submission, rng, side):
    (size,) = sizes(rng, 1, 5, 40)
    vocab = [b"\xe4", b"\xb8\xad"] + [b"x"] * (size - 2)
    for distance in (0, int(rng.integers(1, 4))):
        decoder = submission.StreamingDecoder(vocab)
        wrong = -1 - distance if side == "negative" else size + distance
        check(decoder.push(0), "", "nothing of a character that lacks its rest")
        with raises(IndexError, wrong):
            decoder.push(wrong)
        check(decoder.push(1), "中", "the character, as if the refused id had not been pushed")


@weight(2)
def test_fertility_is_all_tokens_by_all_characters(submission, rng):
    lengths, counts = sizes(rng, 5, 1, 30), sizes(rng, 5, 1, 60)
    texts = ["".join(rng.choice(list("aé中🙂\u0301 "), size=length)) for length in lengths]
    want = sum(counts) / sum(lengths)
    check(submission.fertility(counts, texts), want, "tokens a character over all texts together")
    check(submission.fertility(counts[:1], texts[:1]), counts[0] / lengths[0], "tokens a character of a single text")
    check(submission.fertility([3] * 300, ["中a"] * 300), 1.5, "tokens a character of many texts")
    got = submission.fertility([2, *counts, 0], ["", *texts, ""])
    check(got, (2 + sum(counts)) / sum(lengths), "all tokens by all characters, some texts being empty")
    untouched(submission)


@weight(1)
def test_counts_that_do_not_fit_the_texts_are_refused(submission, rng):
    few, many = sorted(sizes(rng, 2, 2, 9))
    for counts, texts in (([5] * few, ["ab"] * many), ([5] * many, ["ab"] * few)):
        with raises(ValueError, few, many):
            submission.fertility(counts, texts)


@weight(1)
@pytest.mark.parametrize("count", [0, 3])
def test_a_corpus_without_characters_is_refused(submission, rng, count):
    with raises(ValueError):
        submission.fertility([int(rng.integers(1, 9))] * count, [""] * count)
