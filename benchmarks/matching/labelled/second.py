"""Labelled criteria of a second hand, written before it saw the reader; names brought to the vocabulary later."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Not,
    Quantity,
    Treated,
    Unread,
)
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion

SECOND: tuple[Labelled, ...] = (
    inclusion(
        "second",
        "Age 18 to 75 years (inclusive), male or female",
        All((Quantity("age_years", ">=", 18.0), Quantity("age_years", "<=", 75.0))),
        "procurement",
    ),
    inclusion(
        "second",
        "Participants must be at least 18 years of age on the day of signing consent",
        Quantity("age_years", ">=", 18.0),
        "procurement",
    ),
    inclusion(
        "second",
        "Aged ≥3 and <26 years",
        All((Quantity("age_years", ">=", 3.0), Quantity("age_years", "<", 26.0))),
        "procurement",
    ),
    inclusion("second", "Adult patients", Quantity("age_years", ">=", 18.0), "procurement"),
    inclusion("second", "ECOG performance status of 0 or 1", Quantity("ecog", "<=", 1.0), "procurement"),
    inclusion("second", "ECOG PS ≤ 2", Quantity("ecog", "<=", 2.0), "procurement"),
    inclusion(
        "second", "Karnofsky performance score of 70% or higher", Quantity("karnofsky", ">=", 70.0), "procurement"
    ),
    inclusion(
        "second",
        "Eastern Cooperative Oncology Group (ECOG) 0-1, or Karnofsky ≥ 80",
        AnyOf((Quantity("ecog", "<=", 1.0), Quantity("karnofsky", ">=", 80.0))),
        "procurement",
    ),
    exclusion("second", "ECOG performance status greater than 1", Quantity("ecog", ">", 1.0), "procurement"),
    inclusion(
        "second", "Life expectancy of more than 12 weeks", Quantity("life_expectancy_weeks", ">", 12.0), "procurement"
    ),
    inclusion(
        "second", "Estimated life expectancy ≥ 3 months", Quantity("life_expectancy_weeks", ">=", 13.0), "procurement"
    ),
    inclusion("second", "Measurable disease according to RECIST v1.1", Flag("measurable_disease"), "procurement"),
    inclusion("second", "At least one measurable lesion per RECIST 1.1", Flag("measurable_disease"), "procurement"),
    inclusion("second", "Haemoglobin ≥ 90 g/L", Quantity("haemoglobin_g_dl", ">=", 9.0), "procurement"),
    inclusion(
        "second",
        "Hemoglobin (Hb) at least 8.0 g/dL without transfusion in the last 7 days",
        All((Quantity("haemoglobin_g_dl", ">=", 8.0), Not(Treated(("blood transfusion",), within_days=7.0)))),
        "procurement",
    ),
    inclusion(
        "second",
        "Absolute neutrophil count (ANC) ≥ 1.5 × 10^9/L",
        Quantity("neutrophils_e9_l", ">=", 1.5),
        "procurement",
    ),
    inclusion("second", "ANC >= 1000/mm3", Quantity("neutrophils_e9_l", ">=", 1.0), "procurement"),
    inclusion(
        "second",
        "Neutrophils ≥1,000/µL and platelets ≥75,000/µL",
        All((Quantity("neutrophils_e9_l", ">=", 1.0), Quantity("platelets_e9_l", ">=", 75.0))),
        "procurement",
    ),
    inclusion(
        "second",
        "Absolute lymphocyte count above 0.5 x 10e9/L",
        Quantity("lymphocytes_per_ul", ">", 500.0),
        "procurement",
    ),
    inclusion(
        "second", "Platelet count of at least 100 × 10⁹/L", Quantity("platelets_e9_l", ">=", 100.0), "procurement"
    ),
    inclusion(
        "second", "White blood cells ≥ 3,000/mm3 (3.0×109/L)", Quantity("leukocytes_e9_l", ">=", 3.0), "procurement"
    ),
    inclusion(
        "second",
        "Total bilirubin ≤ 1.5 × ULN",
        Quantity("bilirubin_mg_dl", "<=", 1.5, times_normal=True),
        "procurement",
    ),
    inclusion(
        "second",
        "Total bilirubin ≤ 1.5 times the upper limit of normal, or ≤ 3.0 × ULN in patients with Gilbert's syndrome",
        AnyOf(
            (
                Quantity("bilirubin_mg_dl", "<=", 1.5, times_normal=True),
                All((Has(("Gilbert's syndrome",)), Quantity("bilirubin_mg_dl", "<=", 3.0, times_normal=True))),
            )
        ),
        "procurement",
    ),
    inclusion(
        "second",
        "ALT and AST ≤ 3 × ULN",
        All((Quantity("alt_u_l", "<=", 3.0, times_normal=True), Quantity("ast_u_l", "<=", 3.0, times_normal=True))),
        "procurement",
    ),
    inclusion(
        "second",
        "AST/ALT ≤ 2.5 x ULN (≤ 5 x ULN if liver metastases are present)",
        All(
            (
                AnyOf(
                    (
                        Quantity("alt_u_l", "<=", 2.5, times_normal=True),
                        All((Has(("liver metastases",)), Quantity("alt_u_l", "<=", 5.0, times_normal=True))),
                    )
                ),
                AnyOf(
                    (
                        Quantity("ast_u_l", "<=", 2.5, times_normal=True),
                        All((Has(("liver metastases",)), Quantity("ast_u_l", "<=", 5.0, times_normal=True))),
                    )
                ),
            )
        ),
        "procurement",
    ),
    inclusion(
        "second",
        "Serum creatinine ≤ 1.5 mg/dL or creatinine clearance ≥ 60 mL/min (Cockcroft-Gault)",
        AnyOf((Quantity("creatinine_mg_dl", "<=", 1.5), Quantity("creatinine_clearance_ml_min", ">=", 60.0))),
        "procurement",
    ),
    inclusion(
        "second", "Creatinine ≤ 133 µmol/L", Quantity("creatinine_mg_dl", "<=", 1.5041845736258765), "procurement"
    ),
    inclusion(
        "second",
        "INR ≤ 1.5 and aPTT ≤ 1.5 x ULN",
        All((Quantity("inr", "<=", 1.5), Quantity("aptt_s", "<=", 1.5, times_normal=True))),
        "procurement",
    ),
    inclusion(
        "second",
        "Left ventricular ejection fraction ≥ 50% by echocardiography or MUGA",
        Quantity("lvef_percent", ">=", 50.0),
        "procurement",
    ),
    exclusion("second", "LVEF < 45%", Quantity("lvef_percent", "<", 45.0), "procurement"),
    inclusion(
        "second", "Oxygen saturation > 92% on room air", Quantity("oxygen_saturation_percent", ">", 92.0), "procurement"
    ),
    inclusion("second", "Albumin ≥ 30 g/L", Quantity("albumin_g_l", ">=", 30.0), "procurement"),
    inclusion("second", "Serum albumin ≥3.0 g/dL", Quantity("albumin_g_l", ">=", 30.0), "procurement"),
    inclusion("second", "eGFR ≥ 50 mL/min/1.73 m2", Quantity("creatinine_clearance_ml_min", ">=", 50.0), "procurement"),
    inclusion("second", "Body weight over 40 kg", Quantity("weight_kg", ">", 40.0), "procurement"),
    inclusion(
        "second",
        "Histologically confirmed advanced or metastatic gastric or gastroesophageal junction adenocarcinoma",
        Disease(
            ("oesophagogastric adenocarcinoma",),
            extent=("locally advanced or metastatic",),
        ),
        "procurement",
    ),
    inclusion(
        "second",
        "Patients with pathologically confirmed pancreatic ductal adenocarcinoma",
        Disease(("pancreatic ductal adenocarcinoma",)),
        "procurement",
    ),
    inclusion(
        "second",
        "Unresectable or metastatic synovial sarcoma",
        AnyOf(
            (
                Disease(("synovial sarcoma",), extent=("unresectable",)),
                Disease(("synovial sarcoma",), extent=("metastatic",)),
            )
        ),
        "procurement",
    ),
    inclusion(
        "second",
        "Relapsed or refractory multiple myeloma",
        Disease(("multiple myeloma",), extent=("recurrent or refractory",)),
        "procurement",
    ),
    inclusion(
        "second",
        "Stage III or IV non-small cell lung cancer",
        Disease(("non-small cell lung cancer",), stages=("III", "IV")),
        "procurement",
    ),
    inclusion(
        "second",
        "Diagnosis of osteosarcoma, Ewing sarcoma or rhabdomyosarcoma",
        Disease(("osteosarcoma", "Ewing sarcoma", "rhabdomyosarcoma")),
        "procurement",
    ),
    inclusion(
        "second", "Metastatic colorectal cancer", Disease(("colorectal cancer",), extent=("metastatic",)), "procurement"
    ),
    inclusion(
        "second",
        "CLDN18.2 positive by immunohistochemistry, defined as ≥ 40% of tumor cells with staining intensity ≥ 2+",
        AntigenLevel("CLDN18.2", "IHC", intensity_at_least=2.0, share_at_least=0.4),
        "procurement",
    ),
    inclusion(
        "second",
        "Claudin 18.2 expression of at least 2+ in at least 70 % of tumour cells",
        AntigenLevel("CLDN18.2", intensity_at_least=2.0, share_at_least=0.7),
        "procurement",
    ),
    inclusion(
        "second",
        "HER2-positive tumor (IHC 3+, or IHC 2+ with gene amplification by FISH)",
        AnyOf(
            (
                AntigenLevel("HER2", "IHC", intensity_at_least=3.0),
                All((AntigenLevel("HER2", "IHC", intensity_at_least=2.0), AntigenLevel("HER2", "ISH"))),
            )
        ),
        "procurement",
    ),
    inclusion("second", "GPC3-positive tumour by IHC", AntigenLevel("GPC3", "IHC"), "procurement"),
    inclusion(
        "second",
        "Tumor expresses mesothelin in more than 50% of cells",
        AntigenLevel("mesothelin", share_at_least=0.5, share_above=True),
        "procurement",
    ),
    inclusion(
        "second", "MAGE-A4 expression with H-score ≥ 30", AntigenLevel("MAGE-A4", h_score_at_least=30.0), "procurement"
    ),
    inclusion("second", "HLA-A*02:01 positive", HlaAllele(("HLA-A*02:01",)), "procurement"),
    inclusion(
        "second",
        "Positive for HLA-A*02:01, HLA-A*02:03 or HLA-A*02:06",
        HlaAllele(("HLA-A*02:01", "HLA-A*02:03", "HLA-A*02:06")),
        "procurement",
    ),
    exclusion("second", "Carries HLA-A*02:05 in either allele", HlaAllele(("HLA-A*02:05",)), "procurement"),
    inclusion(
        "second",
        "HLA-A*11:01 positive and KRAS G12D mutation in the tumor",
        All((HlaAllele(("HLA-A*11:01",)), Gene("KRAS", ("G12D",)))),
        "procurement",
    ),
    inclusion("second", "Tumour with a KRAS G12V or G12D mutation", Gene("KRAS", ("G12D", "G12V")), "procurement"),
    exclusion("second", "MSI-H or dMMR tumours", Gene("MSI-H", category="signature"), "procurement"),
    inclusion(
        "second",
        "Received at least two prior lines of systemic therapy",
        Quantity("prior_lines", ">=", 2.0),
        "procurement",
    ),
    inclusion(
        "second",
        "Refractory to or intolerant of standard chemotherapy",
        Treated(("chemotherapy",), failed=True),
        "procurement",
    ),
    inclusion("second", "Prior treatment with a PD-1 inhibitor", Treated(("PD-1 inhibitor",)), "procurement"),
    exclusion(
        "second",
        "Chemotherapy within 2 weeks before leukapheresis",
        Treated(("chemotherapy",), within_days=14.0),
        "procurement",
    ),
    exclusion(
        "second",
        "Received chemotherapy, radiotherapy or targeted therapy within 28 days prior to enrolment",
        Treated(("chemotherapy", "radiotherapy", "targeted therapy"), within_days=28.0),
        "procurement",
    ),
    exclusion(
        "second",
        "Major surgery within 4 weeks prior to lymphodepletion",
        Treated(("major surgery",), within_days=28.0),
        "treatment",
    ),
    inclusion(
        "second",
        "At least 3 weeks since last dose of systemic anticancer therapy",
        Not(Treated(("systemic therapy",), within_days=21.0)),
        "procurement",
    ),
    exclusion("second", "Prior CAR-T cell therapy", Treated(("CAR-T cells",)), "procurement"),
    exclusion(
        "second",
        "Previous treatment with any gene-modified cell therapy",
        Treated(("genetically engineered cells",)),
        "procurement",
    ),
    exclusion(
        "second",
        "Prior allogeneic hematopoietic stem cell transplantation",
        Treated(("allogeneic stem cell transplant",)),
        "procurement",
    ),
    exclusion("second", "Prior organ transplantation", Has(("organ transplant",), ever=True), "procurement"),
    exclusion(
        "second",
        "Systemic steroids at doses above 10 mg/day prednisone or equivalent",
        Treated(("systemic corticosteroids",), ongoing=True, dose_above=10.0),
        "procurement",
    ),
    exclusion(
        "second",
        "Use of systemic corticosteroids (> 10 mg prednisone daily) within 14 days before apheresis",
        Treated(("systemic corticosteroids",), within_days=14.0, dose_above=10.0),
        "procurement",
    ),
    exclusion(
        "second",
        "Live vaccine within 4 weeks before screening",
        Treated(("live vaccine",), within_days=28.0),
        "procurement",
    ),
    exclusion("second", "Active brain metastases", Has(("brain metastases",)), "procurement"),
    exclusion(
        "second",
        "Known central nervous system metastases or leptomeningeal disease",
        Has(("CNS metastases", "leptomeningeal disease")),
        "procurement",
    ),
    exclusion(
        "second",
        "Untreated or symptomatic brain metastases",
        AnyOf((Has(("brain metastases",), qualifier="untreated"), Has(("brain metastases",), qualifier="symptomatic"))),
        "procurement",
    ),
    exclusion("second", "Active autoimmune disease", Has(("autoimmune disease",)), "procurement"),
    exclusion(
        "second",
        "Autoimmune disease requiring systemic treatment within the past 2 years",
        Has(("autoimmune disease",), within_days=731.0, qualifier="needs systemic treatment"),
        "procurement",
    ),
    exclusion("second", "Known HIV infection", Has(("HIV infection",)), "procurement"),
    exclusion(
        "second",
        "Positive for HIV, active hepatitis B or active hepatitis C",
        Has(("HIV infection", "hepatitis B", "hepatitis C")),
        "procurement",
    ),
    exclusion(
        "second",
        "Active or uncontrolled infection",
        AnyOf((Has(("infection",)), Has(("infection",), qualifier="uncontrolled"))),
        "procurement",
    ),
    exclusion(
        "second",
        "Uncontrolled infection requiring intravenous antibiotics",
        All((Has(("infection",), qualifier="uncontrolled"), Unread("*"))),
        "procurement",
    ),
    exclusion("second", "Active tuberculosis", Has(("tuberculosis",)), "procurement"),
    exclusion(
        "second", "Pregnant or breastfeeding women", AnyOf((Flag("pregnant"), Flag("breastfeeding"))), "procurement"
    ),
    exclusion("second", "Pregnancy or lactation", AnyOf((Flag("pregnant"), Flag("breastfeeding"))), "procurement"),
    inclusion(
        "second",
        "Women of childbearing potential must have a negative serum pregnancy test",
        AnyOf((Not(Flag("childbearing_potential")), Not(Flag("pregnant")))),
        "procurement",
    ),
    exclusion(
        "second",
        "Myocardial infarction or unstable angina within 6 months",
        Has(("myocardial infarction", "unstable angina"), within_days=183.0),
        "procurement",
    ),
    exclusion(
        "second",
        "New York Heart Association class III or IV heart failure",
        Has(("heart failure NYHA III or IV",)),
        "procurement",
    ),
    exclusion("second", "History of stroke or seizure", Has(("stroke", "seizure disorder"), ever=True), "procurement"),
    exclusion(
        "second",
        "Another malignancy within the past 3 years",
        Disease((), other_than_study_disease=True, within_days=1096.0),
        "procurement",
    ),
    exclusion(
        "second",
        "Other active malignancy within 5 years, except "
        "adequately treated basal cell carcinoma or carcinoma in situ of the cervix",
        All((Disease((), other_than_study_disease=True, within_days=1826.0), Unread("except ..."))),
        "procurement",
    ),
    exclusion(
        "second",
        "Interstitial lung disease or pneumonitis",
        Has(("interstitial lung disease", "pneumonitis")),
        "procurement",
    ),
    exclusion("second", "QTc > 480 ms", Quantity("qtc_ms", ">", 480.0), "procurement"),
    inclusion(
        "second",
        "Adequate venous access for leukapheresis and no contraindication to leukapheresis",
        All((Flag("venous_access"), Flag("apheresis_possible"))),
        "procurement",
    ),
    inclusion("second", "Signed informed consent", Flag("consents"), "procurement"),
    inclusion(
        "second",
        "Willing to use effective contraception during the study and for 12 months after infusion",
        Flag("agrees_contraception"),
        "procurement",
    ),
    inclusion(
        "second",
        "Has a caregiver available 24 hours a day for 4 weeks after infusion",
        Flag("caregiver"),
        "procurement",
    ),
    exclusion(
        "second",
        "Known allergy to cyclophosphamide or fludarabine",
        Has(("allergy to cyclophosphamide or fludarabine",)),
        "procurement",
    ),
    exclusion(
        "second",
        "Any condition that in the investigator's opinion makes the patient unsuitable",
        Unread("*"),
        "procurement",
    ),
    inclusion("second", "Adequate organ function", Unread("*"), "procurement"),
    inclusion("second", "Tumor tissue available for antigen testing", Flag("biopsy_available"), "procurement"),
    exclusion(
        "second",
        "Intestinal obstruction or gastrointestinal bleeding within 3 months",
        Has(("gastrointestinal obstruction", "gastrointestinal bleeding"), within_days=91.0),
        "procurement",
    ),
    inclusion("second", "No known active hepatitis B or C", Not(Has(("hepatitis B", "hepatitis C"))), "procurement"),
    inclusion("second", "No prior CAR-T therapy", Not(Treated(("CAR-T cells",))), "procurement"),
    inclusion("second", "Patients with treated, stable brain metastases are eligible", All(()), "procurement"),
    inclusion(
        "second",
        "Platelets ≥ 75 × 10^9/L, haemoglobin ≥ 80 g/L, and neutrophils ≥ 1.0 × 10^9/L",
        All(
            (
                Quantity("platelets_e9_l", ">=", 75.0),
                Quantity("haemoglobin_g_dl", ">=", 8.0),
                Quantity("neutrophils_e9_l", ">=", 1.0),
            )
        ),
        "procurement",
    ),
)
