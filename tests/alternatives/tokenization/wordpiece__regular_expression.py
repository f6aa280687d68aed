"""Another right solution: a scan of characters, and two regular expressions with their longest branches first."""

import re
import unicodedata

SIGNS = set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
CHINESE = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))


def basic_words(text):
    current = ""
    for character in unicodedata.normalize("NFD", text.lower()):
        category = unicodedata.category(character)
        if category == "Mn":
            continue
        alone = character in SIGNS or category[0] == "P" or any(a <= ord(character) <= z for a, z in CHINESE)
        if current and (alone or character.isspace()):
            yield current
            current = ""
        if alone:
            yield character
        elif not character.isspace():
            current += character
    if current:
        yield current


def any_of(pieces):
    longest_first = sorted(pieces, key=len, reverse=True)
    return re.compile("|".join(re.escape(piece) for piece in longest_first if piece) or r"(?!)")


def wordpiece(text, vocab, unk="[UNK]", max_chars=100):
    first = any_of(vocab)
    further = any_of(piece[2:] for piece in vocab if piece[:2] == "##")
    result = []
    for word in basic_words(text):
        found = first.match(word) if len(word) <= max_chars else None
        pieces, place = [], 0
        while found:
            pieces.append("##" * (place > 0) + found[0])
            place = found.end()
            found = further.match(word, place)
        result.extend(pieces if place == len(word) else [unk])
    return result


def wordpiece_decode(pieces):
    text = "".join(re.sub("^##", "", piece) if piece[:2] == "##" else f" {piece}" for piece in pieces)
    return text[1:] if pieces and pieces[0][:2] != "##" else text
