"""From lesions to what RECIST 1.1 asks at a visit: non-target disease, new lesions, sums of split lesions, choice.

Eisenhauer et al. 2009, 10.1016/j.ejca.2008.10.026, sections 3 and 4.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.types import LesionState, NewLesion
from adoptive.outcome.types import NonTarget

__all__ = [
    "MOST_PER_ORGAN",
    "MOST_TARGETS",
    "choose_targets",
    "confirm_new_lesions",
    "confirmed_lesions",
    "judge_non_target",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_TARGETS: Final = 5
MOST_PER_ORGAN: Final = 2
MEASURABLE_MM: Final = 10.0
MEASURABLE_NODE_MM: Final = 15.0
NORMAL_NODE_MM: Final = 10.0

_THERE: Final = (
    LesionState.PRESENT,
    LesionState.MEASURED,
    LesionState.TOO_SMALL,
    LesionState.MERGED,
    LesionState.SPLIT,
    LesionState.LARGER,
    LesionState.EQUIVOCAL,
)


def judge_non_target(
    state: ArrayLike,
    *,
    lesion: ArrayLike | None = None,
    node_mm: ArrayLike | None = None,
    marker_normal: ArrayLike | None = None,
) -> Codes:
    """Judge non-target disease at each visit from its lesions.

    PD: one lesion has grown unequivocally. NE: a lesion was not evaluated, or all are gone and a marker is unknown. CR:
    all gone, nodes below 10 mm, markers normal. NON_CR_NON_PD otherwise. NONE: the patient has no such lesion.

    Parameters
    ----------
    state
        :class:`LesionState` ``(patients, visits, lesions)``.
    lesion
        Which lesions a patient has ``(patients, lesions)``; default all.
    node_mm
        Short axis ``(patients, visits, lesions)`` of non-target nodes in mm, NaN for other lesions: below 10 mm counts
        as gone, 10 mm and more as present (unless the state says that it has grown).
    marker_normal
        Tumour markers ``(patients, visits)``: 1 normal, 0 raised, -1 unknown; default: markers are not followed.

    >>> judge_non_target([[[0, 0], [0, 1], [0, -1], [1, 6]]]).tolist()
    [[1, 2, 4, 3]]
    """
    seen = np.asarray(state, np.int64)
    has = np.ones((seen.shape[0], seen.shape[2]), np.bool_) if lesion is None else np.asarray(lesion, np.bool_)
    if node_mm is not None:
        size, growing = np.asarray(node_mm, np.float64), np.isin(seen, (LesionState.LARGER, LesionState.UNEQUIVOCAL))
        by_size = np.where(size < NORMAL_NODE_MM, int(LesionState.ABSENT), int(LesionState.PRESENT))
        seen = np.where(np.isnan(size) | growing, seen, by_size)
    here = has[:, None, :]
    worse = ((seen == LesionState.UNEQUIVOCAL) & here).any(axis=2)
    unseen = ((seen == LesionState.UNKNOWN) | (seen == LesionState.NOT_EVALUATED)) & here
    there = (np.isin(seen, _THERE) & here).any(axis=2)
    marker = np.ones(seen.shape[:2], np.int64) if marker_normal is None else np.asarray(marker_normal, np.int64)
    none = ~np.logical_or.reduce(has, axis=1, keepdims=True)
    marks = [none, worse, unseen.any(axis=2), there | (marker == 0), marker < 0]
    codes = [NonTarget.NONE, NonTarget.PD, NonTarget.NE, NonTarget.NON_CR_NON_PD, NonTarget.NE]
    return np.select(marks, codes, NonTarget.CR).astype(np.int64)


def confirm_new_lesions(state: ArrayLike) -> Bools:
    """Say at which visits a new lesion counts as progression, ``(patients, visits)``.

    An unequivocal new lesion counts. An equivocal one does not stop treatment; if a later scan shows that it is a new
    lesion, progression dates back to the visit at which it was first seen. A lesion that goes away in between does not.

    Arguments: ``state`` :class:`NewLesion` ``(patients, visits, lesions)``, or ``(patients, visits)`` for one lesion.

    >>> confirm_new_lesions([[0, 1, 1, 2], [1, 0, 2, 0]]).tolist()
    [[False, True, True, True], [False, False, True, False]]
    """
    seen = np.asarray(state, np.int64)
    return np.asarray(confirmed_lesions(seen[:, :, None] if seen.ndim == 2 else seen).any(axis=2), np.bool_)


def confirmed_lesions(state: Codes) -> Bools:
    """Say of each new lesion ``(patients, visits, lesions)`` at which visits it counts."""
    counts: Bools = state == NewLesion.UNEQUIVOCAL
    later = np.zeros((state.shape[0], state.shape[2]), np.bool_)
    for visit in reversed(range(state.shape[1])):
        now = state[:, visit]
        counts[:, visit] |= (now == NewLesion.EQUIVOCAL) & later
        later = (now == NewLesion.UNEQUIVOCAL) | (later & (now != NewLesion.NONE))
    return counts


def choose_targets(
    size_mm: ArrayLike,
    organ: ArrayLike,
    *,
    nodal: ArrayLike = False,
    most: int = MOST_TARGETS,
    most_per_organ: int = MOST_PER_ORGAN,
) -> Bools:
    """Choose target lesions: the largest measurable ones, at most five, at most two per organ.

    Measurable is 10 mm in longest diameter, 15 mm in short axis for nodes. Ties go to the first lesion. iRECIST chooses
    the new lesions that are measured in the same way, apart from those of the baseline.

    Parameters
    ----------
    size_mm
        Diameters ``(patients, lesions)``; NaN or 0 = no lesion.
    organ
        Codes of organs ``(patients, lesions)`` or ``(lesions,)``; all nodes are one organ, a pair of lungs is one.
    nodal
        Whether a lesion is a node.
    most, most_per_organ
        The limits.

    >>> choose_targets([[30.0, 25.0, 20.0, 9.0]], [1, 1, 1, 2]).tolist()
    [[True, True, False, False]]
    """
    size = np.asarray(size_mm, np.float64)
    if size.ndim != 2:
        raise StudyError("give one row per patient", where="size_mm", value=size.shape, allowed="(patients, lesions)")
    place = np.broadcast_to(np.asarray(organ), size.shape)
    smallest = np.where(np.broadcast_to(np.asarray(nodal, np.bool_), size.shape), MEASURABLE_NODE_MM, MEASURABLE_MM)
    fits = size >= smallest
    order = np.argsort(-np.where(fits, size, -np.inf), axis=1, kind="stable")
    chosen, rows = np.zeros(size.shape, np.bool_), np.arange(len(size))
    for rank in range(size.shape[1]):
        lesion = order[:, rank]
        same = (chosen & (place == place[rows, lesion][:, None])).sum(axis=1)
        chosen[rows, lesion] = fits[rows, lesion] & (same < most_per_organ) & (chosen.sum(axis=1) < most)
    return chosen
