"""Scores from single values: CAR-HEMATOTOX and EASIX; one row per patient or draw."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from adoptive.outcome.haematology.car_hematotox import score_car_hematotox
from adoptive.outcome.haematology.easix import compute_easix
from adoptive.outcome.types import Graded
from adoptive.workbench.grade.rules.answers import because, grades, numbers
from adoptive.workbench.grade.rules.common import ANC, CREATININE, CRP, FERRITIN, HAEMOGLOBIN, LDH, PATIENT, PLATELETS
from adoptive.workbench.grade.types import Column, Judged, Layout, Rule, Signs

__all__ = ["RULES"]

_CLASS: Final = ("low: fewer than 2 points", "high: 2 points or more", "values are missing that decide the class")


def _hematotox(signs: Signs) -> Judged:
    found = score_car_hematotox(
        platelets_e9_l=signs["platelets"], anc_per_ul=signs["anc"], haemoglobin_g_dl=signs["hb"], crp_mg_dl=signs["crp"],
        ferritin_ng_ml=signs["ferritin"],
    )  # fmt: skip
    place = np.where((found.score < 0) & (found.high < 0), 2, np.where(found.high == 1, 1, 0))
    named = pa.DictionaryArray.from_arrays(
        pa.array(found.high, mask=found.high < 0), pa.array(["low", "high"], pa.string())
    )
    return Judged(
        {
            "score": grades(found.score), "class": named, "lowest": grades(found.lowest), "highest": grades(found.highest),
            "reason": because(Graded(found.score, place, _CLASS)),
        }
    )  # fmt: skip


def _easix(signs: Signs) -> Judged:
    values = {
        "ldh_u_l": signs["ldh"], "platelets_e9_l": signs["platelets"], "creatinine_mg_dl": signs["creatinine"],
        "crp_mg_dl": signs["crp"],
    }  # fmt: skip
    found = compute_easix(**values)
    place = np.where(np.isnan(found.easix), 1, 0) + np.where(np.isnan(found.m_easix), 2, 0)
    said = ("all values known", "EASIX: a value is missing", "m-EASIX: a value is missing", "values are missing")
    return Judged(
        {
            "easix": numbers(found.easix), "s_easix": numbers(found.s_easix), "m_easix": numbers(found.m_easix),
            "log2_easix": numbers(found.log2_easix), "log2_s_easix": numbers(found.log2_s_easix),
            "log2_m_easix": numbers(found.log2_m_easix), "reason": because(Graded(place, place, said)),
        }
    )  # fmt: skip


_SOME: Final = Column(**{**PLATELETS.__dict__, "low": 0.01})
_OPTIONAL: Final = tuple(Column(**{**column.__dict__, "required": False}) for column in (CREATININE, CRP))

RULES: Final = (
    Rule("car-hematotox", "CAR-HEMATOTOX score before lymphodepletion", "2021",
         "Rejeski et al. 2021, 10.1182/blood.2020010543", "rules/risk-scores", "score",
         (Layout("values", "the values of one patient before lymphodepletion",
                 (PATIENT, PLATELETS, ANC, HAEMOGLOBIN, CRP, FERRITIN), _hematotox),)),
    Rule("easix", "EASIX, s-EASIX and m-EASIX", "2021", "Pennisi et al. 2021, 10.1182/bloodadvances.2020003885",
         "rules/risk-scores", "easix",
         (Layout("values", "the values of one draw", (PATIENT, LDH, _SOME, *_OPTIONAL), _easix,
                 choose=("creatinine", "crp")),)),
)  # fmt: skip
