"""Labelled criteria: laboratory thresholds with units and multiples of normal, and organ function."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import All, AnyOf, Has, Quantity, Statement
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion


def _at(field: str, compare: str, value: float, unit: str = "") -> Statement:
    turned = load_vocabulary().in_unit(field, value, unit)
    assert turned is not None, (field, unit)
    return Quantity(field, compare, turned)  # type: ignore[arg-type]


def _times(field: str, compare: str, value: float) -> Statement:
    return Quantity(field, compare, value, times_normal=True)  # type: ignore[arg-type]


HB, ANC, PLT = "haemoglobin_g_dl", "neutrophils_e9_l", "platelets_e9_l"
CR, CLEAR, BILI = "creatinine_mg_dl", "creatinine_clearance_ml_min", "bilirubin_mg_dl"
ALT, AST = "alt_u_l", "ast_u_l"
LIVER_METS = Has(("liver metastases",))

LABORATORY: tuple[Labelled, ...] = (
    inclusion("laboratory", "Haemoglobin ≥ 9 g/dL", _at(HB, ">=", 9)),
    inclusion("laboratory", "Hemoglobin ≥ 8.0 g/dL", _at(HB, ">=", 8)),
    inclusion("laboratory", "Hb ≥ 90 g/L", _at(HB, ">=", 90, "g/L")),
    inclusion("laboratory", "Hemoglobin \\>= 8 g/dl", _at(HB, ">=", 8)),
    inclusion("laboratory", "Haemoglobin at least 80 g/L", _at(HB, ">=", 80, "g/L")),
    exclusion("laboratory", "Hemoglobin < 8 g/dL", _at(HB, "<", 8)),
    inclusion("laboratory", "Absolute neutrophil count (ANC) ≥ 1.0 x 10^9/L", _at(ANC, ">=", 1)),
    inclusion("laboratory", "ANC ≥ 1,000/mm3", _at(ANC, ">=", 1000, "/mm3")),
    inclusion("laboratory", "ANC > 1500/µL", _at(ANC, ">", 1500, "/uL")),
    inclusion("laboratory", "Neutrophils ≥ 1.5 × 10⁹/L", _at(ANC, ">=", 1.5)),
    inclusion("laboratory", "Absolute neutrophil count of at least 750 cells/mm³", _at(ANC, ">=", 750, "/mm3")),
    inclusion("laboratory", "Platelets ≥ 75 x 10^9/L", _at(PLT, ">=", 75)),
    inclusion("laboratory", "Platelet count ≥ 100,000/mm^3", _at(PLT, ">=", 100000, "/mm3")),
    inclusion("laboratory", "Platelet count >= 50000/uL", _at(PLT, ">=", 50000, "/uL")),
    inclusion("laboratory", "Platelets ≥ 75 K/uL", _at(PLT, ">=", 75)),
    inclusion("laboratory", "Absolute lymphocyte count ≥ 100/µL", _at("lymphocytes_per_ul", ">=", 100)),
    inclusion("laboratory", "ALC ≥ 0.2 x 10^9/L", _at("lymphocytes_per_ul", ">=", 0.2, "10^9/L")),
    inclusion("laboratory", "WBC ≥ 3.0 x 10^9/L", _at("leukocytes_e9_l", ">=", 3)),
    inclusion("laboratory", "CD3+ T cell count ≥ 150/µL", _at("cd3_per_ul", ">=", 150)),
    inclusion("laboratory", "Total bilirubin ≤ 1.5 x ULN", _times(BILI, "<=", 1.5)),
    inclusion("laboratory", "Total bilirubin ≤ 2.0 mg/dL", _at(BILI, "<=", 2)),
    inclusion("laboratory", "Serum bilirubin < 34 µmol/L", _at(BILI, "<", 34, "umol/L")),
    inclusion("laboratory", "ALT and AST ≤ 3 x ULN", All((_times(ALT, "<=", 3), _times(AST, "<=", 3)))),
    inclusion(
        "laboratory", "AST/ALT ≤ 2.5 × upper limit of normal", All((_times(ALT, "<=", 2.5), _times(AST, "<=", 2.5)))
    ),
    inclusion(
        "laboratory",
        "ALT and AST no more than 5 times the upper limit of normal",
        All((_times(ALT, "<=", 5), _times(AST, "<=", 5))),
    ),
    inclusion(
        "laboratory",
        "ALT ≤ 2.5 x ULN (≤ 5 x ULN with liver metastases)",
        AnyOf((_times(ALT, "<=", 2.5), All((LIVER_METS, _times(ALT, "<=", 5))))),
    ),
    inclusion(
        "laboratory",
        "AST ≤ 3 x ULN (≤ 5 x ULN if liver metastases are present)",
        AnyOf((_times(AST, "<=", 3), All((LIVER_METS, _times(AST, "<=", 5))))),
    ),
    inclusion(
        "laboratory",
        "Total bilirubin ≤ 1.5 x ULN (≤ 3 x ULN in patients with Gilbert's syndrome)",
        AnyOf((_times(BILI, "<=", 1.5), All((Has(("Gilbert's syndrome",)), _times(BILI, "<=", 3))))),
    ),
    exclusion("laboratory", "AST or ALT > 3 x ULN", AnyOf((_times(AST, ">", 3), _times(ALT, ">", 3)))),
    exclusion("laboratory", "Total bilirubin > 2 x ULN", _times(BILI, ">", 2)),
    inclusion("laboratory", "Alkaline phosphatase ≤ 2.5 x ULN", _times("alp_u_l", "<=", 2.5)),
    inclusion("laboratory", "LDH ≤ 2 x ULN", _times("ldh_u_l", "<=", 2)),
    inclusion("organ function", "Serum creatinine ≤ 1.5 mg/dL", _at(CR, "<=", 1.5)),
    inclusion("organ function", "Serum creatinine ≤ 1.5 x ULN", _times(CR, "<=", 1.5)),
    inclusion("organ function", "Creatinine within normal limits", _times(CR, "<=", 1)),
    inclusion("organ function", "Serum creatinine < 133 µmol/L", _at(CR, "<", 133, "umol/L")),
    inclusion("organ function", "Creatinine clearance ≥ 60 mL/min", _at(CLEAR, ">=", 60)),
    inclusion("organ function", "Creatinine clearance > 50 mL/min (Cockcroft-Gault)", _at(CLEAR, ">", 50)),
    inclusion("organ function", "eGFR ≥ 45 mL/min/1.73 m2", _at(CLEAR, ">=", 45)),
    inclusion(
        "organ function",
        "Serum creatinine ≤ 1.5 x ULN or creatinine clearance ≥ 50 mL/min",
        AnyOf((_times(CR, "<=", 1.5), _at(CLEAR, ">=", 50))),
    ),
    exclusion("organ function", "Creatinine clearance < 30 mL/min", _at(CLEAR, "<", 30)),
    inclusion("organ function", "Albumin ≥ 3.0 g/dL", _at("albumin_g_l", ">=", 3, "g/dL")),
    inclusion("organ function", "Serum albumin ≥ 30 g/L", _at("albumin_g_l", ">=", 30)),
    inclusion("organ function", "INR ≤ 1.5", _at("inr", "<=", 1.5)),
    inclusion("organ function", "INR ≤ 1.5 x ULN", _times("inr", "<=", 1.5)),
    inclusion(
        "organ function", "INR and aPTT ≤ 1.5 x ULN", All((_times("inr", "<=", 1.5), _times("aptt_s", "<=", 1.5)))
    ),
    inclusion("organ function", "LVEF ≥ 50%", _at("lvef_percent", ">=", 50)),
    inclusion(
        "organ function",
        "Left ventricular ejection fraction (LVEF) ≥ 45% by echocardiogram or MUGA",
        _at("lvef_percent", ">=", 45),
    ),
    exclusion("organ function", "Left ventricular ejection fraction < 45%", _at("lvef_percent", "<", 45)),
    inclusion("organ function", "Oxygen saturation ≥ 92% on room air", _at("oxygen_saturation_percent", ">=", 92)),
    inclusion("organ function", "SpO2 > 90% on room air", _at("oxygen_saturation_percent", ">", 90)),
    inclusion("organ function", "FEV1 ≥ 50% of predicted", _at("fev1_percent", ">=", 50)),
    exclusion("organ function", "QTc > 480 ms", _at("qtc_ms", ">", 480)),
    inclusion("organ function", "Child-Pugh score ≤ 6", _at("child_pugh", "<=", 6)),
    inclusion(
        "laboratory",
        "Haemoglobin ≥ 8 g/dL, platelets ≥ 75 x 10^9/L and ANC ≥ 1.0 x 10^9/L",
        All((_at(HB, ">=", 8), _at(PLT, ">=", 75), _at(ANC, ">=", 1))),
    ),
    inclusion(
        "laboratory",
        "ANC ≥ 1.0 x 10^9/L; platelets ≥ 50 x 10^9/L; haemoglobin ≥ 80 g/L",
        All((_at(ANC, ">=", 1), _at(PLT, ">=", 50), _at(HB, ">=", 80, "g/L"))),
    ),
    inclusion(
        "laboratory",
        "ANC ≥ 1.0 x 10^9/L before lymphodepletion",
        _at(ANC, ">=", 1),
        "treatment",
    ),
    inclusion("laboratory", "Platelets ≥ 50 x 10^9/L on the day of infusion", _at(PLT, ">=", 50), "infusion day"),
    exclusion("laboratory", "HBV DNA > 2000 IU/mL", _at("hbv_dna_iu_ml", ">", 2000)),
    exclusion("laboratory", "Blood oxygen saturation < 92%", _at("oxygen_saturation_percent", "<", 92)),
)
