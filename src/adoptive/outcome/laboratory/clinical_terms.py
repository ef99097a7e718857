"""Two CTCAE terms that need a sign beside a laboratory value: febrile neutropenia and a fall of the ejection fraction.

The definition of febrile neutropenia was compared with public copies of CTCAE 5.0 and 6.0. The limits of the ejection
fraction are those of CTCAE 5.0 as commonly cited and are unconfirmed; version 6.0 has no such term (it grades
left ventricular dysfunction instead).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.types import UNGRADED, Graded, as_codes

__all__ = ["grade_ejection_fraction", "grade_febrile_neutropenia"]

NEUTROPHILS_E9_L: Final = 1.0
SINGLE_FEVER_C: Final = 38.3
LASTING_FEVER_C: Final = 38.0
SLACK: Final = 1e-12

FEBRILE: Final = (
    "neutrophils, temperature or its duration is missing: not graded",
    "no fever with neutrophils below 1 10^9/L: grade 0",
    "neutrophils below 1 10^9/L with a single temperature above 38.3 degrees: grade 3",
    "neutrophils below 1 10^9/L with 38 degrees or more for over an hour: grade 3",
)


def _possible(sign: ArrayLike, largest: float) -> NDArray[np.float64]:
    """Take a sign that cannot be (negative, too large) for missing."""
    given = np.asarray(sign, np.float64)
    return np.where((given >= 0.0) & (given <= largest) & np.isfinite(given), given, np.nan)


def grade_febrile_neutropenia(
    neutrophils_e9_l: ArrayLike, temperature_c: ArrayLike, *, lasting: ArrayLike = -1
) -> Graded:
    """Grade febrile neutropenia: 3 where neutrophils are below 1e9/L with fever; CTCAE has no lower grade.

    Fever is a single temperature above 38.3 degrees, or one of 38.0 degrees or more for over one hour. Grade 4
    (life-threatening) cannot be seen from these signs.

    Parameters
    ----------
    neutrophils_e9_l
        Neutrophils (1e9/L), any shape; missing ones are NaN.
    temperature_c
        Highest temperature (degrees Celsius); missing ones are NaN.
    lasting
        Whether 38.0 degrees or more lasted over an hour: 1 yes, 0 no, -1 not known.

    Returns
    -------
    Grade 0, 3, or -1 where what is missing would decide.

    Source: CTCAE version 5.0, NCI 2017, term "febrile neutropenia".

    >>> grade_febrile_neutropenia([0.4, 0.4, 0.4, 2.0], [38.4, 38.1, 37.9, 40.0]).grade
    array([ 3, -1,  0,  0])
    """
    count, degrees = (_possible(sign, np.inf) for sign in (neutrophils_e9_l, temperature_c))
    count, degrees = np.broadcast_arrays(count, degrees)
    long = np.broadcast_to(as_codes(lasting, "lasting"), np.broadcast_shapes(count.shape, np.shape(lasting)))
    few, enough = count < NEUTROPHILS_E9_L * (1 - SLACK), count >= NEUTROPHILS_E9_L * (1 - SLACK)
    single = degrees > SINGLE_FEVER_C * (1 + SLACK)
    warm = (degrees >= LASTING_FEVER_C * (1 - SLACK)) | np.isnan(degrees)  # a lasting fever needs no number
    cool = (degrees < LASTING_FEVER_C * (1 - SLACK)) | (~single & ~np.isnan(degrees) & (long == 0))
    reason = np.select([few & single, few & warm & (long == 1), enough | cool], [2, 3, 1], 0).astype(np.int64)
    return Graded(np.array([UNGRADED, 0, 3, 3])[reason], reason, FEBRILE)


EJECTION: Final = (
    "the ejection fraction is missing: not graded",
    "the baseline is missing: not graded",
    "no fall of the ejection fraction that CTCAE grades: grade 0",
    "ejection fraction at or below 50 %: grade 2",
    "ejection fraction fallen by 10 points or more: grade 2",
    "ejection fraction below 40 %: grade 3",
    "ejection fraction fallen by 20 points or more: grade 3",
    "ejection fraction below 20 %: grade 4",
)
EJECTION_GRADE: Final = (UNGRADED, UNGRADED, 0, 2, 2, 3, 3, 4)


def grade_ejection_fraction(fraction_percent: ArrayLike, *, baseline_percent: ArrayLike = np.nan) -> Graded:
    """Grade a fall of the resting left ventricular ejection fraction by CTCAE: there is no grade 1.

    ==== ==========================================================
    2    50 to 40 %, or 10 to 19 points below baseline
    3    39 to 20 %, or 20 points or more below baseline
    4    below 20 %
    ==== ==========================================================

    Parameters
    ----------
    fraction_percent
        Ejection fraction (%), any shape; missing ones are NaN.
    baseline_percent
        Before treatment (%); where missing, only a fraction below 40 % is graded, for above it the fall could be
        worse.

    Returns
    -------
    Grades 0, 2, 3, 4, or -1 where what is missing would decide.

    Source: CTCAE version 5.0, NCI 2017, term "ejection fraction decreased" (limits unconfirmed).
    A fraction between 39 and 40 % is taken as grade 3.

    >>> grade_ejection_fraction([60.0, 50.0, 39.0, 19.0, 55.0], baseline_percent=[62.0, 55.0, 60.0, 60.0, 75.0]).grade
    array([0, 2, 3, 4, 3])
    """
    now, before = np.broadcast_arrays(_possible(fraction_percent, 100.0), _possible(baseline_percent, 100.0))
    fall = before - now + 1e-9
    conditions = [np.isnan(now), now < 20.0, now < 40.0, fall >= 20.0, np.isnan(before), now <= 50.0, fall >= 10.0]
    reason = np.select(conditions, [0, 7, 5, 6, 1, 3, 4], 2).astype(np.int64)
    return Graded(np.array(EJECTION_GRADE)[reason], reason, EJECTION)
