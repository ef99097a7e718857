"""Bayesian optimal interval design: boundaries of the DLT rate and the decision at every count.

Liu and Yuan 2015, Journal of the Royal Statistical Society C 64:507, 10.1111/rssc.12089.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.escalation.types import TOO_TOXIC, Boundaries, Decision, check_counts, check_share, too_toxic

__all__ = ["BoinTable", "boin_boundaries", "boin_decision", "boin_table"]

Counts = NDArray[np.int64]
TOLERANCE = 1e-9
"""A DLT rate that equals a boundary lies on it, whatever binary arithmetic says."""


@dataclass(frozen=True)
class BoinTable:
    """Hold the counts of DLTs that decide, each ``(rows,)`` for ``patients (rows,)``; -1 = no count does."""

    patients: Counts
    escalate_at_most: Counts
    deescalate_at_least: Counts
    eliminate_at_least: Counts


def boin_boundaries(target: float, *, low: float | None = None, high: float | None = None) -> Boundaries:
    """Give the boundaries that make wrong decisions rarest.

    ``escalate = ln((1 - low) / (1 - target)) / ln(target (1 - low) / (low (1 - target)))``, ``deescalate =
    ln((1 - target) / (1 - high)) / ln(high (1 - target) / (target (1 - high)))``.

    Parameters
    ----------
    target
        Wanted probability of a DLT.
    low, high
        Highest probability that is clearly too low (default ``0.6 target``) and lowest that is clearly too high
        (default ``1.4 target``).

    Raises
    ------
    StudyError
        Not ``0 < low < target < high < 1``.

    Examples
    --------
    >>> found = boin_boundaries(0.3)
    >>> round(found.escalate, 5), round(found.deescalate, 5)
    (0.23649, 0.35852)
    """
    low = 0.6 * target if low is None else low
    high = 1.4 * target if high is None else high
    if not 0.0 < low < target < high < 1.0:
        raise StudyError(
            "probabilities out of order",
            where="low, target, high",
            value=f"{low:g}, {target:g}, {high:g}",
            allowed="0 < low < target < high < 1",
        )
    escalate = np.log((1 - low) / (1 - target)) / np.log(target * (1 - low) / (low * (1 - target)))
    deescalate = np.log((1 - target) / (1 - high)) / np.log(high * (1 - target) / (target * (1 - high)))
    return Boundaries(float(escalate), float(deescalate))


def boin_decision(
    dlt: ArrayLike,
    patients: ArrayLike,
    *,
    target: float,
    low: float | None = None,
    high: float | None = None,
    cutoff: float = TOO_TOXIC,
) -> Counts:
    """Decide for the next cohort from the counts at the current dose, as :class:`Decision`.

    Escalate at a rate at or below the lower boundary, de-escalate at or above the upper one, eliminate where
    :func:`~adoptive.verdict.escalation.types.too_toxic`. Nobody treated yet: stay.

    Parameters
    ----------
    dlt, patients
        Patients with a DLT and patients treated at the current dose, any shape.
    target, low, high
        As for :func:`boin_boundaries`.
    cutoff
        How sure one must be to give a dose up.

    Raises
    ------
    StudyError
        Counts or probabilities that cannot be.

    Examples
    --------
    >>> boin_decision([0, 1, 2, 3], 3, target=0.3).tolist()
    [0, 1, 2, 3]
    """
    limits = boin_boundaries(target, low=low, high=high)
    check_share("cutoff", cutoff)
    seen, treated = check_counts(dlt, patients)
    up = seen <= limits.escalate * treated + TOLERANCE
    down = seen >= limits.deescalate * treated - TOLERANCE
    gone = too_toxic(seen, treated, target=target, cutoff=cutoff)
    codes = [Decision.STAY, Decision.ELIMINATE, Decision.DEESCALATE, Decision.ESCALATE]
    return np.select([treated == 0, gone, down, up], codes, Decision.STAY).astype(np.int64)


def boin_table(
    patients: ArrayLike,
    *,
    target: float,
    low: float | None = None,
    high: float | None = None,
    cutoff: float = TOO_TOXIC,
) -> BoinTable:
    """Give the decision table of a protocol, a row per number of patients.

    Parameters
    ----------
    patients
        Numbers of patients ``(rows,)``, at least 1.
    target, low, high, cutoff
        As for :func:`boin_decision`.

    Raises
    ------
    StudyError
        Probabilities or numbers that cannot be.

    Examples
    --------
    >>> table = boin_table([3, 6], target=0.3)
    >>> table.deescalate_at_least.tolist(), table.eliminate_at_least.tolist()
    ([2, 3], [3, 4])
    """
    treated = np.atleast_1d(np.asarray(patients))
    if treated.size and (treated < 1).any():
        raise StudyError("a row needs patients", where="patients", value=treated.min(), allowed=">= 1")
    limits = boin_boundaries(target, low=low, high=high)
    counts = np.arange(int(treated.max(initial=0)) + 1)
    possible = counts <= treated[:, None]
    gone = possible & too_toxic(np.minimum(counts, treated[:, None]), treated[:, None], target=target, cutoff=cutoff)
    return BoinTable(
        patients=treated.astype(np.int64),
        escalate_at_most=np.floor(treated * limits.escalate + TOLERANCE).astype(np.int64),
        deescalate_at_least=np.ceil(treated * limits.deescalate - TOLERANCE).astype(np.int64),
        eliminate_at_least=np.where(gone.any(axis=1), gone.argmax(axis=1), -1).astype(np.int64),
    )
