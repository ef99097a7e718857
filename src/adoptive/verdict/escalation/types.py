"""What a dose-finding rule decides: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from adoptive.errors import StudyError

__all__ = [
    "LETTERS",
    "TOO_TOXIC",
    "Boundaries",
    "Decision",
    "check_counts",
    "check_share",
    "too_toxic",
    "toxic_table",
]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Decision(IntEnum):
    """Name what follows for the next cohort; the larger, the more careful."""

    ESCALATE = 0
    STAY = 1
    DEESCALATE = 2
    ELIMINATE = 3


LETTERS: Final = ("E", "S", "D", "DU")
"""The letters of published decision tables, in the order of :class:`Decision`; DU: down, and never back."""

TOO_TOXIC: Final = 0.95
"""Posterior probability above which a dose is given up (Liu and Yuan 2015, 10.1111/rssc.12089)."""


@dataclass(frozen=True)
class Boundaries:
    """Hold the DLT rates at or below which one escalates and at or above which one de-escalates."""

    escalate: float
    deescalate: float


def too_toxic(
    dlt: ArrayLike, patients: ArrayLike, *, target: float, cutoff: float = TOO_TOXIC, fewest: int = 3
) -> Bools:
    """Say where a dose is given up: ``P(p > target | Beta(1 + dlt, 1 + patients - dlt)) > cutoff``.

    Parameters
    ----------
    dlt, patients
        Patients with a dose-limiting toxicity and patients treated at the dose, any shape.
    target
        Wanted probability of a DLT.
    cutoff
        How sure one must be.
    fewest
        With fewer patients no dose is given up.

    Returns
    -------
    Bools
        In the shape of the counts.

    Examples
    --------
    >>> too_toxic([2, 3], 3, target=0.3).tolist()
    [False, True]
    """
    seen, treated = check_counts(dlt, patients)
    check_share("target", target)
    check_share("cutoff", cutoff)
    above = np.asarray(stats.beta.sf(target, 1.0 + seen, 1.0 + treated - seen))
    return (above > cutoff) & (treated >= fewest)


def toxic_table(most: int, *, target: float, cutoff: float = TOO_TOXIC, fewest: int = 3) -> Bools:
    """Give :func:`too_toxic` for all counts, ``(most + 1, most + 1)``: a row per patients, a column per DLTs.

    Parameters
    ----------
    most
        Most patients at a dose.
    target, cutoff, fewest
        As for :func:`too_toxic`.

    Examples
    --------
    >>> toxic_table(3, target=0.3)[3].tolist()
    [False, False, False, True]
    """
    return _toxic_table(most, target, cutoff, fewest)


@lru_cache(maxsize=64)
def _toxic_table(most: int, target: float, cutoff: float, fewest: int) -> Bools:
    """Hold a table that simulations ask for again and again; it cannot be written to."""
    patients, dlt = np.indices((most + 1, most + 1))
    possible = dlt <= patients
    table = possible & too_toxic(np.where(possible, dlt, 0), patients, target=target, cutoff=cutoff, fewest=fewest)
    table.setflags(write=False)
    return table


def check_counts(dlt: ArrayLike, patients: ArrayLike) -> tuple[Counts, Counts]:
    """Check counts of DLTs among patients and give them in one shape.

    Parameters
    ----------
    dlt, patients
        Whole numbers, ``0 <= dlt <= patients``.
    """
    seen, treated = np.broadcast_arrays(np.asarray(dlt), np.asarray(patients))
    whole = all(np.array_equal(np.rint(counts), counts) for counts in (seen, treated))
    if not whole or (seen < 0).any() or (seen > treated).any():
        raise StudyError(
            "patients with a DLT must be a part of the patients",
            where="dlt, patients",
            value=f"{seen.ravel()[:5].tolist()}, {treated.ravel()[:5].tolist()}",
            allowed="whole numbers, 0 <= dlt <= patients",
        )
    return seen.astype(np.int64), treated.astype(np.int64)


def check_share(name: str, value: float) -> None:
    """Check that a value lies between 0 and 1, both excluded.

    Parameters
    ----------
    name, value
        What is checked.
    """
    if not 0.0 < value < 1.0:
        raise StudyError("a probability", where=name, value=value, allowed="above 0 and below 1")
