"""Labelled criteria: diagnosis, stage, spread, disease that can be measured, and second cancers."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import All, AnyOf, Disease, Flag, Not, Quantity, Treated, Unread
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion

ADVANCED = ("locally advanced or metastatic",)
AGAIN = ("recurrent or refractory",)

DISEASE: tuple[Labelled, ...] = (
    inclusion("diagnosis", "Histologically confirmed gastric adenocarcinoma", Disease(("gastric adenocarcinoma",))),
    inclusion(
        "diagnosis",
        "Histologically or cytologically confirmed metastatic colorectal cancer",
        Disease(("colorectal cancer",), extent=("metastatic",)),
    ),
    inclusion(
        "diagnosis",
        "Pathologically confirmed locally advanced or metastatic pancreatic ductal adenocarcinoma",
        Disease(("pancreatic ductal adenocarcinoma",), extent=ADVANCED),
    ),
    inclusion(
        "diagnosis",
        "Advanced or metastatic gastric or gastroesophageal junction adenocarcinoma",
        Disease(("oesophagogastric adenocarcinoma",), extent=ADVANCED),
    ),
    inclusion(
        "diagnosis",
        "Unresectable or metastatic synovial sarcoma",
        AnyOf(
            (
                Disease(("synovial sarcoma",), extent=("unresectable",)),
                Disease(("synovial sarcoma",), extent=("metastatic",)),
            )
        ),
    ),
    inclusion(
        "diagnosis",
        "Synovial sarcoma or myxoid/round cell liposarcoma",
        Disease(("synovial sarcoma", "myxoid/round cell liposarcoma")),
    ),
    inclusion(
        "diagnosis",
        "Relapsed or refractory large B-cell lymphoma",
        Disease(("large B-cell lymphoma",), extent=AGAIN),
    ),
    inclusion("diagnosis", "Relapsed/refractory multiple myeloma", Disease(("multiple myeloma",), extent=AGAIN)),
    inclusion(
        "diagnosis",
        "Patients with relapsed or refractory B-cell acute lymphoblastic leukemia",
        Disease(("B-cell acute lymphoblastic leukaemia",), extent=AGAIN),
    ),
    inclusion("diagnosis", "Diagnosis of hepatocellular carcinoma", Disease(("hepatocellular carcinoma",))),
    inclusion("diagnosis", "Histologically confirmed HCC", Disease(("hepatocellular carcinoma",))),
    inclusion(
        "diagnosis",
        "Histologically confirmed advanced solid tumours",
        Disease(("solid tumour",), extent=("advanced",)),
    ),
    inclusion("diagnosis", "Metastatic uveal melanoma", Disease(("uveal melanoma",), extent=("metastatic",))),
    inclusion(
        "diagnosis",
        "Metastatic triple-negative breast cancer",
        Disease(("triple-negative breast cancer",), extent=("metastatic",)),
    ),
    inclusion("diagnosis", "Recurrent glioblastoma", Disease(("glioblastoma",), extent=("recurrent or refractory",))),
    inclusion("diagnosis", "Confirmed diagnosis of malignant pleural mesothelioma", Disease(("pleural mesothelioma",))),
    inclusion(
        "diagnosis",
        "Metastatic non-small cell lung cancer or metastatic melanoma",
        AnyOf(
            (
                Disease(("non-small cell lung cancer",), extent=("metastatic",)),
                Disease(("melanoma",), extent=("metastatic",)),
            )
        ),
    ),
    inclusion(
        "diagnosis",
        "Diffuse large B-cell lymphoma, follicular lymphoma or mantle cell lymphoma",
        Disease(("diffuse large B-cell lymphoma", "follicular lymphoma", "mantle cell lymphoma")),
    ),
    exclusion("diagnosis", "Acute promyelocytic leukaemia", Disease(("acute promyelocytic leukaemia",))),
    exclusion("diagnosis", "Uveal melanoma", Disease(("uveal melanoma",))),
    exclusion("diagnosis", "Primary CNS lymphoma", Disease(("primary CNS lymphoma",))),
    inclusion(
        "stage", "Stage III or IV non-small cell lung cancer", Disease(("non-small cell lung cancer",), ("III", "IV"))
    ),
    inclusion("stage", "Stage IV melanoma", Disease(("melanoma",), ("IV",))),
    inclusion(
        "stage", "Stage IIIB, IIIC or IV NSCLC", Disease(("non-small cell lung cancer",), ("IIIB", "IIIC", "IV"))
    ),
    inclusion("measurable disease", "Measurable disease per RECIST 1.1", Flag("measurable_disease")),
    inclusion(
        "measurable disease",
        "At least one measurable lesion according to RECIST version 1.1",
        Flag("measurable_disease"),
    ),
    inclusion("measurable disease", "Measurable disease as defined by RECIST v1.1", Flag("measurable_disease")),
    inclusion("measurable disease", "Has measurable disease", Flag("measurable_disease")),
    inclusion(
        "measurable disease",
        "Measurable or evaluable disease",
        AnyOf((Flag("measurable_disease"), Flag("evaluable_disease"))),
    ),
    exclusion("measurable disease", "No measurable disease", Not(Flag("measurable_disease"))),
    inclusion("measurable disease", "Presence of at least one measurable target lesion", Flag("measurable_disease")),
    exclusion(
        "second cancer",
        "Another malignancy within 3 years",
        Disease((), other_than_study_disease=True, within_days=1096),
    ),
    exclusion(
        "second cancer",
        "History of another malignancy within the past 5 years",
        Disease((), other_than_study_disease=True, within_days=1826),
    ),
    exclusion(
        "second cancer",
        "Other malignancy within 2 years, except adequately treated basal cell carcinoma of the skin",
        All(
            (
                Disease((), other_than_study_disease=True, within_days=731),
                Unread("except adequately treated basal cell carcinoma of the skin"),
            )
        ),
    ),
    inclusion(
        "diagnosis",
        "Metastatic or unresectable melanoma that progressed after an anti-PD-1 antibody",
        All(
            (
                AnyOf(
                    (Disease(("melanoma",), extent=("metastatic",)), Disease(("melanoma",), extent=("unresectable",)))
                ),
                Treated(("PD-1 inhibitor",), failed=True),
            )
        ),
    ),
    inclusion(
        "diagnosis",
        "High-risk neuroblastoma, relapsed or refractory",
        Disease(("high-risk neuroblastoma",), extent=AGAIN),
    ),
    inclusion(
        "measurable disease",
        "Sum of target lesion diameters ≤ 100 mm",
        Quantity("sum_of_diameters_mm", "<=", 100),
    ),
)
