"""A million rows within a second of one core: here with room for slow machines, so that only a loop over rows fails."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from adoptive.outcome.haematology.b_cells import find_b_cell_aplasia, is_immunoglobulin_due
from adoptive.outcome.haematology.car_hematotox import score_car_hematotox
from adoptive.outcome.haematology.clinical_lysis import grade_clinical_tls
from adoptive.outcome.haematology.daily import daily_lowest
from adoptive.outcome.haematology.icaht import grade_icaht_early, grade_icaht_late
from adoptive.outcome.haematology.thrombocytopenia import grade_t_icaht_early
from adoptive.outcome.haematology.tumour_lysis import Chemistry, grade_laboratory_tls

ROWS = 1_000_000
SECONDS = 4.0
RNG = np.random.default_rng(4)
VALUE = RNG.uniform(0, 10, ROWS)
MONTHS = np.where(RNG.random((ROWS // 31, 31)) < 0.4, np.nan, RNG.uniform(0, 3000, (ROWS // 31, 31)))
CODE = RNG.integers(0, 2, ROWS)

TASKS: dict[str, Callable[[], object]] = {
    "daily lowest": lambda: daily_lowest(np.arange(ROWS) // 31, np.arange(ROWS) % 31, VALUE),
    "early ICAHT": lambda: grade_icaht_early(MONTHS),
    "late ICAHT": lambda: grade_icaht_late(MONTHS, 31 + np.arange(31)),
    "early T-ICAHT": lambda: grade_t_icaht_early(MONTHS / 10),
    "laboratory lysis": lambda: grade_laboratory_tls(
        Chemistry(uric_acid_mg_dl=VALUE, potassium_mmol_l=VALUE, phosphate_mg_dl=VALUE, corrected_calcium_mg_dl=VALUE)
    ),
    "clinical lysis": lambda: grade_clinical_tls(CODE, creatinine_x_uln=VALUE, arrhythmia=CODE, seizure=0),
    "CAR-HEMATOTOX": lambda: score_car_hematotox(
        platelets_e9_l=VALUE, anc_per_ul=VALUE, haemoglobin_g_dl=VALUE, crp_mg_dl=VALUE, ferritin_ng_ml=VALUE
    ),
    "aplasia": lambda: find_b_cell_aplasia(VALUE.reshape(-1, 250) * 10, np.arange(250)),
    "immunoglobulin": lambda: is_immunoglobulin_due(100 * VALUE, recurrent_infection=CODE, day=30),
}


@pytest.mark.parametrize("task", TASKS)
def test_a_million_rows(task: str) -> None:
    start = time.process_time()
    TASKS[task]()
    took = time.process_time() - start
    print(f"{task}: {took:.2f} s for {ROWS} rows")
    assert took < SECONDS
