"""Classes of infection risk by depth and length of neutropenia; the infections themselves are drawn elsewhere.

AGIHO: below 500 neutrophils per uL for more than 7 days is high (Heinz et al. 2017, 10.1007/s00277-017-3098-3).
ASCO/IDSA: below 100 per uL for more than 7 days is high (Taplitz et al. 2018, 10.1200/JCO.18.00374). NCCN: less than
7, 7 to 10 and more than 10 days below 500 per uL are low, intermediate and high. The guidelines speak of the expected
length before it begins; here the length that was seen is classed.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from adoptive.errors import StudyError
from adoptive.outcome.haematology.daily import fill_short_gaps, find_runs
from adoptive.outcome.haematology.known import measured, one_of
from adoptive.outcome.types import UNGRADED, Graded

__all__ = ["RISK_CLASSES", "Guideline", "class_infection_risk"]

Guideline = Literal["AGIHO", "ASCO/IDSA", "NCCN"]

RISK_CLASSES: Final = ("no neutropenia", "low", "intermediate", "high")
"""Names of the classes 0 to 3."""

GUIDELINES: Final[dict[str, tuple[float, int | None, int]]] = {
    "AGIHO": (500.0, None, 8),
    "ASCO/IDSA": (100.0, None, 8),
    "NCCN": (500.0, 7, 11),
}
"""By guideline: neutrophils per uL below which a day counts, days from which risk is intermediate, and high."""

SEVERE_PER_UL: Final = 500.0


def class_infection_risk(anc_per_ul: ArrayLike, *, guideline: Guideline = "AGIHO") -> Graded:
    """Class infection risk by the longest run of neutropenic days: 0 none, 1 low, 2 intermediate, 3 high.

    Parameters
    ----------
    anc_per_ul
        Lowest neutrophil count of each day per uL, ``(..., days)``, NaN = not drawn; gaps of up to 7 days are filled.
    guideline
        ``"AGIHO"``, ``"ASCO/IDSA"`` or ``"NCCN"``.

    Returns
    -------
    Places in :data:`RISK_CLASSES`, one for each patient; -1 where no count is known.

    Raises
    ------
    StudyError
        If the guideline is unknown, there is no axis of days, or a count is negative or infinite.

    >>> class_infection_risk([[400.0] * 8 + [900.0], [400.0] * 7 + [900.0] * 2, [900.0] * 9]).grade.tolist()
    [3, 1, 0]
    """
    limit, intermediate, high = GUIDELINES[one_of(guideline, "guideline of infection risk", GUIDELINES)]
    grid = measured(anc_per_ul, "neutrophil count")
    if grid.ndim == 0 or grid.shape[-1] == 0:
        raise StudyError("infection risk needs an axis of days", value=grid.shape, allowed="(..., days)")
    shape, days = grid.shape[:-1], grid.shape[-1]
    filled = fill_short_gaps(grid.reshape(-1, days), last_day=np.full(int(np.prod(shape)), days - 1))
    neutropenic = find_runs(filled < SEVERE_PER_UL, unstable_recovery_days=0).longest
    deep = find_runs(filled < limit, unstable_recovery_days=0).longest
    middle = np.zeros_like(deep, np.bool_) if intermediate is None else deep >= intermediate
    unknown = np.isnan(filled).all(axis=1)
    grade = np.select([unknown, deep >= high, middle, neutropenic > 0], [UNGRADED, 3, 2, 1], 0).reshape(shape)
    return Graded(grade=grade.astype(np.int64), reason=grade.astype(np.int64) + 1, reasons=_reasons(guideline))


def _reasons(guideline: str) -> tuple[str, ...]:
    """Say what each class means under the guideline."""
    limit, intermediate, high = GUIDELINES[guideline]
    depth = f"below {limit:.0f} neutrophils per uL"
    low_until, middle = (
        (high, "no such class") if intermediate is None else (intermediate, f"{depth} for {intermediate}")
    )
    return (
        "no neutrophil count: not classed",
        "never below 500 neutrophils per uL: no neutropenia",
        f"below 500 neutrophils per uL, but not below {limit:.0f} for {low_until} days: low risk",
        f"{middle} to {high - 1} days: intermediate risk" if intermediate is not None else middle,
        f"{depth} for {high} days or more: high risk",
    )
