"""Forms of criteria in our own words, with what they state."""

from __future__ import annotations

from typing import Literal

import pytest

from adoptive.trial.eligibility.statements import (
    All,
    AnyOf,
    Flag,
    Has,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
    normal,
)
from adoptive.workbench.match.read import read_item

Kind = Literal["inclusion", "exclusion"]


def at_least(field: str, value: float) -> Quantity:
    return Quantity(field, ">=", value)


def at_most(field: str, value: float) -> Quantity:
    return Quantity(field, "<=", value)


def normals(field: str, value: float, compare: Literal["<=", "<", ">"] = "<=") -> Quantity:
    return Quantity(field, compare, value, times_normal=True)


ADULT = at_least("age_years", 18)
AGE_18_75 = All((ADULT, at_most("age_years", 75)))
ECOG_1 = at_most("ecog", 1)
ANC = at_least("neutrophils_e9_l", 1.5)
PLT = at_least("platelets_e9_l", 75)
HB = at_least("haemoglobin_g_dl", 9)
LIVER = All((normals("ast_u_l", 2.5), normals("alt_u_l", 2.5)))
LOOSE_LIVER = All((normals("ast_u_l", 5), normals("alt_u_l", 5)))
LIVER_METS = AnyOf((LIVER, All((Has(("liver metastases",)), LOOSE_LIVER))))
MEASURABLE = Flag("measurable_disease")

INCLUSIONS: list[tuple[str, Statement]] = [
    ("Age >= 18 years", ADULT),
    ("Patients must be at least 18 years of age at the time of consent", ADULT),
    ("Aged eighteen years or older", ADULT),
    ("18 years and older", ADULT),
    ("Age: 18+", ADULT),
    ("Older than 18 years", Quantity("age_years", ">", 18)),
    ("Adult subjects", ADULT),
    ("Aged 18 to 75 years", AGE_18_75),
    ("Age 18–75 years (inclusive)", AGE_18_75),
    ("Between 18 and 75 years of age", AGE_18_75),
    ("Age ≥ 18 and ≤ 75 years", AGE_18_75),
    ("18 years ≤ age ≤ 75 years", AGE_18_75),
    ("Male or female, 18 to 75 years old", AGE_18_75),
    ("Women", Named("sex", ("female",))),
    ("Either sex", All(())),
    ("ECOG performance status of 0-1", ECOG_1),
    ("ECOG 0 or 1", ECOG_1),
    ("Eastern Cooperative Oncology Group (ECOG) performance status ≤ 1", ECOG_1),
    ("ECOG PS 0 to 1", ECOG_1),
    ("ECOG score of 1 or less", ECOG_1),
    ("ECOG performance status 0, 1 or 2", at_most("ecog", 2)),
    ("ECOG < 2", Quantity("ecog", "<", 2)),
    ("Karnofsky performance status ≥ 70%", at_least("karnofsky", 70)),
    ("KPS of 60 or higher", at_least("karnofsky", 60)),
    ("Lansky score ≥ 50", at_least("lansky", 50)),
    (
        "Karnofsky (≥16 years) or Lansky (<16 years) performance score of ≥ 60",
        AnyOf((at_least("karnofsky", 60), at_least("lansky", 60))),
    ),
    ("Life expectancy of at least 12 weeks", at_least("life_expectancy_weeks", 12)),
    (
        "Estimated survival greater than 3 months in the opinion of the investigator",
        Quantity("life_expectancy_weeks", ">", 13),
    ),
    ("At least one measurable lesion per RECIST 1.1", MEASURABLE),
    ("Measurable disease as defined by RECIST v1.1", MEASURABLE),
    ("Measurable or evaluable disease", AnyOf((MEASURABLE, Flag("evaluable_disease")))),
    ("Body weight ≥ 30 kg", at_least("weight_kg", 30)),
    ("Absolute neutrophil count (ANC) ≥ 1,500/mm3", ANC),
    ("ANC > or = 1.5 x 10^9/L", ANC),
    ("Neutrophils => 1500 cells/µL", ANC),
    ("ANC ≥ 1.5×10⁹/L", ANC),
    ("ANC of at least 1.5x10e9/L", ANC),
    ("Neutrophil count greater than or equal to 1.5 x 10^3/uL", ANC),
    ("ANC not less than 1.5 G/L", ANC),
    ("Platelet count >= 75 000/uL", PLT),
    ("Platelets \\>= 75 × 10\\^9/L", PLT),
    ("Platelets &ge; 75,000 per microliter", PLT),
    ("Platelets ≥ 75 K/uL", PLT),
    ("Hemoglobin ≥ 9 g/dL", HB),
    ("Haemoglobin ≥ 90 g/L", HB),
    ("Hgb >= 9.0 g/dL (90 g/L)", HB),
    ("Hb no less than 9 g/dL (transfusion allowed)", HB),
    ("Hemoglobin ≥ 9.0 g/dL, platelets ≥ 75,000/µL, and ANC ≥ 1,500/µL", All((HB, PLT, ANC))),
    ("ALC ≥ 500/µL", at_least("lymphocytes_per_ul", 500)),
    ("CD3 count ≥ 150 cells/µL", at_least("cd3_per_ul", 150)),
    ("WBC ≥ 2.5 x 10^9/L", at_least("leukocytes_e9_l", 2.5)),
    ("AST and ALT ≤ 2.5 x ULN", LIVER),
    ("ALT/AST <= 2.5 × upper limit of normal", LIVER),
    ("Aspartate aminotransferase (AST) and alanine aminotransferase (ALT) up to 2.5 times the ULN", LIVER),
    ("AST and ALT ≤ 2.5 x ULN (≤ 5 x ULN if liver metastases)", LIVER_METS),
    ("AST and ALT ≤ 2.5 x ULN, or ≤ 5 x ULN in the presence of liver metastases", LIVER_METS),
    ("Total bilirubin ≤ 1.5 x ULN", normals("bilirubin_mg_dl", 1.5)),
    ("Bilirubin within normal limits", normals("bilirubin_mg_dl", 1)),
    (
        "Total bilirubin <= 1.5 times ULN (<= 3 x ULN for patients with Gilbert's syndrome)",
        AnyOf((normals("bilirubin_mg_dl", 1.5), All((Has(("Gilbert's syndrome",)), normals("bilirubin_mg_dl", 3))))),
    ),
    (
        "Total bilirubin ≤ 1.5 x ULN, except in patients with Gilbert's syndrome who must have ≤ 3 x ULN",
        AnyOf((normals("bilirubin_mg_dl", 1.5), All((Has(("Gilbert's syndrome",)), normals("bilirubin_mg_dl", 3))))),
    ),
    (
        "Bilirubin ≤ 2 mg/dL, except in subjects with Gilbert's syndrome",
        AnyOf((at_most("bilirubin_mg_dl", 2), Has(("Gilbert's syndrome",)))),
    ),
    (
        "Serum creatinine ≤ 1.5 x ULN or creatinine clearance ≥ 50 mL/min",
        AnyOf((normals("creatinine_mg_dl", 1.5), at_least("creatinine_clearance_ml_min", 50))),
    ),
    (
        "Creatinine ≤ 1.5 mg/dL (or creatinine clearance ≥ 60 mL/min)",
        AnyOf((at_most("creatinine_mg_dl", 1.5), at_least("creatinine_clearance_ml_min", 60))),
    ),
    ("Creatinine ≤ 1.5 mg/dL (≤ 133 µmol/L)", at_most("creatinine_mg_dl", 1.5)),
    ("Creatinine clearance (Cockcroft-Gault) ≥ 60 mL/min/1.73 m2", at_least("creatinine_clearance_ml_min", 60)),
    ("eGFR of 60 mL/min or higher", at_least("creatinine_clearance_ml_min", 60)),
    ("Adequate renal function (creatinine clearance ≥ 50 mL/min)", at_least("creatinine_clearance_ml_min", 50)),
    ("Adequate bone marrow function: ANC ≥ 1.5 x 10^9/L; platelets ≥ 75 x 10^9/L", All((ANC, PLT))),
    ("Albumin ≥ 3.0 g/dL", at_least("albumin_g_l", 30)),
    ("INR ≤ 1.5", at_most("inr", 1.5)),
    ("LVEF ≥ 45% by echocardiogram or MUGA", at_least("lvef_percent", 45)),
    ("Oxygen saturation > 92% on room air", Quantity("oxygen_saturation_percent", ">", 92)),
    ("Child-Pugh class A", at_most("child_pugh", 6)),
    ("Child-Pugh A or B7", at_most("child_pugh", 7)),
    ("ANC ≥ 1500/µL within 7 days prior to leukapheresis", Quantity("neutrophils_e9_l", ">=", 1.5, within_days=7)),
    ("No active infection", Not(Has(("infection",)))),
    ("No HIV infection or hepatitis B", Not(AnyOf((Has(("HIV infection",)), Has(("hepatitis B",)))))),
    ("Absence of CNS metastases", Not(Has(("CNS metastases",)))),
    ("No prior chemotherapy and ECOG 0-1", All((Not(Treated(("chemotherapy",))), ECOG_1))),
    ("At least 4 weeks since last chemotherapy", Not(Treated(("chemotherapy",), within_days=28))),
    (
        "At least 4 weeks since last chemotherapy, radiotherapy or surgery",
        Not(AnyOf(tuple(Treated((name,), within_days=28) for name in ("chemotherapy", "radiotherapy", "surgery")))),
    ),
    (
        "Chemotherapy must be stopped at least 2 weeks before leukapheresis",
        Not(Treated(("chemotherapy",), within_days=14)),
    ),
    ("Must have received cisplatin and pemetrexed", All((Treated(("cisplatin",)), Treated(("pemetrexed",))))),
    ("Must have received prior cisplatin or carboplatin", AnyOf((Treated(("cisplatin",)), Treated(("carboplatin",))))),
    ("Prior chemotherapy is allowed", All(())),
    (
        "Patients with HIV infection must have a CD4 count ≥ 200/µL",
        AnyOf((Not(Has(("HIV infection",))), at_least("cd4_per_ul", 200))),
    ),
    (
        "Patients with HIV infection are eligible if CD4 count ≥ 200/µL",
        AnyOf((Not(Has(("HIV infection",))), at_least("cd4_per_ul", 200))),
    ),
    (
        "At least one of the following:\n * LVEF ≥ 45%\n * Oxygen saturation ≥ 92%",
        AnyOf((at_least("lvef_percent", 45), at_least("oxygen_saturation_percent", 92))),
    ),
]

EXCLUSIONS: list[tuple[str, Statement]] = [
    ("ECOG ≥ 2", at_least("ecog", 2)),
    ("Under 18 years of age", Quantity("age_years", "<", 18)),
    ("AST or ALT > 3 x ULN", AnyOf((normals("ast_u_l", 3, ">"), normals("alt_u_l", 3, ">")))),
    ("LVEF < 45%", Quantity("lvef_percent", "<", 45)),
    ("QTcF > 470 msec", Quantity("qtc_ms", ">", 470)),
    ("No measurable disease", Not(MEASURABLE)),
    ("Age < 18 or > 75 years", AnyOf((Quantity("age_years", "<", 18), Quantity("age_years", ">", 75)))),
    (
        "Platelets < 50,000/mm3 or hemoglobin < 8 g/dL",
        AnyOf((Quantity("platelets_e9_l", "<", 50), Quantity("haemoglobin_g_dl", "<", 8))),
    ),
    ("Pregnant or breastfeeding women", AnyOf((Flag("pregnant"), Flag("breastfeeding")))),
    ("HIV infection, stroke or hepatitis C", AnyOf((Has(("HIV infection",)), Has(("stroke",)), Has(("hepatitis C",))))),
    ("Known history of HIV infection", Has(("HIV infection",), ever=True)),
    (
        "History of stroke, dementia or myocardial infarction",
        AnyOf(tuple(Has((name,), ever=True) for name in ("stroke", "dementia", "myocardial infarction"))),
    ),
    (
        "Stroke or myocardial infarction within 6 months",
        AnyOf((Has(("stroke",), within_days=183), Has(("myocardial infarction",), within_days=183))),
    ),
    ("Uncontrolled hypertension", Has(("hypertension",), qualifier="uncontrolled")),
    (
        "Active or untreated CNS metastases",
        AnyOf((Has(("CNS metastases",)), Has(("CNS metastases",), qualifier="untreated"))),
    ),
    (
        "Chemotherapy, radiotherapy or surgery within 28 days prior to leukapheresis",
        AnyOf(tuple(Treated((name,), within_days=28) for name in ("chemotherapy", "radiotherapy", "surgery"))),
    ),
    (
        "Chemotherapy within 2 weeks, or radiotherapy within 4 weeks, before enrolment",
        AnyOf((Treated(("chemotherapy",), within_days=14), Treated(("radiotherapy",), within_days=28))),
    ),
    ("Less than 4 weeks since last chemotherapy", Treated(("chemotherapy",), within_days=28)),
    (
        "Chemotherapy within 14 days or 5 half-lives, whichever is shorter, before enrolment",
        All((Treated(("chemotherapy",), within_days=14), Unread("5 half-lives"))),
    ),
    (
        "Chemotherapy within 14 days or 5 half-lives (whichever is longer) before enrolment",
        AnyOf((Treated(("chemotherapy",), within_days=14), Unread("5 half-lives"))),
    ),
    ("Currently receiving systemic corticosteroids", Treated(("systemic corticosteroids",), ongoing=True)),
    (
        "Active autoimmune disease requiring systemic treatment within the past 2 years",
        Has(("autoimmune disease",), within_days=731, qualifier="needs systemic treatment"),
    ),
    ("Patients with HIV infection are excluded", Has(("HIV infection",))),
    (
        "AST > 3 x ULN (> 5 x ULN if liver metastases)",
        All((normals("ast_u_l", 3, ">"), AnyOf((Not(Has(("liver metastases",))), normals("ast_u_l", 5, ">"))))),
    ),
]


@pytest.mark.parametrize(("text", "statement"), INCLUSIONS, ids=[text[:60] for text, _ in INCLUSIONS])
def test_inclusions_state_what_they_say(text: str, statement: Statement) -> None:
    assert normal(read_item(text, "inclusion")[0]) == normal(statement)


@pytest.mark.parametrize(("text", "statement"), EXCLUSIONS, ids=[text[:60] for text, _ in EXCLUSIONS])
def test_exclusions_keep_what_they_say(text: str, statement: Statement) -> None:
    assert normal(read_item(text, "exclusion")[0]) == normal(statement)


def test_there_are_forms_enough() -> None:
    assert len(INCLUSIONS) + len(EXCLUSIONS) >= 100


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("inclusion", "Platelets ≥ 1,5 x 10^9/L"),
        ("inclusion", "Platelets > 50.000/mm3"),
        ("inclusion", "Hemoglobin ≥ 9"),
        ("inclusion", "Hemoglobin ≥ 9 furlongs"),
        ("inclusion", "ECOG 0-1 and creatinine ≤ 1.5 mg/dL or creatinine clearance ≥ 50 mL/min"),
        ("inclusion", "ECOG 0-1 18 times"),
        ("inclusion", "Adequate organ function as judged by the investigator"),
        ("inclusion", "LVEF ≥ 50% in the left half of 3 patients"),
        ("exclusion", "Hypersensitivity to fludarabine; cyclophosphamide"),
        ("exclusion", "Uncontrolled hypertension, diabetes or infection"),
        ("exclusion", "Infection prophylaxis"),
        ("exclusion", "Radiotherapy to more than 25% of the bone marrow"),
        ("exclusion", "Prior chemotherapy is allowed"),
        ("exclusion", "Chemotherapy-naive patients"),
        ("exclusion", "Patients without diabetes or hypertension"),
    ],
)
def test_what_is_not_certain_is_not_claimed(kind: Kind, text: str) -> None:
    statement, understood, _ = read_item(text, kind)
    assert understood == "not"
    assert isinstance(statement, Unread)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("inclusion", "AST or ALT <= 2.5 x ULN"),
        ("exclusion", "AST and ALT > 3 x ULN"),
        ("exclusion", "Pregnant and breastfeeding women"),
        ("inclusion", "ANC ≥ 1000/mm3 and willing to eat breakfast"),
        ("inclusion", "Platelets ≥ 75 x 10^9/L without transfusion in the 7 days before"),
        ("exclusion", "Creatinine > 2 mg/dL or unwilling to wear a hat"),
        ("exclusion", "Active infection requiring a drip"),
        ("exclusion", "Known CNS metastases, unless treated and stable"),
    ],
)
def test_what_is_read_in_part_says_so(kind: Kind, text: str) -> None:
    assert read_item(text, kind)[1] == "part"


def test_gates_stand_in_the_item() -> None:
    assert read_item("Systemic corticosteroids within 7 days of infusion", "exclusion")[2] == "treatment"
    assert read_item("ECOG 0-1 at the time of leukapheresis", "inclusion")[2] == "procurement"
    assert read_item("ECOG 0-1 on the day of infusion", "inclusion")[2] == "infusion day"
    assert read_item("ECOG 0-1", "inclusion")[2] is None
