"""Tumour response: the nouns of this folder, beside those of ``outcome.types``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import Response, Scans

__all__ = ["ImmuneResponse", "Judged", "Kind", "LesionRows", "LesionState", "NewLesion", "NewLesions", "Stacked"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
Names = NDArray[np.str_]


class Kind(IntEnum):
    """Name what a recorded lesion is: chosen for measurement, followed by eye, or not there at baseline."""

    TARGET = 0
    NON_TARGET = 1
    NEW = 2


class LesionState(IntEnum):
    """Name what was seen of one lesion at one visit; UNKNOWN = nothing was recorded.

    MEASURED needs a diameter. TOO_SMALL is seen but cannot be measured. MERGED has grown into another lesion, which
    carries the diameter of both. SPLIT is one part of a lesion that has split; its parts are added. LARGER has grown,
    UNEQUIVOCAL has grown beyond doubt (non-target disease), or is beyond doubt a new lesion; EQUIVOCAL may be one.
    """

    UNKNOWN = -1
    ABSENT = 0
    PRESENT = 1
    MEASURED = 2
    TOO_SMALL = 3
    MERGED = 4
    LARGER = 5
    UNEQUIVOCAL = 6
    EQUIVOCAL = 7
    NOT_EVALUATED = 8
    SPLIT = 9


class NewLesion(IntEnum):
    """Name how sure the radiologist is of a new lesion at a visit; UNKNOWN = not looked at."""

    UNKNOWN = -1
    NONE = 0
    EQUIVOCAL = 1
    UNEQUIVOCAL = 2


class ImmuneResponse(IntEnum):
    """Name the response at a visit by iRECIST; NOT_DONE = no visit there."""

    NOT_DONE = 0
    ICR = 1
    IPR = 2
    ISD = 3
    IUPD = 4
    ICPD = 5
    NE = 6
    NON_ICR_NON_IUPD = 7


@dataclass(frozen=True)
class Judged:
    """Hold the judged visits ``(patients, visits)``: codes of :class:`Response`, ``reason`` a place in ``reasons``."""

    response: Codes
    reason: Codes
    reasons: tuple[str, ...]

    @property
    def because(self) -> NDArray[np.str_]:
        """Give the reason of every response as text."""
        return np.asarray(self.reasons, np.str_)[self.reason]

    @property
    def progression_visit(self) -> Codes:
        """Give the first visit with progression or relapse ``(patients,)``, -1 = none."""
        mark = self.response == Response.PD
        if mark.shape[1] == 0:
            return np.full(len(mark), -1, np.int64)
        return np.where(mark.any(axis=1), mark.argmax(axis=1), -1).astype(np.int64)


@dataclass(frozen=True)
class NewLesions:
    """Hold new lesions as iRECIST follows them, all ``(patients, visits, lesions)``.

    ``state`` is a :class:`LesionState`: ABSENT before it appears and when it has gone, PRESENT, LARGER (any growth of a
    lesion that is not measured, since the last assessment), UNEQUIVOCAL (its growth alone would be progression),
    UNKNOWN. ``size_mm`` counts where ``target`` ``(patients, lesions)`` marks a new lesion that is measured (at most
    five, two per organ); NaN = not measured at this visit.
    """

    state: Codes
    size_mm: Floats
    target: Bools


@dataclass(frozen=True)
class LesionRows:
    """Hold lesions as a case record form lists them: one row per patient, reader, visit and lesion, all ``(rows,)``.

    ``visit`` orders the visits of a patient (its numbers need not follow on); ``day`` counts from any origin, NaN =
    unknown. ``kind`` is a :class:`Kind`, ``state`` a :class:`LesionState`. ``nodal`` lesions are measured by short
    axis, others by longest diameter, both in ``diameter_mm``; NaN = not measured.
    """

    patient: Names
    reader: Names
    visit: Floats
    day: Floats
    lesion: Names
    kind: Codes
    nodal: Bools
    diameter_mm: Floats
    state: Codes


@dataclass(frozen=True)
class Stacked:
    """Hold lesion rows laid out as arrays, one line per patient and reader, visits after the baseline in order.

    ``visit (patients, visits)`` is NaN beyond a patient's last visit; ``lesion (patients, lesions)`` names the target
    lesions, "" where a patient has fewer. ``new_lesion`` is a :class:`NewLesion` per ``(patients, visits, lesions)``,
    ``new`` the same lesions as iRECIST follows them, ``non_target_larger (patients, visits)`` any growth of non-target
    disease since the visit before.
    """

    patient: Names
    reader: Names
    visit: Floats
    lesion: Names
    scans: Scans
    new_lesion: Codes
    new: NewLesions
    non_target_larger: Bools
