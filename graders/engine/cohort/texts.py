"""Names and identifiers as people and systems write them, made comparable."""

from __future__ import annotations

import re
import unicodedata


def nfc(text: str) -> str:
    """Return `text` in NFC, with single spaces and none at its ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def identifier(text: str) -> str:
    """Return what identifiers are compared by: case does not count in any of the systems."""
    return nfc(text).casefold()


def full_name(text: str) -> str:
    """Return what names are compared by: "Doe, Jane" is "jane doe"."""
    last, comma, first = nfc(text).partition(",")
    return identifier(f"{first} {last}" if comma and "," not in first else text)


def squeezed(text: str) -> set[str]:
    """Return how Canvas may write a name into the names of files: sortable, lower-cased, only letters and digits.

    Where "Jane Mary Doe" has no comma nobody knows where the family name begins, so that there are several.
    """
    plain = nfc(text)
    words = [] if "," in plain else plain.split(" ")
    orders = [plain, *(" ".join([*words[i:], *words[:i]]) for i in range(1, len(words)))]
    return {re.sub(r"\W", "", order).casefold() for order in orders} - {""}
