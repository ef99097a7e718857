"""Scores from single values: CAR-HEMATOTOX, EASIX, HScore and IEC-HS; one row per patient or draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa

from adoptive.outcome.haematology.car_hematotox import score_car_hematotox
from adoptive.outcome.haematology.easix import compute_easix
from adoptive.outcome.haematology.hscore import score_hscore
from adoptive.outcome.haematology.iec_hs import find_iec_hs, grade_iec_hs
from adoptive.outcome.types import Graded
from adoptive.workbench.grade import units
from adoptive.workbench.grade.rules.answers import because, flags, grades, numbers
from adoptive.workbench.grade.rules.common import (
    ANC,
    CREATININE,
    CRP,
    FERRITIN,
    HAEMOGLOBIN,
    LDH,
    PATIENT,
    PLATELETS,
    flag,
    value,
)
from adoptive.workbench.grade.types import Column, Judged, Layout, Option, Rule, Signs, Unit

__all__ = ["RULES"]

_CLASS: Final = ("low: fewer than 2 points", "high: 2 points or more", "values are missing that decide the class")


def _hematotox(signs: Signs) -> Judged:
    found = score_car_hematotox(
        platelets_e9_l=signs["platelets"], anc_per_ul=signs["anc"], haemoglobin_g_dl=signs["hb"],
        crp_mg_dl=signs["crp"],
        ferritin_ng_ml=signs["ferritin"],
    )  # fmt: skip
    place = np.where((found.score < 0) & (found.high < 0), 2, np.where(found.high == 1, 1, 0))
    named = pa.DictionaryArray.from_arrays(
        pa.array(found.high, mask=found.high < 0), pa.array(["low", "high"], pa.string())
    )
    return Judged(
        {
            "score": grades(found.score), "class": named, "lowest": grades(found.lowest),
            "highest": grades(found.highest),
            "reason": because(Graded(found.score, place, _CLASS)),
        }
    )  # fmt: skip


def _easix(signs: Signs) -> Judged:
    values = {
        "ldh_u_l": signs["ldh"], "platelets_e9_l": signs["platelets"], "creatinine_mg_dl": signs["creatinine"],
        "crp_mg_dl": signs["crp"],
    }  # fmt: skip
    found = compute_easix(**values)
    place = np.where(found.known, 0, 1) + np.where(found.m_known, 0, 2)
    said = ("all values known", "EASIX: a value is missing", "m-EASIX: a value is missing", "values are missing")
    return Judged(
        {
            "easix": numbers(np.where(found.known, found.easix, np.nan)),
            "s_easix": numbers(np.where(found.s_known, found.s_easix, np.nan)),
            "m_easix": numbers(np.where(found.m_known, found.m_easix, np.nan)),
            "log2_easix": numbers(found.log2_easix), "log2_s_easix": numbers(found.log2_s_easix),
            "log2_m_easix": numbers(found.log2_m_easix), "reason": because(Graded(place, place, said)),
        }
    )  # fmt: skip


def _hscore(signs: Signs) -> Judged:
    found = score_hscore(
        temperature_c=signs["temperature"], organomegaly=signs["organomegaly"], haemoglobin_g_dl=signs["hb"],
        leukocytes_e9_l=signs["leukocytes"], platelets_e9_l=signs["platelets"], ferritin_ng_ml=signs["ferritin"],
        triglycerides_mmol_l=signs["triglycerides"], fibrinogen_g_l=signs["fibrinogen"], ast_u_l=signs["ast"],
        immunosuppression=signs["immunosuppression"], haemophagocytosis=signs["haemophagocytosis"],
    )  # fmt: skip
    place = np.where(found.score >= 0, 0, 1)
    said = ("sum of the points", "values are missing: only the range is known")
    return Judged(
        {
            "score": grades(found.score), "lowest": grades(found.lowest), "highest": grades(found.highest),
            "likely": flags(found.likely), "reason": because(Graded(found.score, place, said)),
        }
    )  # fmt: skip


def _iec_hs(signs: Signs) -> Judged:
    given = {"fibrinogen_lln_mg_dl": signs["fibrinogen_lln"]} if "fibrinogen_lln" in signs.has else {}
    rising = {"ferritin_rising_fast": signs["ferritin_rising_fast"]} if "ferritin_rising_fast" in signs.has else {}
    found = find_iec_hs(
        ferritin_ng_ml=signs["ferritin"], ferritin_uln_ng_ml=signs["ferritin_uln"],
        ferritin_at_infusion_ng_ml=signs["ferritin_at_infusion"], transaminase_u_l=signs["transaminase"],
        transaminase_uln_u_l=signs["transaminase_uln"], transaminase_baseline_u_l=signs["transaminase_baseline"],
        fibrinogen_mg_dl=signs["fibrinogen"], haemophagocytosis=signs["haemophagocytosis"],
        cytopenia_grade_4=signs["cytopenia_grade_4"], crs_resolving=signs["crs_resolving"],
        explained_otherwise=signs["explained_otherwise"], common_needed=int(signs.options["common_needed"]),
        **given, **rising,
    )  # fmt: skip
    dead = np.where(signs["died_of_iec_hs"] < 0, 0, signs["died_of_iec_hs"])
    graded = grade_iec_hs(
        found.present, intervention=signs["intervention"], severe=signs["severe"],
        life_threatening=signs["life_threatening"], death=dead,
    )  # fmt: skip
    features = {name: flags(getattr(found, name)) for name in
                ("present", "ferritin", "transaminases", "fibrinogen", "haemophagocytosis", "cytopenia")}  # fmt: skip
    renamed = {f"feature_{name}" if name != "present" else name: column for name, column in features.items()}
    return Judged({"grade": grades(graded.grade), **renamed, "reason": because(graded)})


_BLEEDING: Final = "bleeding with transfusion, or admission for kidney, hypotension or breathing"
_HSCORE: Final = (
    PATIENT,
    value("temperature", "highest temperature", units.CELSIUS, 45, "temp", "tmax", low=25),
    Column("organomegaly", "none, one (liver or spleen), both", "word", ("hepatosplenomegaly",), words={
        "none": 0, "0": 0, "no": 0, "one": 1, "1": 1, "liver": 1, "spleen": 1, "hepatomegaly": 1, "splenomegaly": 1,
        "both": 2, "2": 2, "hepatosplenomegaly": 2, "liver and spleen": 2}),
    HAEMOGLOBIN, value("leukocytes", "white cells", units.COUNT_E9_L, 10_000, "wbc", "white_cells"), PLATELETS,
    FERRITIN,
    value("triglycerides", "triglycerides", units.TRIGLYCERIDES, 200, "tg", "trig"),
    value("fibrinogen", "fibrinogen", units.FIBRINOGEN, 50, "fib"),
    value("ast", "aspartate aminotransferase", units.ENZYME, 1e6, "got", "sgot"),
    flag("immunosuppression", "known before", "known_immunosuppression", required=True),
    flag("haemophagocytosis", "in the marrow aspirate", "hemophagocytosis", required=True),
)  # fmt: skip
_MG_DL: Final = (Unit("mg/dL", 1.0, ("mg/dL",)), Unit("g/L", 100.0, ("g/L", "mg/mL")))
_IEC_HS: Final = (
    PATIENT, FERRITIN, value("ferritin_uln", "its upper limit of normal", units.FERRITIN, 1e6, required=False),
    value("ferritin_at_infusion", "ferritin at infusion", units.FERRITIN, 1e7, "baseline_ferritin", "ferritin_baseline",
          required=False),
    flag("ferritin_rising_fast", "ferritin rises fast"),
    value("transaminase", "ALT or AST, the one that is higher over its limit", units.ENZYME, 1e6, "alt", "ast"),
    value("transaminase_uln", "its upper limit of normal", units.ENZYME, 1e4, "alt_uln", "ast_uln", required=False),
    value("transaminase_baseline", "its value before treatment", units.ENZYME, 1e6, "alt_baseline", "ast_baseline",
          required=False),
    value("fibrinogen", "fibrinogen", _MG_DL, 5000, "fib"),
    value("fibrinogen_lln", "its lower limit of normal", _MG_DL, 5000, required=False),
    flag("haemophagocytosis", "in marrow or tissue", "hemophagocytosis"),
    flag("cytopenia_grade_4", "new or worse cytopenia of grade 4", "cytopenia"),
    flag("crs_resolving", "onset as CRS resolves, after it, or without it", required=True),
    flag("explained_otherwise", "explained by CRS, infection or tumour", required=True),
    flag("intervention", "immunosuppression against IEC-HS, or transfusion for low fibrinogen", required=True),
    flag("severe", _BLEEDING, required=True), flag("life_threatening", "life-threatening", required=True),
    flag("died_of_iec_hs", "it was the cause of death", "death"),
)  # fmt: skip

_SOME: Final = replace(PLATELETS, low=0.01)
_OPTIONAL: Final = tuple(replace(column, required=False) for column in (CREATININE, CRP))

RULES: Final = (
    Rule("car-hematotox", "CAR-HEMATOTOX score before lymphodepletion", "2021",
         "Rejeski et al. 2021, 10.1182/blood.2020010543", "rules/risk-scores", "score",
         (Layout("values", "the values of one patient before lymphodepletion",
                 (PATIENT, PLATELETS, ANC, HAEMOGLOBIN, CRP, FERRITIN), _hematotox, certain="class"),)),
    Rule("easix", "EASIX, s-EASIX and m-EASIX", "2021", "Pennisi et al. 2021, 10.1182/bloodadvances.2020003885",
         "rules/risk-scores", "easix",
         (Layout("values", "the values of one draw", (PATIENT, LDH, _SOME, *_OPTIONAL), _easix,
                 choose=("creatinine", "crp")),)),
    Rule("hscore", "HScore of reactive haemophagocytic syndrome", "2014", "Fardet et al. 2014, 10.1002/art.38690",
         "rules/iec-hs", "score",
         (Layout("values", "the values of one patient", _HSCORE, _hscore, certain="likely"),)),
    Rule("iec-hs", "IEC-HS (content not confirmed against the paper)", "2023",
    "Hines et al. 2023, 10.1016/j.jtct.2023.03.006",
         "rules/iec-hs", "grade",
         (Layout("values", "the values and signs of one patient at one time", _IEC_HS, _iec_hs),),
         (Option("common_needed", 1.0, "common features that there must be", low=1, high=4),)),
)  # fmt: skip
