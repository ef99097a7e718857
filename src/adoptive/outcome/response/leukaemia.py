"""Remission of acute lymphoblastic leukaemia: CR, CR with incomplete recovery, no remission, relapse, residual disease.

Response criteria in ALL as tabulated by the NCI workshop on relapse after transplantation
(10.1016/j.bbmt.2010.06.008, table 4a). Residual disease is negative below 1 cell in 10,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.types import Judged
from adoptive.outcome.response.visits import ABSENT, PRESENT, UNKNOWN, Visits, lowest_before
from adoptive.outcome.types import Graded, Response, as_numbers

__all__ = ["LeukaemiaVisits", "assess_leukaemia", "is_mrd_negative"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

REMISSION_PERCENT: Final = 5.0
NEUTROPHILS_E9_L: Final = 1.0
PLATELETS_E9_L: Final = 100.0
PROGRESSION_RATIO: Final = 1.25
MRD_LIMIT: Final = 1e-4


@dataclass(frozen=True)
class LeukaemiaVisits:
    """Hold what is known of leukaemia at each visit, ``(patients, visits)``; NaN or -1 = not known.

    ``done``: the visit took place. ``blasts_percent``: blasts of all nucleated cells of the marrow, 0 to 100.
    ``neutrophils_e9_l``, ``platelets_e9_l``: counts in blood. ``blood_blasts``, ``extramedullary``: blasts in blood,
    disease outside the marrow: 1 yes, 0 no. ``baseline_percent``: blasts before treatment, ``(patients,)``.
    """

    done: ArrayLike
    blasts_percent: ArrayLike
    neutrophils_e9_l: ArrayLike
    platelets_e9_l: ArrayLike
    blood_blasts: ArrayLike = 0
    extramedullary: ArrayLike = 0
    baseline_percent: ArrayLike = np.nan


class _Why(IntEnum):
    NO_VISIT = 0
    REMISSION = 1
    COUNTS_LOW = 2
    MARROW_RELAPSE = 3
    OUTSIDE_RELAPSE = 4
    RISEN = 5
    BLASTS = 6
    OUTSIDE = 7
    NO_MARROW = 8
    NO_COUNTS = 9
    SIGNS_UNKNOWN = 10


_TABLE: Final = {
    _Why.NO_VISIT: (Response.NOT_DONE, "no visit took place"),
    _Why.REMISSION: (Response.CR, "blasts below 5 %, neutrophils and platelets recovered: CR"),
    _Why.COUNTS_LOW: (Response.CRI, "blasts below 5 %, neutrophils or platelets not recovered: CRi"),
    _Why.MARROW_RELAPSE: (Response.PD, "blasts back in the marrow after a remission: relapse"),
    _Why.OUTSIDE_RELAPSE: (Response.PD, "blasts in blood or outside the marrow after a remission: relapse"),
    _Why.RISEN: (Response.PD, "blasts a quarter above their lowest before: progression"),
    _Why.BLASTS: (Response.NR, "blasts of 5 % or more: no remission"),
    _Why.OUTSIDE: (Response.NR, "blasts in blood or disease outside the marrow: no remission"),
    _Why.NO_MARROW: (Response.NE, "the marrow was not examined: NE"),
    _Why.NO_COUNTS: (Response.CRI, "blasts below 5 %, counts not known: at least CRi"),
    _Why.SIGNS_UNKNOWN: (Response.NE, "blasts below 5 %, blood or other sites not known: NE"),
}


def assess_leukaemia(visits: LeukaemiaVisits, *, relapse_percent: float = REMISSION_PERCENT) -> Judged:
    """Judge every visit: CR, CRI, NR (no remission), PD (relapse, or progression without remission) or NE.

    CR: less than 5 % blasts in the marrow, none in blood, no disease elsewhere, neutrophils of at least 1.0 and
    platelets of at least 100e9/L; CRi is the same without the counts. Relapse: after a CR or CRi at least
    ``relapse_percent`` blasts, blasts in blood, or disease elsewhere. Before a
    remission, 5 % or more that are a quarter above the lowest value before are progression.

    Parameters
    ----------
    visits
        Values in time order.
    relapse_percent
        Blasts that make a relapse: 5; some protocols ask for 25.

    >>> seen = LeukaemiaVisits(1, [[80.0, 2.0, 2.0, 9.0]], [[0.5, 0.4, 1.2, 2.0]], [[20, 90, 150, 150]])
    >>> [Response(code).name for code in assess_leukaemia(seen).response[0]]
    ['NR', 'CRI', 'CR', 'PD']
    """
    of = Visits.like(visits.blasts_percent, "blasts_percent")
    done = of.codes(visits.done, "done") == PRESENT
    blasts = np.where(done, of.numbers(visits.blasts_percent, "blasts_percent"), np.nan)
    counts = (
        (of.numbers(visits.neutrophils_e9_l, "neutrophils_e9_l"), NEUTROPHILS_E9_L),
        (of.numbers(visits.platelets_e9_l, "platelets_e9_l"), PLATELETS_E9_L),
    )
    low = np.logical_or.reduce([count < limit for count, limit in counts])
    unknown = np.logical_or.reduce([np.isnan(count) for count, _ in counts])
    signs = [of.codes(getattr(visits, name), name) for name in ("blood_blasts", "extramedullary")]
    outside = np.logical_or.reduce([sign == PRESENT for sign in signs])
    hidden = np.logical_or.reduce([sign == UNKNOWN for sign in signs])
    few = blasts < REMISSION_PERCENT
    clear = done & few & ~outside & ~hidden
    before = np.cumsum(clear, axis=1) - clear > 0
    lowest = lowest_before(blasts, of.baseline(visits.baseline_percent, "baseline_percent"))
    told = [
        (~done, _Why.NO_VISIT),
        (before & (blasts >= relapse_percent), _Why.MARROW_RELAPSE),
        (before & outside, _Why.OUTSIDE_RELAPSE),
        (np.isnan(blasts) & ~outside, _Why.NO_MARROW),
        (~before & ~few & np.isfinite(lowest) & (blasts >= PROGRESSION_RATIO * lowest), _Why.RISEN),
        (outside, _Why.OUTSIDE),
        (~few, _Why.BLASTS),
        (hidden, _Why.SIGNS_UNKNOWN),
        (low, _Why.COUNTS_LOW),
        (unknown, _Why.NO_COUNTS),
    ]
    return of.judge(told, _Why.REMISSION, _TABLE)


_MRD_REASONS: Final = (
    "residual disease was not looked for",
    "residual disease of 1 in 10,000 or more: positive",
    "residual disease below 1 in 10,000: negative",
    "the assay cannot see 1 in 10,000: not known",
)


def is_mrd_negative(residual_fraction: ArrayLike, *, sensitivity: ArrayLike = 0.0, limit: float = MRD_LIMIT) -> Graded:
    """Say at each visit whether residual disease is negative: 1 yes, 0 no, -1 not known.

    Parameters
    ----------
    residual_fraction
        Leukaemia or myeloma cells of all nucleated cells, any shape; NaN = not measured.
    sensitivity
        Lowest fraction that the assay of that visit can see; a reading below the limit counts only if this is too.
    limit
        Negative below this; 1e-4 by default, 1e-5 in some myeloma protocols.

    >>> is_mrd_negative([9e-5, 1e-4, np.nan]).grade.tolist()
    [1, 0, -1]
    """
    fraction = as_numbers(residual_fraction, "residual_fraction")
    if (fraction < 0).any():
        raise StudyError("a fraction is negative", where="residual_fraction", allowed="0 or more, NaN if not measured")
    blind = np.broadcast_to(as_numbers(sensitivity, "sensitivity") > limit, fraction.shape)
    reason = np.select([np.isnan(fraction), fraction >= limit, blind], [0, 1, 3], 2).astype(np.int64)
    grade = np.array([UNKNOWN, ABSENT, PRESENT, UNKNOWN], np.int64)[reason]
    return Graded(grade=grade, reason=reason, reasons=_MRD_REASONS)
