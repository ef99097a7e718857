"""The keyboard design (the same as mTPI-2) and mTPI: the interval of the DLT rate that the data favour decides.

Keyboard: Yan, Mandrekar and Yuan 2017, 10.1158/1078-0432.CCR-17-0220. mTPI-2: Guo et al. 2017,
10.1016/j.cct.2017.04.006. mTPI: Ji et al. 2010, 10.1177/1740774510382799.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from adoptive.errors import StudyError
from adoptive.verdict.escalation.types import TOO_TOXIC, Decision, check_counts, check_share, too_toxic

__all__ = ["keyboard_decision", "mtpi_decision"]

MTPI_FEWEST: Final = 2
"""The published mTPI tables give a dose up from two patients on, those of the keyboard from three."""

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def keyboard_decision(
    dlt: ArrayLike, patients: ArrayLike, *, target: float, half_width: float = 0.05, cutoff: float = TOO_TOXIC
) -> Counts:
    """Decide by the strongest key, as :class:`Decision`.

    Keys of width ``2 half_width`` are tiled to both sides of the target key ``(target - half_width, target +
    half_width)``, as far as whole keys fit. The key with the largest posterior probability under
    ``Beta(1 + dlt, 1 + patients - dlt)`` decides: below the target key escalate, above it de-escalate. A dose is
    eliminated where :func:`~adoptive.verdict.escalation.types.too_toxic`. mTPI-2 decides the same.

    Parameters
    ----------
    dlt, patients
        Patients with a DLT and patients treated at the current dose, any shape.
    target, half_width
        Wanted probability of a DLT, half the width of a key.
    cutoff
        How sure one must be to give a dose up.

    Raises
    ------
    StudyError
        Counts or probabilities that cannot be.

    Examples
    --------
    >>> keyboard_decision([0, 1, 2, 3, 4], 6, target=0.3).tolist()
    [0, 0, 1, 2, 3]
    """
    seen, treated = _checked(dlt, patients, target, half_width)
    edges, chosen = _keys(target, half_width)
    strongest = _masses(edges, seen, treated).argmax(axis=0)
    gone = too_toxic(seen, treated, target=target, cutoff=cutoff)
    return _decided(strongest < chosen, strongest > chosen, gone)


def mtpi_decision(
    dlt: ArrayLike, patients: ArrayLike, *, target: float, half_width: float = 0.05, cutoff: float = TOO_TOXIC
) -> Counts:
    """Decide by the largest unit probability mass, as :class:`Decision`.

    The three intervals below, around and above ``(target - half_width, target + half_width)``: posterior probability
    over length; the largest decides. A dose is given up as in :func:`keyboard_decision`, but from two patients on.

    Parameters
    ----------
    dlt, patients, target, half_width, cutoff
        As for :func:`keyboard_decision`.

    Raises
    ------
    StudyError
        Counts or probabilities that cannot be.

    Examples
    --------
    >>> mtpi_decision([0, 1, 2, 3, 4], 6, target=0.3).tolist()
    [0, 0, 1, 1, 3]
    """
    seen, treated = _checked(dlt, patients, target, half_width)
    edges = np.array([0.0, target - half_width, target + half_width, 1.0])
    lengths = np.diff(edges).reshape((3,) + (1,) * seen.ndim)
    strongest = (_masses(edges, seen, treated) / lengths).argmax(axis=0)
    gone = too_toxic(seen, treated, target=target, cutoff=cutoff, fewest=MTPI_FEWEST)
    return _decided(strongest < 1, strongest > 1, gone)


def _keys(target: float, half_width: float) -> tuple[Floats, int]:
    """Give the edges of the keys and the place of the target key."""
    width = 2.0 * half_width
    below = int(np.floor((target - half_width) / width + 1e-9))
    above = int(np.floor((1.0 - target - half_width) / width + 1e-9))
    edges = target - half_width + width * np.arange(-below, above + 2)
    return np.clip(edges, 0.0, 1.0), below


def _masses(edges: Floats, seen: Counts, treated: Counts) -> Floats:
    """Give the posterior probability of a DLT rate between neighbouring edges, ``(intervals, ...)``."""
    below = np.stack([stats.beta.cdf(edge, 1.0 + seen, 1.0 + treated - seen) for edge in edges])
    return np.diff(below, axis=0)


def _decided(up: NDArray[np.bool_], down: NDArray[np.bool_], gone: NDArray[np.bool_]) -> Counts:
    codes = [Decision.ELIMINATE, Decision.DEESCALATE, Decision.ESCALATE]
    return np.select([gone, down, up], codes, Decision.STAY).astype(np.int64)


def _checked(dlt: ArrayLike, patients: ArrayLike, target: float, half_width: float) -> tuple[Counts, Counts]:
    check_share("target", target)
    if not 0.0 < half_width < min(target, 1.0 - target):
        raise StudyError(
            "the target key must lie between 0 and 1",
            where="half_width",
            value=half_width,
            allowed=f"above 0 and below {min(target, 1.0 - target):g}",
        )
    return check_counts(dlt, patients)
