"""Laboratory tumour lysis by Cairo and Bishop 2004 and by Howard 2011.

Cairo and Bishop 2004, 10.1111/j.1365-2141.2004.05094.x. Howard, Jones and Pui 2011, 10.1056/NEJMra0904569: no rule of
25 %, and both changes within 24 hours. The clinical syndrome stands in ``clinical_lysis``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.haematology.known import (
    NO,
    NOT_KNOWN,
    YES,
    any_of,
    at_least,
    at_least_of,
    below,
    coded,
    measured,
    one_of,
)
from adoptive.outcome.types import Graded

__all__ = ["Chemistry", "Definition", "corrected_calcium_mg_dl", "grade_laboratory_tls", "grade_laboratory_tls_course"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Definition = Literal["Cairo-Bishop", "Howard"]

DEFINITIONS: Final[dict[str, tuple[bool, bool]]] = {"Cairo-Bishop": (True, True), "Howard": (False, False)}
"""By definition: whether a value at the limit counts, and whether a change by 25 % counts."""

LIMITS: Final[tuple[tuple[str, dict[str, tuple[float, float]]], ...]] = (
    ("uric acid", {"uric_acid_mg_dl": (8.0, 8.0), "uric_acid_umol_l": (476.0, 476.0)}),
    ("potassium", {"potassium_mmol_l": (6.0, 6.0)}),
    ("phosphate", {"phosphate_mg_dl": (4.5, 6.5), "phosphate_mmol_l": (1.45, 2.1)}),
    ("calcium", {"corrected_calcium_mg_dl": (7.0, 7.0), "corrected_calcium_mmol_l": (1.75, 1.75)}),
)
"""Limits for adults and children by value and unit; each unit has its own round number, so none is converted."""

HOWARD_LIMITS: Final = {"uric_acid_umol_l": (475.8, 475.8), "phosphate_mmol_l": (1.5, 2.1)}
"""Limits that Howard prints otherwise; those in mg/dL are the same."""

FALLS: Final = ("calcium",)
CHANGE: Final = 0.25
NEEDED: Final = 2
FIRST_DAY: Final = -3
LAST_DAY: Final = 7
ALBUMIN_G_DL: Final = 4.0
CALCIUM_PER_ALBUMIN: Final = 0.8

REASONS: Final = (
    "values are missing that decide: not graded",
    "fewer than two of uric acid, potassium, phosphate and calcium changed: no laboratory tumour lysis",
    "uric acid and potassium changed: laboratory tumour lysis",
    "uric acid and phosphate changed: laboratory tumour lysis",
    "uric acid and calcium changed: laboratory tumour lysis",
    "potassium and phosphate changed: laboratory tumour lysis",
    "potassium and calcium changed: laboratory tumour lysis",
    "phosphate and calcium changed: laboratory tumour lysis",
    "three of uric acid, potassium, phosphate and calcium changed: laboratory tumour lysis",
    "uric acid, potassium, phosphate and calcium changed: laboratory tumour lysis",
)
# by the sum of 1 uric acid, 2 potassium, 4 phosphate, 8 calcium
_REASON: Final = np.array([1, 1, 1, 2, 1, 3, 5, 8, 1, 4, 6, 8, 7, 8, 8, 9])


@dataclass(frozen=True, kw_only=True)
class Chemistry:
    """Hold the four values of tumour lysis, each in one unit or the other, any shape, NaN = missing or not given.

    Calcium is corrected for albumin (:func:`corrected_calcium_mg_dl`).
    """

    uric_acid_mg_dl: ArrayLike = np.nan
    uric_acid_umol_l: ArrayLike = np.nan
    potassium_mmol_l: ArrayLike = np.nan
    phosphate_mg_dl: ArrayLike = np.nan
    phosphate_mmol_l: ArrayLike = np.nan
    corrected_calcium_mg_dl: ArrayLike = np.nan
    corrected_calcium_mmol_l: ArrayLike = np.nan


def corrected_calcium_mg_dl(calcium_mg_dl: ArrayLike, *, albumin_g_dl: ArrayLike) -> Floats:
    """Correct total calcium for albumin: calcium + 0.8 (4 - albumin), in mg/dL and g/dL.

    >>> float(corrected_calcium_mg_dl(7.0, albumin_g_dl=3.0))
    7.8
    """
    calcium, albumin = measured(calcium_mg_dl, "calcium"), measured(albumin_g_dl, "albumin")
    return np.asarray(calcium + CALCIUM_PER_ALBUMIN * (ALBUMIN_G_DL - albumin), np.float64)


def grade_laboratory_tls(
    values: Chemistry,
    *,
    baseline: Chemistry | None = None,
    child: ArrayLike = False,
    definition: Definition = "Cairo-Bishop",
    at_limit: bool | None = None,
) -> Graded:
    """Tell whether at least two of the four values changed: 1 laboratory tumour lysis, 0 none.

    Uric acid 8 mg/dL (476 umol/L, Howard 475.8), potassium 6.0 mmol/L, phosphate 4.5 mg/dL (1.45 mmol/L, Howard 1.5;
    children 6.5 and 2.1) or more, corrected calcium 7.0 mg/dL (1.75 mmol/L) or less; by Cairo and Bishop also a rise,
    or fall of calcium, by 25 % from the baseline, where one is given.

    Parameters
    ----------
    values
        Values of one draw each, any shape.
    baseline
        Values before therapy in the same units; None leaves the rule of 25 % out, NaN leaves the change unknown.
    child
        Whether the patient is a child (other limit of phosphate), broadcast against the values; NaN or -1 = not known.
    definition
        ``"Cairo-Bishop"`` or ``"Howard"``.
    at_limit
        Whether a value at the limit counts; sources differ. By default yes for Cairo and Bishop, no for Howard.

    Returns
    -------
    1, 0, or -1 where missing values decide, in the shape of the values.

    Raises
    ------
    StudyError
        If the definition is unknown, or a value is negative or infinite.

    Source: 10.1111/j.1365-2141.2004.05094.x.

    >>> draw = Chemistry(uric_acid_mg_dl=[8.1, 8.1, 8.1], potassium_mmol_l=[6.1, 4.5, float("nan")],
    ...                  phosphate_mg_dl=4.0, corrected_calcium_mg_dl=9.0)
    >>> grade_laboratory_tls(draw).grade.tolist()
    [1, 0, -1]
    """
    return _judge(_changed(values, baseline, child, definition, at_limit))


def grade_laboratory_tls_course(
    day: ArrayLike,
    values: Chemistry,
    *,
    baseline: Chemistry | None = None,
    child: ArrayLike = False,
    definition: Definition = "Cairo-Bishop",
    at_limit: bool | None = None,
    first_day: float = FIRST_DAY,
    last_day: float = LAST_DAY,
) -> Graded:
    """Tell for each patient whether laboratory tumour lysis arose from 3 days before to 7 days after therapy began.

    By Cairo and Bishop the changes may fall on different days of the window; by Howard two fall on one day. A value
    drawn in the window that never changed did not change; one never drawn there is unknown.

    Parameters
    ----------
    day
        Days after the start of therapy ``(days,)`` or ``(patients, days)``.
    values
        Daily values ``(patients, days)``, NaN = not drawn.
    baseline, child
        As in :func:`grade_laboratory_tls`, one for all or ``(patients,)``.
    definition, at_limit
        As in :func:`grade_laboratory_tls`.
    first_day, last_day
        The window, both ends included.

    Returns
    -------
    1, 0 or -1 for each patient.

    Raises
    ------
    StudyError
        As :func:`grade_laboratory_tls`.

    >>> week = Chemistry(uric_acid_mg_dl=[[9.0, 5.0]], potassium_mmol_l=[[4.0, 6.5]], phosphate_mg_dl=[[4.0, 4.0]],
    ...                  corrected_calcium_mg_dl=[[9.0, 9.0]])
    >>> [grade_laboratory_tls_course([0, 1], week, definition=name).grade.item() for name in ("Cairo-Bishop", "Howard")]
    [1, 0]
    """
    young, before = coded(child, "child"), baseline
    if (young == NOT_KNOWN).any():  # certain only if it is the same for a child and for an adult
        one, other = (
            grade_laboratory_tls_course(
                day, values, baseline=baseline, child=np.where(young == NOT_KNOWN, each, young), definition=definition,
                at_limit=at_limit, first_day=first_day, last_day=last_day,
            )
            for each in (NO, YES)
        )  # fmt: skip
        same = one.grade == other.grade
        return Graded(np.where(same, one.grade, NOT_KNOWN), np.where(same, one.reason, 0), REASONS)
    if baseline is not None:
        before = replace(baseline, **{name: _column(x) for name, x in _fields(baseline)})
    daily = _changed(values, before, _column(young), definition, at_limit)
    when = np.asarray(day, np.float64)
    inside = (when >= first_day) & (when <= last_day)
    seen = np.stack(np.broadcast_arrays(*(np.where(inside, sign, NOT_KNOWN) for sign in daily)))
    if definition == "Cairo-Bishop":
        return _judge(tuple(seen.max(axis=-1, initial=NOT_KNOWN)))
    together = at_least_of(NEEDED, tuple(seen))
    # the day that decides: lysis, else a change whose partners were not drawn, else a day that rules it out
    doubt = (together == NOT_KNOWN) & (seen == YES).any(axis=0)
    rank = np.select([together == YES, doubt, together == NO], [3, 2, 1], 0)
    decides = rank.argmax(axis=-1)[None, ..., None]
    return _judge(tuple(np.take_along_axis(seen, decides, axis=-1)[..., 0]))


def _changed(
    values: Chemistry, baseline: Chemistry | None, child: ArrayLike, definition: str, at_limit: bool | None
) -> tuple[Codes, ...]:
    """Give for uric acid, potassium, phosphate and calcium whether each changed: 1, 0 or -1."""
    inclusive, counts_change = DEFINITIONS[one_of(definition, "definition of tumour lysis", DEFINITIONS)]
    inclusive = inclusive if at_limit is None else at_limit
    young = coded(child, "child")
    signs = []
    for what, units in LIMITS:
        found: Codes = np.array(NOT_KNOWN)
        for field, printed in units.items():
            adult_limit, child_limit = HOWARD_LIMITS.get(field, printed) if definition == "Howard" else printed
            value = measured(getattr(values, field), what)
            compare = below if what in FALLS else at_least
            adult, minor = (compare(value, limit, at_limit=inclusive) for limit in (adult_limit, child_limit))
            either = np.where(adult == minor, adult, NOT_KNOWN)
            sign = np.where(young == YES, minor, np.where(young == NO, adult, either))
            if baseline is not None and counts_change:
                factor = 1.0 - CHANGE if what in FALLS else 1.0 + CHANGE
                before = measured(getattr(baseline, field), f"baseline {what}")
                sign = any_of(sign, compare(value, factor * before, at_limit=inclusive))
            found = np.maximum(found, sign)  # the unit that was given knows more than the other
        signs.append(found)
    return tuple(signs)


def _judge(changed: tuple[Codes, ...]) -> Graded:
    """Grade the four signs and name those that changed."""
    signs = np.broadcast_arrays(*changed)
    grade = at_least_of(NEEDED, signs)
    which = sum((sign == YES).astype(np.int64) << bit for bit, sign in enumerate(signs))
    reason = np.where(grade == NOT_KNOWN, 0, _REASON[which]).astype(np.int64)
    return Graded(grade=grade, reason=reason, reasons=REASONS)


def _fields(values: Chemistry) -> list[tuple[str, ArrayLike]]:
    """List the values by name."""
    return [(field.name, getattr(values, field.name)) for field in fields(values)]


def _column(value: ArrayLike) -> NDArray[np.generic]:
    """Turn one value a patient into a column that meets days."""
    return np.asarray(value)[..., None]
