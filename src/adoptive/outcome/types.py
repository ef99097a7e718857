"""What the clinic sees: the nouns of this folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final, Literal

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.units import In

__all__ = [
    "UNGRADED",
    "Assessment",
    "Graded",
    "NonTarget",
    "Response",
    "Scans",
    "as_codes",
    "as_numbers",
    "check_cells",
    "unmasked",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

UNGRADED: Final = -1
"""The grade of a row that cannot be graded: something needed is missing. Never a guess, never 0."""


MOST_CELLS: Final = 50_000_000
"""Cells of a table of patients by days or visits: one patient with very many rows makes it wide for all."""


def check_cells(*shape: int) -> None:
    """Refuse a table that is too large to lay out.

    Raises
    ------
    StudyError
        With its shape, what is allowed, and what to do.

    >>> check_cells(100_000, 10, 5)
    """
    if math.prod(shape) > MOST_CELLS:
        raise StudyError(
            "rows laid out by patient fill too large a table, as one patient has very many",
            value=" x ".join(f"{size:,}" for size in shape), allowed=f"{MOST_CELLS:,} cells",
            next_step="grade the patients with the most rows in a file of their own",
        )  # fmt: skip


def unmasked(value: ArrayLike) -> ArrayLike:
    """Give what is masked as NaN, as rules read missing numbers; what has no mask is given back as it is.

    >>> unmasked(np.ma.MaskedArray([1, 0], mask=[False, True]))
    array([ 1., nan])
    """
    if isinstance(value, np.ma.MaskedArray):
        return np.where(np.ma.getmaskarray(value), np.nan, np.asarray(value.data, np.float64))
    return value


def as_numbers(value: ArrayLike, name: str) -> Floats:
    """Read numbers of any kind as floats; what is masked or None is NaN.

    Raises
    ------
    StudyError
        If they are no numbers.

    >>> as_numbers([1, None], "uric acid")
    array([ 1., nan])
    """
    try:
        given = np.asarray(unmasked(value))
        if given.dtype.kind not in "cmM":  # a complex number or a date would turn into a number without a word
            return np.asarray(given, np.float64)
    except (TypeError, ValueError):
        pass
    raise StudyError(f"{name} must be numbers", value=repr(value)[:60], allowed="numbers, NaN where one is missing")


def as_codes(value: ArrayLike, name: str) -> Codes:
    """Read whole numbers; what is masked, None or NaN is -1.

    Raises
    ------
    StudyError
        If they are no whole numbers.

    >>> as_codes(np.ma.MaskedArray([2, 0], mask=[False, True]), "grade")
    array([ 2, -1])
    """
    try:
        given = np.asarray(unmasked(value))
    except ValueError:  # rows of different length
        given = as_numbers(value, name)
    if given.dtype.kind in "biu":
        return given.astype(np.int64)
    number = as_numbers(value, name)
    number = np.where(np.isnan(number), UNGRADED, number)
    wrong = (number != np.round(number)) | (np.abs(number) > 2**31)
    if wrong.any():
        raise StudyError(
            f"{name} must be whole numbers", value=float(number[wrong][0]), allowed="codes, -1 where missing"
        )
    return number.astype(np.int64)


@dataclass(frozen=True)
class Graded:
    """Hold grades with the reason of each, in the shape of the signs: ``reason`` is a place in ``reasons``.

    A grade of :data:`UNGRADED` says that something needed is missing; its reason says what. Missing numbers enter a
    rule as NaN (what readers of tables give); no NaN leaves it.
    """

    grade: Codes
    reason: Codes
    reasons: tuple[str, ...]

    @property
    def because(self) -> NDArray[np.str_]:
        """Give the reason of every grade as text.

        >>> Graded(np.array([0, 2]), np.array([0, 1]), ("no fever", "hypotension")).because.tolist()
        ['no fever', 'hypotension']
        """
        return np.asarray(self.reasons, np.str_)[self.reason]


class Response(IntEnum):
    """Name the overall response at a visit; NOT_DONE = no visit there.

    RECIST 1.1 and Lugano 2014 know CR, PR, SD, PD and NE; remission of acute leukaemia CR, CRI (incomplete recovery of
    blood counts), NR (no remission) and PD (relapse); IMWG 2016 SCR (stringent CR), CR, VGPR (very good PR), PR, MR
    (minimal response), SD and PD.
    """

    NOT_DONE = 0
    CR = 1
    PR = 2
    SD = 3
    PD = 4
    NE = 5
    NON_CR_NON_PD = 6
    SCR = 7
    VGPR = 8
    MR = 9
    CRI = 10
    NR = 11


class NonTarget(IntEnum):
    """Name the state of non-target disease at a visit; NONE = the patient has none."""

    NONE = 0
    CR = 1
    NON_CR_NON_PD = 2
    PD = 3
    NE = 4


@dataclass(frozen=True)
class Assessment:
    """Describe how response and toxicity are assessed: section ``[outcome]`` of a study."""

    recist_baseline: Annotated[
        Literal["randomisation", "lymphodepletion"],
        In("name", "baseline of infused patients' scans; it moves the hazard ratio as much as biology does"),
    ] = "lymphodepletion"
    scan_interval_days: Annotated[float, Ge(7), Le(365), In("day", "scans of the cell arm from its baseline")] = 42.0
    scan_window_days: Annotated[float, Ge(0), Le(60), In("day", "a scan falls this much early or late, uniformly")] = (
        7.0
    )
    confirm_days: Annotated[float, Ge(0), Le(120), In("day", "earliest confirmation of a response")] = 28.0
    minimum_stable_days: Annotated[float, Ge(0), Le(200), In("day", "shortest stable disease that counts")] = 35.0
    crs_scale: Annotated[Literal["ASTCT", "Lee 2014", "Penn", "CTCAE 5.0"], In("name", "CRS grading scale")] = "ASTCT"
    response_criteria: Annotated[
        Literal["RECIST 1.1", "Lugano 2014", "B-ALL remission", "IMWG 2016"], In("name", "criteria of response")
    ] = "RECIST 1.1"
    time_origin: Annotated[
        Literal["enrolment", "infusion"],
        In("name", "zero of survival times; who is never infused counts from enrolment"),
    ] = "enrolment"
    confirmed_responses: Annotated[bool, In("yes/no", "a response counts only if a later visit confirms it")] = True

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Scans:
    """Hold what the radiologist records: days ``(patients, visits)``, diameters ``(patients, visits, lesions)`` in mm.

    ``done`` marks visits that took place; baseline values stand in ``baseline_mm (patients, lesions)``, 0 = no lesion.
    """

    day: Floats
    done: NDArray[np.bool_]
    diameter_mm: Floats
    measured: NDArray[np.bool_]
    baseline_mm: Floats
    nodal: NDArray[np.bool_]
    non_target: NDArray[np.int64]
    new_lesion: NDArray[np.bool_]
