"""IEC-HS: the HLH-like syndrome after engineered cells, found by its features and graded by what it needs.

Hines et al. 2023, 10.1016/j.jtct.2023.03.006 (ASTCT panel). UNCONFIRMED: the criteria and grades below were not read in
the article itself but in secondary public texts; a clinician must compare them with the article before use in a study.
The panel gives a constellation and no count of features that must be present: ``common_needed`` is our option.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.haematology.known import (
    NO,
    NOT_KNOWN,
    YES,
    all_of,
    any_of,
    at_least,
    at_least_of,
    below,
    coded,
    measured,
)
from adoptive.outcome.types import UNGRADED, Graded

__all__ = ["IecHs", "find_iec_hs", "grade_iec_hs"]

Codes = NDArray[np.int64]

FERRITIN_TIMES: Final = 2.0
TRANSAMINASE_TIMES: Final = 5.0
FIBRINOGEN_MG_DL: Final = 150.0

REASONS: Final = (
    "features or signs are missing that decide: not graded",
    "no IEC-HS: grade 0",
    "observation only: grade 1",
    "intervention needed: grade 2",
    "severe, not immediately life-threatening: grade 3",
    "life-threatening: grade 4",
    "death from IEC-HS: grade 5",
)


@dataclass(frozen=True)
class IecHs:
    """Hold the features in the shape of the values, 1 present, 0 absent, -1 not known.

    ``ferritin`` is required; ``transaminases``, ``fibrinogen``, ``haemophagocytosis`` and ``cytopenia`` are the common
    ones; ``present`` joins them with the onset and the absence of another cause.
    """

    present: Codes
    ferritin: Codes
    transaminases: Codes
    fibrinogen: Codes
    haemophagocytosis: Codes
    cytopenia: Codes


def find_iec_hs(
    *,
    ferritin_ng_ml: ArrayLike,
    ferritin_uln_ng_ml: ArrayLike,
    ferritin_at_infusion_ng_ml: ArrayLike,
    transaminase_u_l: ArrayLike,
    transaminase_uln_u_l: ArrayLike,
    transaminase_baseline_u_l: ArrayLike,
    fibrinogen_mg_dl: ArrayLike,
    haemophagocytosis: ArrayLike,
    cytopenia_grade_4: ArrayLike,
    crs_resolving: ArrayLike,
    explained_otherwise: ArrayLike,
    ferritin_rising_fast: ArrayLike = NO,
    fibrinogen_lln_mg_dl: ArrayLike = FIBRINOGEN_MG_DL,
    common_needed: int = 1,
) -> IecHs:
    """Find IEC-HS: high ferritin with common features, as or after CRS resolves, without another cause.

    Ferritin above 2 times its upper limit or its value at infusion, or rising fast; and ``common_needed`` of:
    transaminases above 5 times the upper limit (5 times the baseline, where that was abnormal), fibrinogen below 150
    mg/dL or its lower limit, haemophagocytosis, new or worse cytopenia of grade 4 in one lineage.

    Parameters
    ----------
    ferritin_ng_ml, ferritin_uln_ng_ml, ferritin_at_infusion_ng_ml
        Ferritin, its upper limit and its value at infusion, any shape, NaN = missing; all others broadcast.
    transaminase_u_l, transaminase_uln_u_l, transaminase_baseline_u_l
        The transaminase that is higher over its limit, its upper limit and its baseline.
    fibrinogen_mg_dl, fibrinogen_lln_mg_dl
        Fibrinogen and its lower limit.
    haemophagocytosis, cytopenia_grade_4, crs_resolving, explained_otherwise, ferritin_rising_fast
        Signs: 1, 0 or -1. ``crs_resolving`` also holds without any CRS; ``explained_otherwise`` by CRS, infection or
        tumour.
    common_needed
        How many common features there must be, 1 to 4; the panel sets no number.

    Raises
    ------
    StudyError
        If a code is unknown, or a value is negative or infinite.

    Source: 10.1016/j.jtct.2023.03.006 (unconfirmed, see the module).

    >>> found = find_iec_hs(ferritin_ng_ml=9000, ferritin_uln_ng_ml=300, ferritin_at_infusion_ng_ml=1200,
    ...     transaminase_u_l=60, transaminase_uln_u_l=40, transaminase_baseline_u_l=30, fibrinogen_mg_dl=120,
    ...     haemophagocytosis=-1, cytopenia_grade_4=1, crs_resolving=1, explained_otherwise=0, common_needed=2)
    >>> int(found.present), int(found.transaminases), int(found.haemophagocytosis)
    (1, 0, -1)
    """
    ferritin = measured(ferritin_ng_ml, "ferritin")
    high = any_of(
        at_least(ferritin, FERRITIN_TIMES * measured(ferritin_uln_ng_ml, "limit of ferritin"), at_limit=False),
        at_least(ferritin, FERRITIN_TIMES * measured(ferritin_at_infusion_ng_ml, "ferritin"), at_limit=False),
        coded(ferritin_rising_fast, "ferritin rising fast"),
    )
    # a normal baseline lies below the limit, so the larger of both is the one that counts
    normal = np.maximum(
        measured(transaminase_uln_u_l, "limit of transaminase"), measured(transaminase_baseline_u_l, "transaminase")
    )
    fibrinogen = measured(fibrinogen_mg_dl, "fibrinogen")
    low_fibrinogen = any_of(
        below(fibrinogen, FIBRINOGEN_MG_DL), below(fibrinogen, measured(fibrinogen_lln_mg_dl, "limit of fibrinogen"))
    )
    common = (
        at_least(measured(transaminase_u_l, "transaminase"), TRANSAMINASE_TIMES * normal, at_limit=False),
        low_fibrinogen,
        coded(haemophagocytosis, "haemophagocytosis"),
        coded(cytopenia_grade_4, "cytopenia of grade 4"),
    )
    other_cause = coded(explained_otherwise, "other cause")
    no_other_cause = np.where(other_cause == NOT_KNOWN, NOT_KNOWN, 1 - other_cause)
    present = all_of(high, at_least_of(common_needed, common), coded(crs_resolving, "CRS resolving"), no_other_cause)
    return IecHs(present, high, *common)


def grade_iec_hs(
    present: ArrayLike,
    *,
    intervention: ArrayLike,
    severe: ArrayLike,
    life_threatening: ArrayLike,
    death: ArrayLike = False,
) -> Graded:
    """Grade IEC-HS by what it needs: 1 observation, 2 intervention, 3 severe, 4 life-threatening, 5 death.

    Parameters
    ----------
    present
        ``present`` of :func:`find_iec_hs`: 1, 0 or -1, any shape; the others broadcast against it.
    intervention
        Immunosuppression against IEC-HS, or transfusion for low fibrinogen without bleeding.
    severe
        Bleeding with transfusion, or admission for kidney injury, hypotension or respiratory distress.
    life_threatening
        For instance life-threatening bleeding, or intubation.
    death
        IEC-HS was the cause of death.

    Returns
    -------
    Grades 0 to 5; -1 where a missing sign could change the grade.

    Raises
    ------
    StudyError
        If a code is unknown.

    Source: 10.1016/j.jtct.2023.03.006 (unconfirmed, see the module).

    >>> grade_iec_hs([0, 1, 1], intervention=[1, 0, 1], severe=[1, 0, -1], life_threatening=[0, 0, 1]).grade.tolist()
    [0, 1, 4]
    """
    there, *steps = np.broadcast_arrays(
        coded(present, "IEC-HS"),
        coded(intervention, "intervention"),
        coded(severe, "severe"),
        coded(life_threatening, "life-threatening"),
        coded(death, "death"),
    )
    least, most = np.ones(there.shape, np.int64), np.ones(there.shape, np.int64)
    for step, sign in enumerate(steps, start=2):
        least, most = np.where(sign == YES, step, least), np.where(sign != NO, step, most)
    sure = (there == YES) & (least == most)
    grade = np.where(there == NO, 0, np.where(sure, least, UNGRADED))
    return Graded(grade=grade, reason=grade + 1, reasons=REASONS)
