"""ASTCT grades of the 22 bedside situations derived from the consensus table, read from words as a chart has them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from adoptive.outcome.toxicity.icans import IcansSigns, grade_icans
from adoptive.outcome.toxicity.words import consciousness_code, motor_code, pressure_code, seizure_code

VECTORS = Path(__file__).parents[3] / "data" / "toxgrading" / "astct_icans_vectors.csv"


def test_all_22_vectors() -> None:
    rows = pd.read_csv(VECTORS, keep_default_na=False)
    assert len(rows) == 22
    found = grade_icans(
        IcansSigns(
            ice=rows.ice,
            consciousness=consciousness_code(rows.consciousness),
            seizure=seizure_code(rows.seizure),
            motor=motor_code(rows.motor),
            pressure=pressure_code(rows.icp),
        )
    )
    wrong = rows[found.grade != rows.expected_grade.astype(int)]
    assert wrong.empty, wrong.to_string()
    assert [int(text[-1]) for text in found.because] == rows.expected_grade.tolist()
