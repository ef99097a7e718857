"""The public vectors of laboratory tumour lysis, CAR-HEMATOTOX and EASIX, row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from adoptive.outcome.haematology.car_hematotox import score_car_hematotox
from adoptive.outcome.haematology.easix import compute_easix
from adoptive.outcome.haematology.tumour_lysis import Chemistry, grade_laboratory_tls

VECTORS = Path(__file__).parents[3] / "data" / "toxgrading"


def test_laboratory_tumour_lysis() -> None:
    rows = pd.read_csv(VECTORS / "cairo_bishop_lab_tls_vectors.csv")
    assert len(rows) == 4
    found = grade_laboratory_tls(
        Chemistry(
            uric_acid_mg_dl=rows.uric_acid_mg_dL,
            potassium_mmol_l=rows.potassium_mmol_L,
            phosphate_mg_dl=rows.phosphate_mg_dL,
            corrected_calcium_mg_dl=rows.corrected_calcium_mg_dL,
        )
    )
    assert found.grade.tolist() == rows.expected_lab_tls.tolist()


def test_car_hematotox() -> None:
    rows = pd.read_csv(VECTORS / "car_hematotox_vectors.csv")
    assert len(rows) == 5
    found = score_car_hematotox(
        platelets_e9_l=rows.platelets_1e9L,
        anc_per_ul=rows.anc_per_uL,
        haemoglobin_g_dl=rows.hb_g_dL,
        crp_mg_dl=rows.crp_mg_dL,
        ferritin_ng_ml=rows.ferritin_ng_mL,
    )
    assert found.score.tolist() == rows.expected_score.tolist()
    assert found.risk.tolist() == rows.expected_class.tolist()


def test_easix() -> None:
    rows = pd.read_csv(VECTORS / "easix_vectors.csv")
    assert len(rows) == 4
    found = compute_easix(
        ldh_u_l=rows.ldh_U_L,
        creatinine_mg_dl=rows.creatinine_mg_dL,
        crp_mg_dl=rows.crp_mg_dL,
        platelets_e9_l=rows.platelets_1e9L,
    )
    given = {"EASIX": found.easix, "log2_EASIX": found.log2_easix, "sEASIX": found.s_easix}
    given |= {"mEASIX": found.m_easix, "log2_mEASIX": found.log2_m_easix}
    for column, index in given.items():
        np.testing.assert_allclose(index, rows[column], atol=6e-6, err_msg=column)
