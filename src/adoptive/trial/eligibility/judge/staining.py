"""What a staining says of cells at or above an intensity: bounds, as reports give one intensity and one share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adoptive.trial.eligibility.facts import AntigenTest
from adoptive.trial.eligibility.statements import Truth

__all__ = ["Staining", "joined", "reaches", "staining"]


@dataclass(frozen=True)
class Staining:
    """Hold bounds of the share of cells at or above an intensity and of the H-score.

    ``some``: whether any cell reaches the intensity, where no share is on record.
    """

    least: float
    most: float
    some: Truth
    h_score: tuple[float, float]


def reaches(found: Staining, share: float | None, *, above: bool = False) -> Truth:
    """Say whether a share of cells is reached; ``above``: more than it. No share: whether any cell is.

    >>> half = staining(AntigenTest("CLDN18.2", "IHC", intensity=2, share=0.5), 1.0)
    >>> reaches(half, 0.4), reaches(half, 0.6)
    (True, None)
    """
    least, most = found.least, found.most
    if least > most + 1e-9:
        return None
    if share is None:
        return True if least > 0 else False if most == 0 else found.some
    if (least > share) if above else (least >= share):
        return True
    return False if ((most <= share) if above else (most < share)) else None


def staining(test: AntigenTest, intensity: float) -> Staining:
    """Give what one test says of cells at or above an intensity.

    With intensity ``i`` in a share ``s``: at least ``s`` reach any lower intensity, at most ``s`` any higher one. A
    share alone is of all stained cells. Of an H-score ``h = 100 sum of intensity x share``: at most ``h / (100 i)`` and
    at least ``(h / 100 - i + 1) / (4 - i)`` of the cells reach ``i``.
    """
    level, share, h_score = _inside(test.intensity, 3), _inside(test.share, 1), _inside(test.h_score, 300)
    if level is None and share is None and h_score is None:
        negative = test.positive is False
        some = False if negative else True if test.positive and intensity <= 1 else None
        return Staining(0.0, 0.0 if negative else 1.0, some, (0.0, 0.0 if negative else 300.0))
    least, most, some = _of_share(level, share, intensity)
    low, high = _h_bounds(level, share)
    if h_score is not None:
        low = high = h_score
        most = min(most, round(h_score / (100 * intensity), 9))
        if intensity in (1, 2, 3):
            least = max(least, round((h_score / 100 - intensity + 1) / (4 - intensity), 9))
    return Staining(least, most, some, (low, high))


def _inside(value: float | None, top: float) -> float | None:
    return value if value is not None and 0 <= value <= top else None


def _of_share(level: float | None, share: float | None, intensity: float) -> tuple[float, float, Truth]:
    """Give bounds of the share of cells at or above an intensity, and whether any cell reaches it."""
    if share is None:
        if level is None:
            return 0.0, 1.0, None
        return 0.0, 1.0 if level else 0.0, level >= intensity
    if level == 0:
        return 0.0, 1.0 - share if share else 0.0, None
    lower, upper = level is None or level <= intensity, (level or 1.0) >= intensity
    return share if upper else 0.0, share if lower else 1.0, None


def _h_bounds(level: float | None, share: float | None) -> tuple[float, float]:
    if level == 0:
        return 0.0, 300.0 * (1 - share) if share else 0.0
    if share is None:
        return 0.0, 300.0
    least = level or 1.0
    return 100 * least * share, 300 * share + 100 * (least - 1) * (1 - share)


def joined(tests: Sequence[AntigenTest], intensity: float) -> Staining:
    """Give what several intensities of one staining say together (3+ in 20 %, 2+ in 30 %).

    Reports mean by such a row either the cells of exactly that intensity or those at or above it; the bounds hold for
    both.
    """
    rows = [(float(test.intensity or 0), float(test.share or 0)) for test in tests]
    higher = [share for level, share in rows if level >= intensity]
    lower = [share for level, share in rows if level <= intensity]
    exactly = min(1.0, sum(higher))
    above = min(lower, default=1.0)
    low = max(100 * level * share for level, share in rows)
    return Staining(max(higher, default=0.0), max(exactly, above), None, (low, 300.0))
