"""ASTCT grades of the 21 bedside situations derived from the consensus table, read from words as a chart has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from adoptive.outcome.toxicity.crs import CrsSigns, grade_crs
from adoptive.outcome.toxicity.oxygen import oxygen_code

VECTORS = Path(__file__).parents[3] / "data" / "toxgrading" / "astct_crs_vectors.csv"


def _rows() -> pd.DataFrame:
    rows = pd.read_csv(VECTORS, keep_default_na=False)
    assert len(rows) == 21
    return rows


def _signs(rows: pd.DataFrame) -> CrsSigns:
    return CrsSigns(
        rows.temp_c.astype(float),
        hypotension=rows.hypotension,
        vasopressors=rows.n_vasopressors_excl_vasopressin,
        oxygen=oxygen_code(rows.oxygen),
        vasopressin=rows.vasopressin,
        treated=rows.anticytokine_given,
    )


def test_all_21_vectors() -> None:
    rows = _rows()
    found = grade_crs(_signs(rows))
    wrong = rows[found.grade != rows.expected_grade.astype(int)]
    assert wrong.empty, wrong.to_string()


def test_the_reason_names_the_sign_and_the_grade() -> None:
    rows = _rows()
    found = grade_crs(_signs(rows))
    assert [int(text[-1]) for text in found.because] == rows.expected_grade.tolist()
    told = dict(zip(rows.note, found.because, strict=True))
    assert told["two pressors excluding vasopressin"] == "more than one vasopressor, vasopressin not counted: grade 4"
    assert told["high flow is >6 L/min"] == "nasal cannula above 6 L/min or a mask: grade 3"
    assert told["no fever, never treated"] == "no fever and not treated: grade 0"


def test_every_device_of_the_vectors_is_known() -> None:
    assert (oxygen_code(_rows().oxygen) >= 0).all()
    assert np.unique(oxygen_code(_rows().oxygen)).tolist() == [0, 1, 2, 3]
