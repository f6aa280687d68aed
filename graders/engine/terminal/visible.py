"""Makes text that nobody trusts safe to show: it cannot steer a terminal, hide itself or break a format."""

from pathlib import Path


def visible(text: str) -> str:
    """Return `text` with all that has no shape of its own written as an escape, such as \\x1b; newlines stay.

    That is what `repr` escapes too: control characters, marks that turn the direction of writing, surrogates, spaces
    that are none of the keyboard's. XML allows all that is left. Tabs become spaces.
    """
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in text.expandtabs(4))


def shorter(path: Path) -> str:
    """Return `path` from the present folder on if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
