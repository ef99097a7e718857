"""Labelled criteria that look like others but mean something else: plans, relatives, risks, permissions, conditions."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import (
    All,
    AnyOf,
    Disease,
    Has,
    HlaAllele,
    Named,
    Not,
    Quantity,
    Treated,
    Unread,
)
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion

REST = Unread("the rest")
CLEARANCE = Quantity("creatinine_clearance_ml_min", ">=", 60)
CLOT = Has(("deep vein thrombosis",))
PLATELETS = "platelets_e9_l"

TRAP: tuple[Labelled, ...] = (
    exclusion("trap", "Major surgery planned within 4 weeks after infusion", REST, "treatment"),
    exclusion("trap", "Live vaccine planned during the study", REST),
    exclusion("trap", "Candidate for curative surgery", REST),
    exclusion("trap", "Family history of long QT syndrome", REST),
    exclusion("trap", "Partner is pregnant", REST),
    exclusion("trap", "Close contact with persons who have active tuberculosis", REST),
    exclusion("trap", "Donor is HLA-A*02:01 positive", REST),
    inclusion("trap", "KRAS mutation status is known", REST),
    inclusion("trap", "HER2 status has been documented", REST),
    exclusion("trap", "High risk of gastrointestinal bleeding", REST),
    exclusion("trap", "Suspected brain metastases", REST),
    inclusion("trap", "Prior exposure to at least 2 of the following: gemcitabine, cisplatin, capecitabine", REST),
    exclusion("trap", "More than 50% of tumour cells negative for CLDN18.2", REST),
    inclusion("trap", "Patients older than 60 years need a geriatric assessment", REST),
    exclusion("trap", "Oxygen needed to keep saturation above 92%", REST),
    exclusion("trap", "Ejection fraction has not been measured", REST),
    inclusion("trap", "Not a candidate for allogeneic stem cell transplant", REST),
    exclusion("trap", "Scheduled for allogeneic stem cell transplant", REST),
    exclusion("trap", "Refuses blood transfusion", REST),
    exclusion("trap", "Systemic corticosteroids are expected to be needed during the study", REST),
    exclusion("trap", "HIV test not available", REST),
    exclusion("trap", "Well-controlled hypertension is allowed", REST),
    exclusion("trap", "Vaccination with an inactivated vaccine is permitted", REST),
    exclusion("trap", "Chemotherapy more than 2 weeks ago is allowed", REST),
    inclusion("trap", "Patients with HIV infection are eligible if the viral load is undetectable", REST),
    # Of the two customary units only one makes 1000 a count that people have.
    inclusion("trap", "Absolute neutrophil count ≥ 1000", Quantity("neutrophils_e9_l", ">=", 1)),
    inclusion("trap", "Haemoglobin ≥ 90", REST),
    # Slips of the pen: taken at their word they would let everybody in.
    inclusion("trap", "Hemoglobin ≥ 9.0 g/L", REST),
    inclusion("trap", "Platelets ≥ 100 /mm3", REST),
    exclusion(
        "trap", "Deep vein thrombosis unless on stable anticoagulation", All((Has(("deep vein thrombosis",)), REST))
    ),
    exclusion("trap", "Grade 3 or higher peripheral neuropathy", All((Has(("peripheral neuropathy",)), REST))),
    exclusion("trap", "History of hepatitis B that has been cured", All((Has(("hepatitis B",), ever=True), REST))),
    exclusion("trap", "No prior CAR-T cell therapy", Not(Treated(("CAR-T cells",)))),
    inclusion("trap", "Patients with treated brain metastases are eligible", All(())),
    inclusion("trap", "Never received a checkpoint inhibitor", Not(Treated(("checkpoint inhibitor",)))),
    inclusion("trap", "Naive to checkpoint inhibitor therapy", Not(Treated(("checkpoint inhibitor",)))),
    inclusion("trap", "HLA-A*02:01 negative", Not(HlaAllele(("HLA-A*02:01",)))),
    exclusion("trap", "Fewer than 2 prior lines of systemic therapy", Quantity("prior_lines", "<", 2)),
    inclusion("trap", "Less than 3 prior lines of therapy", Quantity("prior_lines", "<", 3)),
    inclusion(
        "trap",
        "Creatinine clearance ≥ 60 mL/min unless serum creatinine is ≤ 1.5 mg/dL",
        AnyOf((CLEARANCE, Quantity("creatinine_mg_dl", "<=", 1.5))),
    ),
    inclusion(
        "trap",
        "At least 12 weeks since allogeneic stem cell transplant",
        Not(Treated(("allogeneic stem cell transplant",), within_days=84)),
    ),
    inclusion(
        "trap",
        "Platelets ≥ 75 x 10^9/L, or ≥ 30 x 10^9/L with bone marrow involvement",
        AnyOf(
            (
                Quantity(PLATELETS, ">=", 75),
                All((Quantity(PLATELETS, ">=", 30), Has(("bone marrow involvement",)))),
            )
        ),
    ),
    inclusion(
        "trap",
        "Patients aged 65 years or older must have an ECOG performance status of 0",
        AnyOf((Quantity("age_years", "<", 65), Quantity("ecog", "<=", 0))),
    ),
    inclusion("trap", "Men with prostate cancer", All((Named("sex", ("male",)), Disease(("prostate cancer",))))),
    inclusion("trap", "Body weight > 40 kg", Quantity("weight_kg", ">", 40)),
    inclusion("trap", "Negative test for HIV", Not(Has(("HIV infection",)))),
    inclusion(
        "trap",
        "Negative for HIV, hepatitis B and hepatitis C",
        All((Not(Has(("HIV infection",))), Not(Has(("hepatitis B",))), Not(Has(("hepatitis C",))))),
    ),
)
