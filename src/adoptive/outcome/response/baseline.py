"""Whether the lesions chosen at baseline are what RECIST 1.1 allows: findings, not errors.

Eisenhauer et al. 2009, 10.1016/j.ejca.2008.10.026, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.lesions import (
    MEASURABLE_MM,
    MEASURABLE_NODE_MM,
    MOST_PER_ORGAN,
    MOST_TARGETS,
    NORMAL_NODE_MM,
)

__all__ = ["Finding", "check_baseline"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

THICK_SLICE_MM: Final = 5.0
SMALLEST_MM: Final = {"CT": MEASURABLE_MM, "MRI": MEASURABLE_MM, "calipers": 10.0, "chest X-ray": 20.0}
"""Smallest longest diameter that can be measured, by method; on CT and MRI twice the slice if that is above 5 mm."""


@dataclass(frozen=True)
class Finding:
    """Say what is wrong with a baseline: the row (-1 = the patient as a whole), who, which lesion, what."""

    row: int
    patient: str
    lesion: str
    text: str


def check_baseline(
    patient: ArrayLike,
    size_mm: ArrayLike,
    *,
    target: ArrayLike,
    nodal: ArrayLike = False,
    organ: ArrayLike = "",
    lesion: ArrayLike = "",
    slice_mm: ArrayLike = THICK_SLICE_MM,
    method: ArrayLike = "CT",
    irradiated: ArrayLike = False,
    grown_since: ArrayLike = False,
) -> tuple[Finding, ...]:
    """List what RECIST 1.1 does not allow in the lesions of a baseline, one row per lesion.

    Target lesions: longest diameter at least 10 mm on CT or MRI with slices up to 5 mm, else twice the slice, 10 mm by
    calipers, 20 mm on a chest X-ray; nodes at least 15 mm in short axis; irradiated lesions only if they have grown
    since; at most five, at most two per organ, all nodes being one organ. Nodes from 10 to below 15 mm are non-target
    disease, below 10 mm they are normal.

    Parameters
    ----------
    patient, lesion, organ
        Names ``(rows,)``. An organ of "" is not counted; a paired organ is one.
    size_mm
        Longest diameter, of nodes the short axis, in mm; NaN = not measured.
    target, nodal
        Whether a lesion is a target, a node.
    slice_mm, method
        Slice of the scan in mm; "CT", "MRI", "calipers" or "chest X-ray".
    irradiated, grown_since
        Whether the lesion lies in a field of radiotherapy, and has grown since.

    Errors: StudyError for an unknown method or columns of another length.

    >>> [finding.text for finding in check_baseline(["A", "A"], [9.0, 12.0], target=[True, False], nodal=[False, True])]
    ['target lesion of 9 mm is too small to be measured: 10 mm needed']
    """
    who = np.atleast_1d(np.asarray(patient, np.str_))
    chosen, node, rays, grown = (
        np.asarray(_column(who, value, np.bool_), np.bool_) for value in (target, nodal, irradiated, grown_since)
    )
    size, slices = _column(who, size_mm, np.float64), _column(who, slice_mm, np.float64)
    labels, places = _column(who, lesion, np.str_), _column(who, organ, np.str_)
    needed = np.where(node, MEASURABLE_NODE_MM, _smallest(_column(who, method, np.str_), slices))
    say = [
        (chosen & np.isnan(size), "target lesion without a diameter"),
        (
            chosen & ~node & (size < needed),
            "target lesion of {size:g} mm is too small to be measured: {needed:g} mm needed",
        ),
        (chosen & node & (size < NORMAL_NODE_MM), "target node of {size:g} mm is normal: 15 mm needed"),
        (
            chosen & node & (size >= NORMAL_NODE_MM) & (size < needed),
            "target node of {size:g} mm is non-target disease: 15 mm needed",
        ),
        (~chosen & node & (size < NORMAL_NODE_MM), "non-target node of {size:g} mm is normal: 10 mm needed"),
        (chosen & rays & ~grown, "target lesion in an irradiated field that has not grown since"),
    ]
    found = [
        Finding(int(row), str(who[row]), str(labels[row]), text.format(size=size[row], needed=needed[row]))
        for mark, text in say
        for row in np.flatnonzero(mark)
    ]
    found.sort(key=lambda finding: finding.row)
    return (*found, *_too_many(who, np.where(node, "lymph nodes", places), chosen))


def _too_many(who: NDArray[np.str_], organ: NDArray[np.str_], chosen: Bools) -> tuple[Finding, ...]:
    """List patients with more target lesions than allowed, in all and per organ."""
    people, count = np.unique(who[chosen], return_counts=True)
    found = [
        Finding(-1, str(one), "", f"{n} target lesions: at most {MOST_TARGETS}")
        for one, n in zip(people, count, strict=True)
        if n > MOST_TARGETS
    ]
    placed = chosen & (organ != "")
    pairs, count = np.unique(np.stack([who[placed].astype(np.str_), organ[placed]]), axis=1, return_counts=True)
    found += [
        Finding(-1, str(one), "", f"{n} target lesions in {where}: at most {MOST_PER_ORGAN} per organ")
        for one, where, n in zip(*pairs, count, strict=True)
        if n > MOST_PER_ORGAN
    ]
    return tuple(found)


def _smallest(method: NDArray[np.str_], slice_mm: Floats) -> Floats:
    """Give the smallest measurable longest diameter by method and slice."""
    unknown = ~np.isin(method, list(SMALLEST_MM))
    if unknown.any():
        raise StudyError("unknown method", where="method", value=method[unknown][0], allowed=", ".join(SMALLEST_MM))
    least = np.select([method == name for name in SMALLEST_MM], list(SMALLEST_MM.values()))
    scan = np.isin(method, ("CT", "MRI")) & (slice_mm > THICK_SLICE_MM)
    return np.asarray(np.where(scan, 2.0 * slice_mm, least), np.float64)


def _column(rows: NDArray[np.str_], value: ArrayLike, kind: Any) -> NDArray[Any]:
    """Spread one value over all rows, or check the length of a column."""
    column: NDArray[Any] = np.asarray(value, kind)
    if column.shape not in ((), (1,), rows.shape):
        raise StudyError(
            "column of another length", where="check_baseline", value=column.shape, allowed=str(rows.shape)
        )
    return np.broadcast_to(column, rows.shape)
