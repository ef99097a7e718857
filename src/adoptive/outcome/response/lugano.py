"""Response of lymphoma by the Lugano classification: by CT from the lesions' two diameters, by PET where it was done.

Cheson et al. 2014, 10.1200/JCO.2013.54.8800. The spleen's length is not read: it belongs to non-target disease.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.types import Judged
from adoptive.outcome.response.visits import PRESENT, Visits
from adoptive.outcome.types import NonTarget, Response, as_numbers

__all__ = ["LymphomaVisits", "assess_lymphoma"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]

NORMAL_NODE_MM: Final = 15.0
PARTIAL_SHARE: Final = 0.50
PROGRESSION_SHARE: Final = 1.50
SMALL_MM: Final = 20.0
SMALL_RISE_MM, LARGE_RISE_MM = 5.0, 10.0
WORST_NEGATIVE_SCORE: Final = 3
TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class LymphomaVisits:
    """Hold the scans of lymphoma: diameters ``(patients, visits, lesions)`` in mm, the rest ``(patients, visits)``.

    ``longest_mm`` and ``shortest_mm`` (perpendicular to it) of up to six target lesions: NaN not measured, 0 gone, 5 by
    5 mm where it is too small to measure; their baselines ``(patients, lesions)``, 0 = no such lesion. ``nodal``
    ``(patients, lesions)`` marks nodes. ``non_target``: :class:`~adoptive.outcome.types.NonTarget` codes, spleen and
    liver included. ``new_lesion``, ``marrow``: 1 yes, 0 no (new or recurrent disease in the marrow), -1 not known.
    ``deauville``: score of the PET, 1 to 5, -1 where none was done; ``uptake``: 1 less than at baseline, 2 unchanged,
    3 more, or new foci, -1 not known.
    """

    done: ArrayLike
    longest_mm: ArrayLike
    shortest_mm: ArrayLike
    baseline_longest_mm: ArrayLike
    baseline_shortest_mm: ArrayLike
    nodal: ArrayLike = True
    non_target: ArrayLike = int(NonTarget.NONE)
    new_lesion: ArrayLike = 0
    marrow: ArrayLike = 0
    deauville: ArrayLike = -1
    uptake: ArrayLike = -1


class _Why(IntEnum):
    NO_VISIT = 0
    NEW_LESION = 1
    MARROW = 2
    OTHER_WORSE = 3
    PET_WORSE = 4
    PET_CLEAR = 5
    PET_LESS = 6
    PET_SAME = 7
    PET_UNKNOWN = 8
    LARGER = 9
    NOT_MEASURED = 10
    ALL_NORMAL = 11
    OTHER_REMAINS = 12
    SMALLER = 13
    STABLE = 14
    NO_DISEASE = 15


_TABLE: Final = {
    _Why.NO_VISIT: (Response.NOT_DONE, "no visit took place"),
    _Why.NEW_LESION: (Response.PD, "new lesion: PD"),
    _Why.MARROW: (Response.PD, "new or recurrent disease in the marrow: PD"),
    _Why.OTHER_WORSE: (Response.PD, "clear progression of non-target disease: PD"),
    _Why.PET_WORSE: (Response.PD, "PET score 4 or 5 with more uptake or new foci: PD"),
    _Why.PET_CLEAR: (Response.CR, "PET score 1 to 3, with or without a residual mass: CR"),
    _Why.PET_LESS: (Response.PR, "PET score 4 or 5 with less uptake than at baseline: PR"),
    _Why.PET_SAME: (Response.SD, "PET score 4 or 5 with unchanged uptake: SD"),
    _Why.PET_UNKNOWN: (Response.NE, "PET score 4 or 5, uptake not compared: NE"),
    _Why.LARGER: (Response.PD, "a lesion above 15 mm, its product up 50 % and a diameter up 5 (10) mm: PD"),
    _Why.NOT_MEASURED: (Response.NE, "a target lesion was not measured: NE"),
    _Why.ALL_NORMAL: (Response.CR, "nodes at most 15 mm, other lesions gone: CR"),
    _Why.OTHER_REMAINS: (Response.PR, "target lesions normal, non-target disease remains: PR"),
    _Why.SMALLER: (Response.PR, "sum of products at most half of the baseline: PR"),
    _Why.STABLE: (Response.SD, "sum of products above half of the baseline, no progression: SD"),
    _Why.NO_DISEASE: (Response.NE, "no target lesion at baseline: NE"),
}


def assess_lymphoma(visits: LymphomaVisits) -> Judged:
    """Judge every visit: CR, PR, SD, PD or NE.

    A new lesion, progression of non-target disease and disease in the marrow are PD. Where a PET was done it decides:
    score 1 to 3 CR; 4 or 5 with less uptake than at baseline PR, unchanged SD, more PD. Else by CT. PD: a lesion longer
    than 15 mm whose product of diameters is at least 50 % above its smallest, and of which a diameter is at least 5 mm
    above its smallest (10 mm where the lesion's smallest longest diameter is above 20 mm). CR: nodes at most 15 mm
    long, other lesions gone, non-target disease gone. PR: sum of products at most half of the baseline. SD: neither.

    Parameters
    ----------
    visits
        Scans in time order.

    >>> seen = LymphomaVisits(1, [[[30.0], [14.0], [22.0]]], [[[20.0], [10.0], [16.0]]], [[40.0]], [[30.0]])
    >>> [Response(code).name for code in assess_lymphoma(seen).response[0]]
    ['PR', 'CR', 'PD']
    """
    size = _sizes(visits)
    of = Visits(size.longest.shape[:2])
    done = of.codes(visits.done, "done") == PRESENT
    other = of.codes(visits.non_target, "non_target", highest=max(NonTarget))
    score = of.codes(visits.deauville, "deauville", highest=5)
    uptake = of.codes(visits.uptake, "uptake", highest=3)
    lit = score > WORST_NEGATIVE_SCORE
    measured = (~np.isnan(size.product) | ~size.target).all(axis=2)
    total = np.where(size.target & ~np.isnan(size.product), size.product, 0.0).sum(axis=2)
    start = np.where(size.target[:, 0], size.baseline_product, 0.0).sum(axis=1)[:, None]
    normal = np.where(size.nodal, size.longest <= NORMAL_NODE_MM + TOLERANCE, size.longest <= 0.0) | ~size.target
    cleared = measured & normal.all(axis=2)
    left = np.isin(other, (NonTarget.NON_CR_NON_PD, NonTarget.NE)) | (other < 0)
    told = [
        (~done, _Why.NO_VISIT),
        (of.codes(visits.new_lesion, "new_lesion") == PRESENT, _Why.NEW_LESION),
        (of.codes(visits.marrow, "marrow") == PRESENT, _Why.MARROW),
        (other == NonTarget.PD, _Why.OTHER_WORSE),
        (lit & (uptake == 3), _Why.PET_WORSE),
        ((score >= 1) & ~lit, _Why.PET_CLEAR),
        (lit & (uptake == 1), _Why.PET_LESS),
        (lit & (uptake == 2), _Why.PET_SAME),
        (lit, _Why.PET_UNKNOWN),
        (_grown(size, done), _Why.LARGER),
        (~size.target.any(axis=2), _Why.NO_DISEASE),
        (~measured, _Why.NOT_MEASURED),
        (cleared & left, _Why.OTHER_REMAINS),
        (cleared, _Why.ALL_NORMAL),
        (total <= PARTIAL_SHARE * start * (1.0 + TOLERANCE), _Why.SMALLER),
    ]
    return of.judge(told, _Why.STABLE, _TABLE)


@dataclass(frozen=True)
class _Sizes:
    """Hold the lesions' sizes ``(patients, visits, lesions)``; ``target`` marks those that were there at baseline."""

    longest: Floats
    shortest: Floats
    product: Floats
    baseline_longest: Floats
    baseline_shortest: Floats
    baseline_product: Floats
    target: Bools
    nodal: Bools


def _sizes(visits: LymphomaVisits) -> _Sizes:
    """Read the lesions."""
    longest, shortest = (as_numbers(getattr(visits, name), name) for name in ("longest_mm", "shortest_mm"))
    if longest.ndim != 3 or shortest.shape != longest.shape:
        raise StudyError(
            "both diameters need three axes", where="longest_mm, shortest_mm",
            value=f"{longest.shape}, {shortest.shape}", allowed="(patients, visits, lesions)",
        )  # fmt: skip
    first, second = (
        as_numbers(getattr(visits, name), name) for name in ("baseline_longest_mm", "baseline_shortest_mm")
    )
    places = (longest.shape[0], longest.shape[2])
    if first.shape != places or second.shape != places:
        raise StudyError(
            "does not fit the diameters", where="baseline", value=f"{first.shape}, {second.shape}", allowed=str(places)
        )
    if any((values < 0).any() for values in (longest, shortest, first, second)):
        raise StudyError("a diameter is negative", where="scans", allowed="0 mm or more, NaN where not measured")
    nodal = np.broadcast_to(np.asarray(visits.nodal, np.bool_), places)[:, None, :]
    target = np.broadcast_to((first > 0)[:, None, :], longest.shape)
    return _Sizes(longest, shortest, longest * shortest, first, second, first * second, target, nodal)


def _grown(size: _Sizes, done: Bools) -> Bools:
    """Say at which visits one of the lesions has progressed from its own smallest size."""

    def smallest(values: Floats, baseline: Floats) -> Floats:
        seen = np.where(done[:, :, None] & ~np.isnan(values), values, np.inf)
        every = np.concatenate([baseline[:, None, :], seen], axis=1)[:, : values.shape[1]]
        return np.asarray(np.minimum.accumulate(every, axis=1))

    long, short = smallest(size.longest, size.baseline_longest), smallest(size.shortest, size.baseline_shortest)
    needed = np.where(long > SMALL_MM, LARGE_RISE_MM, SMALL_RISE_MM) - TOLERANCE
    larger = (size.longest - long >= needed) | (size.shortest - short >= needed)
    product = smallest(size.product, size.baseline_product)
    risen = size.product >= PROGRESSION_SHARE * product * (1.0 - TOLERANCE)
    return np.asarray((size.target & (size.longest > NORMAL_NODE_MM) & risen & larger).any(axis=2))
