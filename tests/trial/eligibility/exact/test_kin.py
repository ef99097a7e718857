"""Drugs of a class and cancers that are surely others, as a clinician sees them."""

from __future__ import annotations

import datetime

import pytest

from adoptive.trial.eligibility.facts import Diagnosis, Fact, Facts, Therapy
from adoptive.trial.eligibility.judge import explain, truth
from adoptive.trial.eligibility.statements import Disease, Quantity, Treated, Truth
from adoptive.trial.eligibility.vocabulary import load_vocabulary

DAY = datetime.date(2026, 11, 1)


@pytest.mark.parametrize(
    ("given", "asked", "holds"),
    [
        ("gemcitabine", "gemcitabine-based chemotherapy", True),
        ("imatinib", "BCR-ABL tyrosine kinase inhibitor", True),
        ("talquetamab", "GPRC5D-targeted therapy", True),
        ("naxitamab", "monoclonal antibody", True),
        ("tocilizumab", "immunosuppressive therapy", True),
        ("dabrafenib", "BRAF/MEK inhibitor", None),
        ("glofitamab", "CD20 antibody", None),
        ("cisplatin", "gemcitabine-based chemotherapy", False),
    ],
)
def test_a_drug_counts_for_its_class(given: str, asked: str, holds: Truth) -> None:
    facts = Facts("synthetic", DAY, therapies=(Therapy(given, DAY, DAY),), complete=frozenset({"therapies"}))
    assert truth(Treated((asked,)), facts) is holds


@pytest.mark.parametrize("mine", ["gastric adenocarcinoma", "synovial sarcoma", "hepatocellular carcinoma"])
def test_a_germ_cell_tumour_is_another_cancer(mine: str) -> None:
    assert truth(Disease(("germ cell tumour",)), Facts("synthetic", DAY, diagnoses=(Diagnosis(mine),))) is False


def test_a_clearance_by_a_square_metre_is_no_unit() -> None:
    assert load_vocabulary().in_unit("creatinine_clearance_ml_min", 60.0, "mL/min/m2") is None


def test_a_value_that_was_turned_is_said_with_four_figures() -> None:
    facts = Facts("synthetic", DAY, {"creatinine_mg_dl": (Fact(0.80298575, "mg/dL", upper_limit=1.176204),)})
    said = explain(Quantity("creatinine_mg_dl", "<=", 1.5, times_normal=True), facts).because
    assert said == ("creatinine in serum 0.803 mg/dL (upper limit of normal 1.176)",)
