"""When a toxicity begins and how long it lasts, among those who had it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from adoptive.verdict.response.durations import spread
from adoptive.verdict.response.types import Spread
from adoptive.verdict.safety.types import WorstGrades
from adoptive.verdict.survival.incidence import cumulative_incidence
from adoptive.verdict.survival.types import Incidence

__all__ = ["duration_summary", "onset_summary", "toxicity_incidence"]


def onset_summary(worst: WorstGrades) -> dict[str, Spread]:
    """Summarise the day of onset of each term among those who had it."""
    had = np.isfinite(worst.onset)
    return {term: spread(worst.onset[:, place], had[:, place]) for place, term in enumerate(worst.terms)}


def duration_summary(onset_day: ArrayLike, end_day: ArrayLike) -> Spread:
    """Summarise the length of resolved events: days from onset to end, both counted; without the unresolved (inf).

    With many unresolved events use a Kaplan-Meier curve instead.

    >>> duration_summary([2, 3, 4], [2, 5, float("inf")]).median
    2.0
    """
    onset, end = np.asarray(onset_day, np.float64), np.asarray(end_day, np.float64)
    resolved = np.isfinite(end) & np.isfinite(onset)
    return spread(np.where(resolved, end, 0.0) - np.where(resolved, onset, 0.0) + 1.0, resolved)


def toxicity_incidence(
    onset_day: ArrayLike,
    end_day: ArrayLike,
    died: ArrayLike,
    *,
    group: ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Incidence, ...]:
    """Give the cumulative incidence of a toxicity with death as the competing event (Aalen and Johansen).

    Parameters
    ----------
    onset_day
        ``(patients,)`` days from the infusion to the first event of the term, inf without one.
    end_day, died
        End of observation, and whether it is death; who dies without the toxicity can no longer have it.
    group
        Arm of each patient.
    level
        Confidence level.

    Returns
    -------
    One :class:`adoptive.verdict.survival.types.Incidence` per group; cause 1 the toxicity, cause 2 death without it.
    """
    onset, end = np.asarray(onset_day, np.float64), np.asarray(end_day, np.float64)
    first = onset <= end
    cause = np.where(first, 1, np.where(np.asarray(died, np.bool_), 2, 0))
    return cumulative_incidence(np.where(first, onset, end), cause, group=group, level=level)
