"""Which system an input comes from, by its content."""

from __future__ import annotations

from graders.engine.cohort.intake import canvas, classroom, folders, gradescope, moodle
from graders.engine.cohort.intake.bundles import IntakeError, Listing

SYSTEMS = {
    "canvas": canvas,
    "moodle": moodle,
    "gradescope": gradescope,
    "classroom": classroom,
    "folders": folders,
}
_MARKED = {name: module for name, module in SYSTEMS.items() if module is not folders}
_ENOUGH = 0.5  # of the names at the top; a stray file of the instructor's changes nothing


def recognise(listing: Listing) -> tuple[str, Listing]:
    """Return the system, and the listing from where its names begin: exports may lie in one more folder.

    Raises:
        IntakeError: it may be several.
    """
    found = {name: _best(name, listing) for name in _MARKED}
    sure = [name for name, (share, _) in found.items() if share >= _ENOUGH]
    if len(sure) == 1:
        return sure[0], found[sure[0]][1]
    some = sure or [name for name, (share, _) in found.items() if share]
    if not some:
        return "folders", listing
    names = some if sure else [*some, "folders"]
    ways = " or ".join(f"--from {name}" for name in names)
    raise IntakeError(f"this may be an export of {' or of '.join(names)}: say which with {ways}")


def as_system(system: str, listing: Listing) -> Listing:
    """Return the listing from where the names of `system` begin.

    Raises:
        IntakeError: there is no such system, or nothing in the input is named as it does.
    """
    if system not in SYSTEMS:
        raise IntakeError(f"there is no system {system!r}: it is one of {', '.join(SYSTEMS)}")
    if system not in _MARKED:
        return listing
    share, view = _best(system, listing)
    if not share:
        raise IntakeError(f"nothing in it is named as in an export of {system}: try it without --from")
    return view


def _best(system: str, listing: Listing) -> tuple[float, Listing]:
    views = [listing, *filter(None, [listing.inner()])]
    return max(((_MARKED[system].share(view), view) for view in views), key=lambda found: found[0])
