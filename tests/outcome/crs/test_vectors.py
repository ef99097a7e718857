"""ASTCT grades of the 21 bedside situations derived from the consensus table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from adoptive.outcome.toxicity.crs import Oxygen, grade_crs

VECTORS = Path(__file__).parents[2] / "data" / "toxgrading" / "astct_crs_vectors.csv"
SUPPORT = {
    "none": Oxygen.NONE,
    "nasal_cannula_2L": Oxygen.LOW_FLOW,
    "nasal_cannula_6L": Oxygen.LOW_FLOW,
    "blow_by": Oxygen.LOW_FLOW,
    "nasal_cannula_7L": Oxygen.HIGH_FLOW_OR_MASK,
    "facemask": Oxygen.HIGH_FLOW_OR_MASK,
    "venturi": Oxygen.HIGH_FLOW_OR_MASK,
    "nonrebreather": Oxygen.HIGH_FLOW_OR_MASK,
    "cpap": Oxygen.POSITIVE_PRESSURE,
    "bipap": Oxygen.POSITIVE_PRESSURE,
    "mechanical_ventilation": Oxygen.POSITIVE_PRESSURE,
}


def test_all_21_vectors() -> None:
    rows = pd.read_csv(VECTORS, keep_default_na=False)
    assert len(rows) == 21
    found = grade_crs(
        rows.temp_c.astype(float),
        hypotension=rows.hypotension.astype(bool),
        vasopressors=rows.n_vasopressors_excl_vasopressin.astype(int),
        vasopressin=rows.vasopressin.astype(bool),
        oxygen=rows.oxygen.map(SUPPORT),
        treated=rows.anticytokine_given.astype(bool),
    )
    wrong = rows[found != rows.expected_grade.astype(int)]
    assert wrong.empty, wrong.to_string()
