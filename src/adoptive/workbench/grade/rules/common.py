"""Columns that many rules share: patient, day, and blood values with their units."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from adoptive.workbench.grade import units
from adoptive.workbench.grade.types import Column, Unit

__all__ = ["DAY", "PATIENT", "READER", "VISIT", "flag", "value"]

_SUBJECT: Final = (
    "USUBJID",
    "SUBJID",
    "patient_id",
    "subject",
    "subject_id",
    "id",
    "case",
    "pat_id",
    "pt",
    "mrn",
    "pid",
    "ptid",
    "pt_id",
    "patient_no",
    "patient_number",
    "participant",
    "participant_id",
    "record_id",
    "case_id",
    "subject_no",
    "subject_number",
)

PATIENT: Final = Column("patient", "who; without it every row stands alone", "text", _SUBJECT, required=False, key=True)
PATIENT_NEEDED: Final = Column("patient", "who", "text", _SUBJECT, key=True)

_DAYS: Final = (
    "ADY", "LBDY", "TRDY", "RSDY", "VSDY", "study_day", "days", "time_days", "dayno", "day_post_infusion",
    "days_post_infusion", "day_from_infusion", "days_from_infusion", "day_since_infusion", "days_since_infusion",
    "day_after_infusion", "days_after_infusion", "day_post_cart", "days_post_cart", "day_after_cart", "days_after_cart",
    "time_post_inf", "day_number",
)  # fmt: skip
DAY: Final = Column("day", "day after the infusion (day 0) or of the study", aliases=_DAYS, low=-3650, high=36500,
                    required=False, key=True)  # fmt: skip
DAY_NEEDED: Final = Column(
    "day", "day after the infusion, which is day 0", aliases=_DAYS, low=-3650, high=36500, key=True
)

READER: Final = Column("reader", "who read the scan; without it there is one reader", "text", required=False)
VISIT: Final = Column("visit_number", "number that orders the visits", aliases=("VISITNUM", "AVISITN", "visitno",
    "visit", "visit_no", "visit_num", "timepoint", "time_point", "assessment"),
                      words={"baseline": -1, "screening": -1}, low=-1e6, high=1e6, required=False,
                      key=True)  # fmt: skip


def flag(name: str, meaning: str, *aliases: str, required: bool = False) -> Column:
    """Describe a column of yes and no."""
    return Column(name, meaning, "flag", aliases, required=required)


def value(
    name: str, meaning: str, unit: tuple[Unit, ...], high: float, *aliases: str, required: bool = True, low: float = 0.0
) -> Column:
    """Describe a measured value with its units; ``low`` and ``high`` bound what is possible, in the first unit."""
    return Column(name, meaning, "number", aliases, unit, low, high, required=required)


PLATELETS: Final = value(
    "platelets", "platelets", units.COUNT_E9_L, 10_000, "plt", "plat", "platelet", "platelet_count"
)
ANC: Final = replace(
    value(
        "anc", "neutrophils", units.COUNT_PER_UL, 1_000_000, "neutrophils", "neutrophil", "abs_neutrophils",
        "neut", "absolute_neutrophil_count", "neutrophil_count",
    ),
    proven_above=1000.0,  # 1000e9/L is impossible
)  # fmt: skip
HAEMOGLOBIN: Final = value("hb", "haemoglobin", units.HAEMOGLOBIN, 30, "hgb", "haemoglobin", "hemoglobin")
CRP: Final = value("crp", "C-reactive protein", units.CRP, 200, "c_reactive_protein")
FERRITIN: Final = value("ferritin", "ferritin", units.FERRITIN, 1e7, "ferr")
LDH: Final = value("ldh", "lactate dehydrogenase", units.ENZYME, 1e6, "lactate_dehydrogenase")
CREATININE: Final = value("creatinine", "creatinine", units.CREATININE, 50, "creat", "crea")
