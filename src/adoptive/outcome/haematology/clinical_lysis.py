"""Clinical tumour lysis: grades 0 to 5 by Cairo and Bishop 2004; yes or no by Howard 2011.

Both need laboratory tumour lysis first (``tumour_lysis``). 10.1111/j.1365-2141.2004.05094.x, 10.1056/NEJMra0904569.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.haematology.known import NO, NOT_KNOWN, YES, all_of, any_of, at_least, coded, measured
from adoptive.outcome.types import UNGRADED, Graded

__all__ = ["grade_clinical_tls", "has_howard_clinical_tls"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

CREATININE_X_ULN: Final = (1.5, 3.0, 6.0)
"""Exactly 1.5 times the upper limit is grade 1, above it grade 2, above 3 grade 3, above 6 grade 4."""
DEATH_GRADE: Final = 5
HOWARD_CREATININE_RISE_MG_DL: Final = 0.3
HOWARD_CREATININE_X_ULN: Final = 1.5

REASONS: Final = (
    "signs are missing that decide: not graded",
    "no laboratory tumour lysis: grade 0",
    "no clinical sign: grade 0",
    "death from tumour lysis: grade 5",
    "creatinine 1.5 times the upper limit: grade 1",
    "creatinine above 1.5 to 3 times the upper limit: grade 2",
    "creatinine above 3 to 6 times the upper limit: grade 3",
    "creatinine above 6 times the upper limit: grade 4",
    "arrhythmia without need of intervention: grade 1",
    "arrhythmia with non-urgent intervention: grade 2",
    "symptomatic arrhythmia, incompletely controlled or with a device: grade 3",
    "life-threatening arrhythmia: grade 4",
    "seizure: grade 1",
    "one brief or well controlled seizure: grade 2",
    "seizure with altered consciousness or poorly controlled: grade 3",
    "status epilepticus: grade 4",
)
_FIRST_PART_REASON: Final = 3
"""Reasons of the three parts follow it, four for each; the seizure of grade 1 only keeps the place."""

HOWARD_REASONS: Final = (
    "signs are missing that decide: not known",
    "no laboratory tumour lysis",
    "laboratory tumour lysis without clinical signs",
    "acute kidney injury by creatinine",
    "acute kidney injury by oliguria",
    "arrhythmia or sudden death",
    "seizure",
    "symptomatic hypocalcaemia",
)


def grade_clinical_tls(
    laboratory: ArrayLike,
    *,
    creatinine_x_uln: ArrayLike,
    arrhythmia: ArrayLike,
    seizure: ArrayLike,
    death: ArrayLike = False,
) -> Graded:
    """Grade clinical tumour lysis by Cairo and Bishop: the worst of kidney, heart and brain, 0 without the laboratory.

    Creatinine 1.5 times the upper limit of normal: 1, above 1.5: 2, above 3: 3, above 6: 4.

    Parameters
    ----------
    laboratory
        Laboratory tumour lysis, 1, 0 or -1, any shape; the others broadcast against it.
    creatinine_x_uln
        Creatinine over its upper limit of normal for the age, NaN = missing.
    arrhythmia
        0 none, 1 no intervention, 2 non-urgent intervention, 3 symptomatic and incompletely controlled or device,
        4 life-threatening; -1 = not known.
    seizure
        0 none, 2 one brief or well controlled, 3 consciousness altered or poorly controlled, 4 status epilepticus;
        -1 = not known. There is no grade 1.
    death
        Whether tumour lysis was the cause of death.

    Returns
    -------
    Grades 0 to 5; -1 where missing signs could change the grade.

    Raises
    ------
    StudyError
        If a code is unknown or creatinine is negative or infinite.

    Source: 10.1111/j.1365-2141.2004.05094.x.

    >>> grade_clinical_tls([1, 1, 0], creatinine_x_uln=[1.5, 2.0, 7.0], arrhythmia=[0, 3, 0], seizure=0).grade.tolist()
    [1, 3, 0]
    """
    lysis, dead = coded(laboratory, "laboratory tumour lysis"), coded(death, "death")
    parts = np.broadcast_arrays(
        _kidney(measured(creatinine_x_uln, "creatinine")),
        coded(arrhythmia, "arrhythmia", codes=(0, 1, 2, 3, 4)),
        coded(seizure, "seizure", codes=(0, 2, 3, 4)),
    )
    lysis, dead, *split = np.broadcast_arrays(lysis, dead, *parts)
    worst = np.maximum.reduce(split)
    unknown = np.logical_or.reduce([part == NOT_KNOWN for part in split])
    largest = np.where(dead != NO, DEATH_GRADE, np.where(unknown, 4, worst))
    least = np.where(dead == YES, DEATH_GRADE, worst)
    sure = (lysis == NO) | (largest == 0) | ((lysis == YES) & (largest == least))
    grade = np.where(sure, np.where(lysis == NO, 0, least), UNGRADED)
    which = np.argmax(np.stack(split) == worst, axis=0)
    shown = np.where(dead == YES, _FIRST_PART_REASON, _FIRST_PART_REASON + 4 * which + worst)
    reason = np.select([~sure, lysis == NO, grade == 0], [0, 1, 2], shown)
    return Graded(grade=grade.astype(np.int64), reason=reason.astype(np.int64), reasons=REASONS)


def has_howard_clinical_tls(
    laboratory: ArrayLike,
    *,
    creatinine_rise_mg_dl: ArrayLike,
    creatinine_x_uln: ArrayLike,
    oliguria: ArrayLike,
    arrhythmia: ArrayLike,
    seizure: ArrayLike,
    symptomatic_hypocalcaemia: ArrayLike,
) -> Graded:
    """Tell whether laboratory tumour lysis came with a clinical sign by Howard: 1 yes, 0 no, -1 not known.

    Parameters
    ----------
    laboratory
        Laboratory tumour lysis by Howard, 1, 0 or -1, any shape; the others broadcast against it.
    creatinine_rise_mg_dl
        Rise of creatinine from its baseline in mg/dL (negative = fall), NaN without a baseline: 0.3 is kidney injury.
    creatinine_x_uln
        Creatinine over its upper limit of normal; judged only without a baseline: above 1.5.
    oliguria
        Less than 0.5 mL urine per kg and hour for 6 hours: 1, 0 or -1.
    arrhythmia, seizure, symptomatic_hypocalcaemia
        Present 1, absent 0 or -1; sudden death counts as arrhythmia.

    Raises
    ------
    StudyError
        If a code is unknown or a value is infinite.

    Source: 10.1056/NEJMra0904569.

    >>> has_howard_clinical_tls([1, 1], creatinine_rise_mg_dl=[0.3, 0.2], creatinine_x_uln=1.0, oliguria=0,
    ...                         arrhythmia=0, seizure=0, symptomatic_hypocalcaemia=0).grade.tolist()
    [1, 0]
    """
    rise = measured(creatinine_rise_mg_dl, "rise of creatinine", negative=True)
    single = at_least(measured(creatinine_x_uln, "creatinine"), HOWARD_CREATININE_X_ULN, at_limit=False)
    kidney = np.where(np.isnan(rise), single, at_least(rise, HOWARD_CREATININE_RISE_MG_DL))
    lysis, *signs = np.broadcast_arrays(
        coded(laboratory, "laboratory tumour lysis"),
        kidney,
        coded(oliguria, "oliguria"),
        coded(arrhythmia, "arrhythmia"),
        coded(seizure, "seizure"),
        coded(symptomatic_hypocalcaemia, "symptomatic hypocalcaemia"),
    )
    found = all_of(lysis, any_of(*signs))
    shown = 3 + np.argmax(np.stack(signs) == YES, axis=0)
    reason = np.select([found == NOT_KNOWN, lysis == NO, found == NO], [0, 1, 2], shown)
    return Graded(grade=found, reason=reason.astype(np.int64), reasons=HOWARD_REASONS)


def _kidney(creatinine_x_uln: Floats) -> Codes:
    """Grade creatinine over its upper limit, -1 where it is missing."""
    first = at_least(creatinine_x_uln, CREATININE_X_ULN[0])
    above = (at_least(creatinine_x_uln, limit, at_limit=False) for limit in CREATININE_X_ULN)
    return np.where(first == NOT_KNOWN, NOT_KNOWN, sum(above, first))
