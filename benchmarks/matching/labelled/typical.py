"""Labelled criteria in the longer forms that registries print: several facts in a sentence, qualifiers, brackets."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Has,
    HlaAllele,
    Not,
    Quantity,
    Treated,
)
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion

ADVANCED = ("locally advanced or metastatic",)
HIV, HBV, HCV = "HIV infection", "hepatitis B", "hepatitis C"

TYPICAL: tuple[Labelled, ...] = (
    inclusion(
        "age",
        "Subjects must be ≥ 18 and ≤ 75 years of age at the time of signing informed consent",
        All((Quantity("age_years", ">=", 18), Quantity("age_years", "<=", 75))),
    ),
    inclusion(
        "age", "Be at least 18 years old on the day of signing informed consent", Quantity("age_years", ">=", 18)
    ),
    inclusion(
        "age",
        "Age ≥ 3 and < 22 years",
        All((Quantity("age_years", ">=", 3), Quantity("age_years", "<", 22))),
    ),
    inclusion(
        "performance",
        "Have an ECOG performance status of 0 or 1 within 7 days prior to leukapheresis",
        Quantity("ecog", "<=", 1, within_days=7),
    ),
    inclusion(
        "performance",
        "Patients must have a Karnofsky performance status ≥ 70%",
        Quantity("karnofsky", ">=", 70),
    ),
    inclusion(
        "life expectancy",
        "Life expectancy greater than or equal to 12 weeks",
        Quantity("life_expectancy_weeks", ">=", 12),
    ),
    inclusion(
        "diagnosis",
        "Patients with histologically confirmed unresectable hepatocellular carcinoma",
        Disease(("hepatocellular carcinoma",), extent=("unresectable",)),
    ),
    inclusion(
        "diagnosis",
        "Pathologically confirmed advanced gastric cancer",
        Disease(("gastric cancer",), extent=("advanced",)),
    ),
    inclusion(
        "diagnosis",
        "Subjects with locally advanced or metastatic cholangiocarcinoma",
        Disease(("cholangiocarcinoma",), extent=ADVANCED),
    ),
    inclusion(
        "diagnosis",
        "Recurrent or refractory high-grade serous ovarian cancer",
        Disease(("high-grade serous ovarian cancer",), extent=("recurrent or refractory",)),
    ),
    inclusion(
        "diagnosis",
        "Confirmed diagnosis of relapsed or refractory acute myeloid leukemia",
        Disease(("acute myeloid leukaemia",), extent=("recurrent or refractory",)),
    ),
    inclusion(
        "measurable disease",
        "Participants must have at least one measurable lesion as defined by RECIST 1.1",
        Flag("measurable_disease"),
    ),
    inclusion("measurable disease", "Measurable disease by RECIST v1.1 criteria", Flag("measurable_disease")),
    inclusion(
        "prior treatment",
        "Must have received at least two prior lines of systemic therapy",
        Quantity("prior_lines", ">=", 2),
    ),
    inclusion(
        "prior treatment",
        "Received ≥ 1 prior line of systemic therapy for advanced disease",
        Quantity("prior_lines", ">=", 1),
    ),
    inclusion(
        "prior treatment",
        "Disease progression during or after treatment with sorafenib or lenvatinib",
        Treated(("sorafenib", "lenvatinib"), failed=True),
    ),
    inclusion(
        "prior treatment",
        "Prior therapy must have included an anti-CD20 monoclonal antibody and an anthracycline",
        All((Treated(("CD20 antibody",)), Treated(("anthracycline",)))),
    ),
    inclusion("prior treatment", "No prior systemic therapy", Not(Treated(("systemic therapy",)))),
    exclusion(
        "washout",
        "Treatment with any checkpoint inhibitor within 28 days prior to apheresis",
        Treated(("checkpoint inhibitor",), within_days=28),
    ),
    exclusion(
        "washout",
        "Has received radiotherapy within 2 weeks prior to the start of lymphodepletion",
        Treated(("radiotherapy",), within_days=14),
        "treatment",
    ),
    exclusion(
        "washout",
        "Treatment with an investigational agent within 4 weeks prior to enrollment",
        Treated(("investigational drug",), within_days=28),
    ),
    exclusion(
        "steroids",
        "Receiving systemic steroids at doses > 10 mg/day of prednisone or its equivalent",
        Treated(("systemic corticosteroids",), ongoing=True, dose_above=10),
    ),
    exclusion(
        "prior cell therapy",
        "Subjects who have previously received CAR-T therapy or other gene-modified cell therapy",
        Treated(("CAR-T cells", "genetically engineered cells")),
    ),
    exclusion(
        "prior cell therapy",
        "Has received prior allogeneic hematopoietic stem cell transplantation or solid organ transplantation",
        AnyOf((Treated(("allogeneic stem cell transplant",)), Has(("organ transplant",), ever=True))),
    ),
    exclusion(
        "prior cell therapy",
        "Prior anti-BCMA therapy",
        Treated(("BCMA-targeted therapy",)),
    ),
    inclusion(
        "antigen",
        "Tumor tissue positive for CLDN18.2 by immunohistochemistry (≥ 2+ staining in ≥ 40% of tumor cells)",
        AntigenLevel("CLDN18.2", "IHC", intensity_at_least=2, share_at_least=0.4),
    ),
    inclusion(
        "antigen",
        "HER2 expression of at least 2+ by IHC",
        AntigenLevel("HER2", "IHC", intensity_at_least=2),
    ),
    inclusion(
        "HLA",
        "Must be HLA-A*02:01 positive",
        HlaAllele(("HLA-A*02:01",)),
    ),
    inclusion(
        "HLA",
        "Participant is positive for at least 1 HLA-A*02 allele",
        HlaAllele(("HLA-A*02",)),
    ),
    inclusion(
        "laboratory",
        "Serum ALT/AST < 2.5 times the upper limit of normal",
        All((Quantity("alt_u_l", "<", 2.5, times_normal=True), Quantity("ast_u_l", "<", 2.5, times_normal=True))),
    ),
    inclusion(
        "laboratory",
        "Aspartate aminotransferase (AST) and alanine aminotransferase (ALT) ≤ 3.0 × ULN",
        All((Quantity("alt_u_l", "<=", 3, times_normal=True), Quantity("ast_u_l", "<=", 3, times_normal=True))),
    ),
    inclusion("laboratory", "Platelet count greater than 75,000/mm³", Quantity("platelets_e9_l", ">", 75)),
    inclusion("laboratory", "Absolute neutrophil count > 1.0×10^9/L", Quantity("neutrophils_e9_l", ">", 1)),
    inclusion(
        "laboratory",
        "Hemoglobin ≥ 8 g/dL (transfusion permitted)",
        Quantity("haemoglobin_g_dl", ">=", 8),
    ),
    inclusion(
        "organ function",
        "Creatinine clearance (as estimated by Cockcroft Gault) ≥ 60 mL/min",
        Quantity("creatinine_clearance_ml_min", ">=", 60),
    ),
    inclusion(
        "organ function",
        "Cardiac ejection fraction ≥ 50% and no pericardial effusion",
        All((Quantity("lvef_percent", ">=", 50), Not(Has(("pericardial effusion",))))),
    ),
    inclusion(
        "organ function",
        "Baseline oxygen saturation > 92% on room air",
        Quantity("oxygen_saturation_percent", ">", 92),
    ),
    exclusion(
        "infection",
        "Known history of HIV, hepatitis B or hepatitis C infection",
        Has((HIV, HBV, HCV), ever=True),
    ),
    exclusion(
        "infection",
        "Seropositive for HIV",
        Has((HIV,)),
    ),
    exclusion(
        "infection",
        "Presence of uncontrolled fungal, bacterial or viral infection",
        Has(("fungal infection", "bacterial infection", "viral infection"), qualifier="uncontrolled"),
    ),
    exclusion("infection", "Patients with active hepatitis C", Has((HCV,))),
    exclusion(
        "CNS",
        "Patients with symptomatic CNS metastases",
        Has(("CNS metastases",), qualifier="symptomatic"),
    ),
    exclusion(
        "CNS",
        "Presence of brain metastases or carcinomatous meningitis",
        Has(("brain metastases", "leptomeningeal disease")),
    ),
    exclusion(
        "autoimmunity",
        "History of autoimmune disease requiring systemic treatment within the last 2 years",
        Has(("autoimmune disease",), within_days=731, qualifier="needs systemic treatment"),
    ),
    exclusion(
        "heart",
        "History of myocardial infarction or unstable angina within 6 months prior to enrollment",
        Has(("myocardial infarction", "unstable angina"), within_days=183),
    ),
    exclusion(
        "heart",
        "Symptomatic congestive heart failure",
        Has(("heart failure",), qualifier="symptomatic"),
    ),
    exclusion(
        "other condition",
        "Known hypersensitivity to dimethyl sulfoxide",
        Has(("allergy to dimethyl sulfoxide",)),
    ),
    exclusion("pregnancy", "Women who are pregnant or breastfeeding", AnyOf((Flag("pregnant"), Flag("breastfeeding")))),
    exclusion("pregnancy", "Patient is pregnant or lactating", AnyOf((Flag("pregnant"), Flag("breastfeeding")))),
    inclusion("venous access", "Venous access adequate for leukapheresis", Flag("venous_access")),
    inclusion("consent", "Provides written informed consent", Flag("consents")),
)
