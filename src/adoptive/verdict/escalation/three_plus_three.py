"""The 3+3 design: the decision at every count and the probability that a dose is passed.

Storer 1989, Biometrics 45:925, 10.2307/2531693 (its design A).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.escalation.types import Decision, check_counts

__all__ = ["escalation_probability", "three_plus_three_decision"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def three_plus_three_decision(dlt: ArrayLike, patients: ArrayLike) -> Counts:
    """Decide from the DLTs among 3 or 6 patients at the current dose, as :class:`Decision`.

    0 of 3: escalate; 1 of 3: stay and add three; 0 or 1 of 6: escalate; 2 or more: the dose is too high and is given
    up (ELIMINATE). The maximum tolerated dose is the highest with at most 1 of 6.

    Parameters
    ----------
    dlt, patients
        Patients with a DLT and patients treated (3 or 6), any shape.

    Raises
    ------
    StudyError
        Other numbers of patients than 3 and 6, or counts that cannot be.

    Examples
    --------
    >>> three_plus_three_decision([0, 1, 2, 1, 2], [3, 3, 3, 6, 6]).tolist()
    [0, 1, 3, 0, 3]
    """
    seen, treated = check_counts(dlt, patients)
    if not np.isin(treated, (3, 6)).all():
        raise StudyError("3+3 decides after 3 or 6 patients", where="patients", value=treated, allowed="3, 6")
    passed = np.where(treated == 3, seen == 0, seen <= 1)
    codes = [Decision.ELIMINATE, Decision.ESCALATE]
    return np.select([seen >= 2, passed], codes, Decision.STAY).astype(np.int64)


def escalation_probability(dlt_probability: ArrayLike) -> Floats:
    """Give the probability that 3+3 passes a dose: ``(1 - p)^3 + 3 p (1 - p)^5``.

    Parameters
    ----------
    dlt_probability
        True probability of a DLT at the dose, any shape.

    Raises
    ------
    StudyError
        No probability.

    Examples
    --------
    >>> float(escalation_probability(0.5))
    0.171875
    """
    share = np.asarray(dlt_probability, np.float64)
    if not ((share >= 0) & (share <= 1)).all():
        raise StudyError("a probability", where="dlt_probability", value=share, allowed="0 to 1")
    return (1 - share) ** 3 + 3 * share * (1 - share) ** 5
