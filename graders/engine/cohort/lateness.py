"""How late an attempt is, what that costs, and which of several attempts counts: exact arithmetic on plain values.

Moments are compared in UTC, so that a day is 24 hours also where clocks change. Scores are fractions; `rounded` makes a
figure for people of one, once, at the end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from graders.engine.cohort.assignment import Count, LatePolicy
from graders.engine.cohort.records import Attempt

_DAY = timedelta(days=1)
_NONE = timedelta()
_CENT = Decimal("0.01")
_LARGEST_DENOMINATOR = 1_000_000


@dataclass(frozen=True)
class Lateness:
    """How late an attempt is.

    Attributes:
        late: beyond grace and late days; zero where it is in time, or where that is not known.
        days: begun of `late`, each of which costs.
        late_days: spent, of the student's free ones.
        is_over: it came after the final time, and is worth nothing.
        is_unknown: there is a due time, and no time at which this was handed in: nothing is taken, as nothing is
            guessed, not even where the system itself says that it is late.
    """

    late: timedelta = _NONE
    days: int = 0
    late_days: int = 0
    is_over: bool = False
    is_unknown: bool = False

    @property
    def is_in_time(self) -> bool:
        """Whether it needed neither late days nor points."""
        return self.days == 0 and self.late_days == 0 and not self.is_over


def measure(submitted: datetime | None, due: datetime | None, closes: datetime | None, policy: LatePolicy) -> Lateness:
    """Return how late something is that was handed in at `submitted`.

    Args:
        submitted, due, closes: with a zone; None for a time that is not known, or that there is not.
        closes: the final time.
    """
    if due is None:
        return Lateness()
    if submitted is None:
        return Lateness(is_unknown=True)
    overdue = max(_NONE, submitted - due.astimezone(UTC) - policy.grace)
    spent = min(policy.late_days, _days_begun(overdue))
    late = max(_NONE, overdue - spent * _DAY)
    is_over = closes is not None and submitted > closes.astimezone(UTC)
    return Lateness(late, _days_begun(late), spent, is_over)


def kept_share(lateness: Lateness, policy: LatePolicy) -> Fraction:
    """Return what share of the raw points is left: 1 in time, never less than the floor, 0 after the final time."""
    if lateness.is_over:
        return Fraction(0)
    taken = lateness.days * exact(policy.percent_a_day)
    return 1 - min(taken, 100 - exact(policy.floor_percent)) / 100


def which(
    count: Count,
    attempts: Sequence[Attempt],
    lateness: Sequence[Lateness],
    most: Sequence[Fraction] = (),
    is_known: Sequence[bool] = (),
) -> int | None:
    """Return the index of the attempt that counts, None where there are no attempts.

    What came after the final time counts only where there is nothing else. An attempt whose points are not known,
    through a fault of ours, is taken as the best if it could be better than all others: then the grade stays open
    instead of being lower than it may have to be.

    Args:
        lateness: of each attempt.
        most: for BEST alone, what each attempt earns after the penalty, at the most where that is not known.
        is_known: for BEST alone, whether it is known.
    """
    everything = list(range(len(attempts)))
    order = sorted(everything, key=lambda i: _when(attempts, i))
    counting = [i for i in order if not lateness[i].is_over] or order
    if not counting:
        return None
    if count is Count.FIRST:
        return counting[0]
    if count is Count.BEST:
        return max(counting, key=lambda i: (most[i], is_known[i]))  # the earliest of equals
    if count is Count.LATEST_IN_TIME:
        in_time = [i for i in counting if _is_in_time(attempts[i], lateness[i])]
        return in_time[-1] if in_time else counting[0]
    return counting[-1]


def exact(value: float) -> Fraction:
    """Return the number that was written, 0.1 as a tenth."""
    return Fraction(repr(value))


@lru_cache(maxsize=65536)
def share(points: float, max_points: float) -> Fraction:
    """Return the share that a result earned, as weights of checks make it: 1/3, not the binary number next to it."""
    return (
        (Fraction(points) / Fraction(max_points)).limit_denominator(_LARGEST_DENOMINATOR) if max_points else Fraction()
    )


def rounded(value: Fraction) -> float:
    """Return `value` rounded to hundredths, half up."""
    hundredths = math.floor(value * 100 + Fraction(1, 2))
    return float(Fraction(hundredths, 100))


def shown(value: float) -> str:
    """Return a number of points as people write it: up to two places after a point, half up."""
    text = format(Decimal(repr(float(value))).quantize(_CENT, ROUND_HALF_UP), "f")
    return text.rstrip("0").rstrip(".")


def _days_begun(late: timedelta) -> int:
    return -(-late // _DAY)


def _is_in_time(attempt: Attempt, lateness: Lateness) -> bool:
    """Return whether it is in time; the system's own word stands where there is no time to go by."""
    return not attempt.is_late if lateness.is_unknown else lateness.is_in_time


def _when(attempts: Sequence[Attempt], index: int) -> tuple:
    """Return what puts attempts in order: time where all have one, else their numbers."""
    attempt = attempts[index]
    if all(a.submitted is not None for a in attempts):
        return attempt.submitted.astimezone(UTC), attempt.number, attempt.source
    return attempt.number, attempt.source
