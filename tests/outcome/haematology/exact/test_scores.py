"""CAR-HEMATOTOX, EASIX and HScore at every threshold and with missing values."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.haematology.car_hematotox import LARGEST_POINTS, PARTS, score_car_hematotox
from adoptive.outcome.haematology.easix import compute_easix, creatinine_mg_dl, crp_mg_dl
from adoptive.outcome.haematology.hscore import score_hscore

NAN = float("nan")
WELL = {
    "platelets_e9_l": 250.0,
    "anc_per_ul": 4000.0,
    "haemoglobin_g_dl": 13.0,
    "crp_mg_dl": 0.3,
    "ferritin_ng_ml": 100.0,
}
CALM = {
    "temperature_c": 37.0,
    "organomegaly": 0,
    "haemoglobin_g_dl": 13.0,
    "leukocytes_e9_l": 7.0,
    "platelets_e9_l": 250.0,
    "ferritin_ng_ml": 100.0,
    "triglycerides_mmol_l": 1.0,
    "fibrinogen_g_l": 3.0,
    "ast_u_l": 20.0,
    "immunosuppression": 0,
    "haemophagocytosis": 0,
}
STORM = {
    "temperature_c": 40.0,
    "organomegaly": 2,
    "haemoglobin_g_dl": 7.0,
    "leukocytes_e9_l": 1.0,
    "platelets_e9_l": 20.0,
    "ferritin_ng_ml": 9000.0,
    "triglycerides_mmol_l": 6.0,
    "fibrinogen_g_l": 1.0,
    "ast_u_l": 90.0,
    "immunosuppression": 1,
    "haemophagocytosis": 1,
}


@pytest.mark.parametrize(
    ("part", "values", "points"),
    [
        ("platelets_e9_l", [175.1, 175, 75, 74.9], [0, 1, 1, 2]),
        ("anc_per_ul", [1200, 1199], [0, 1]),
        ("haemoglobin_g_dl", [9.0, 8.9], [0, 1]),
        ("crp_mg_dl", [2.99, 3.0], [0, 1]),
        ("ferritin_ng_ml", [649, 650, 2000, 2001], [0, 1, 1, 2]),
    ],
)
def test_parts_of_car_hematotox(part: str, values: list[float], points: list[int]) -> None:
    found = score_car_hematotox(**{**WELL, part: values})  # type: ignore[arg-type]
    assert found.score.tolist() == points
    assert found.points.sum(axis=-1).tolist() == points
    assert found.risk.tolist() == ["high" if score >= 2 else "low" for score in points]


def test_missing_parts_leave_a_range() -> None:
    assert len(PARTS) == len(LARGEST_POINTS) == len(WELL)
    for part, most in zip(WELL, LARGEST_POINTS, strict=True):
        found = score_car_hematotox(**{**WELL, part: NAN})  # type: ignore[arg-type]
        assert (found.score, found.lowest, found.highest) == (-1, 0, most)
        assert found.risk == ("low" if most < 2 else "not known")
    nothing = score_car_hematotox(**dict.fromkeys(WELL, NAN))
    assert (nothing.lowest, nothing.highest, nothing.high) == (0, 7, -1)


@pytest.mark.parametrize("value", [-1.0, np.inf])
def test_impossible_values_are_refused(value: float) -> None:
    with pytest.raises(StudyError, match="platelet count is out of range"):
        score_car_hematotox(**{**WELL, "platelets_e9_l": value})
    with pytest.raises(StudyError, match="out of range"):
        compute_easix(ldh_u_l=value, platelets_e9_l=100)


def test_easix_marks_what_a_missing_value_leaves_unknown() -> None:
    found = compute_easix(ldh_u_l=[200, NAN, 200], platelets_e9_l=[100, 100, NAN], creatinine_mg_dl=1.0)
    for index, known, log2 in (
        (found.easix, found.known, found.log2_easix),
        (found.s_easix, found.s_known, found.log2_s_easix),
    ):
        assert index.tolist() == [2.0, -1.0, -1.0]
        assert known.tolist() == [True, False, False]
        assert log2.tolist() == [1.0, -np.inf, -np.inf]
    assert found.m_easix.tolist() == [-1.0] * 3
    assert not found.m_known.any()
    with pytest.raises(StudyError, match="divides by the platelet count"):
        compute_easix(ldh_u_l=200, platelets_e9_l=0)


def test_easix_units() -> None:
    assert creatinine_mg_dl(88.42) == pytest.approx(1.0)
    assert crp_mg_dl(10.0) == 1.0
    assert compute_easix(ldh_u_l=200, platelets_e9_l=100, crp_mg_dl=0.0).log2_m_easix == -np.inf


@pytest.mark.parametrize(
    ("sign", "values", "points"),
    [
        ("temperature_c", [38.3, 38.4, 39.4, 39.5], [0, 33, 33, 49]),
        ("organomegaly", [0, 1, 2], [0, 23, 38]),
        ("ferritin_ng_ml", [1999, 2000, 6000, 6001], [0, 35, 35, 50]),
        ("triglycerides_mmol_l", [1.49, 1.5, 4.0, 4.01], [0, 44, 44, 64]),
        ("fibrinogen_g_l", [2.51, 2.5], [0, 30]),
        ("ast_u_l", [29, 30], [0, 19]),
        ("immunosuppression", [0, 1], [0, 18]),
        ("haemophagocytosis", [0, 1], [0, 35]),
    ],
)
def test_parts_of_the_hscore(sign: str, values: list[float], points: list[int]) -> None:
    assert score_hscore(**{**CALM, sign: values}).score.tolist() == points  # type: ignore[arg-type]


def test_lineages_of_the_hscore() -> None:
    low = {"haemoglobin_g_dl": 9.2, "leukocytes_e9_l": 5.0, "platelets_e9_l": 110.0}
    above = {"haemoglobin_g_dl": 9.3, "leukocytes_e9_l": 5.1, "platelets_e9_l": 111.0}
    names = list(low)
    scores = [score_hscore(**{**CALM, **above, **{name: low[name] for name in names[:k]}}).score for k in range(4)]
    assert [int(score) for score in scores] == [0, 0, 24, 34]


def test_the_hscore_reaches_337_and_cuts_at_169() -> None:
    assert score_hscore(**STORM).score == 337
    # 49 + 38 + 34 + 30 + 18 = 169; without immunosuppression 151
    calmer = {**STORM, "ferritin_ng_ml": 0.0, "triglycerides_mmol_l": 0.0, "ast_u_l": 0.0, "haemophagocytosis": 0}
    found = score_hscore(**{**calmer, "immunosuppression": [1, 0, -1]})  # type: ignore[arg-type]
    assert found.score.tolist() == [169, 151, -1]
    assert found.likely.tolist() == [1, 0, -1]


def test_a_missing_lineage_that_cannot_matter_leaves_the_score_known() -> None:
    one = score_hscore(**{**CALM, "platelets_e9_l": NAN})
    assert (one.score, one.likely) == (0, 0)
    two = score_hscore(**{**CALM, "haemoglobin_g_dl": 8.0, "platelets_e9_l": NAN})
    assert (two.score, two.lowest, two.highest) == (-1, 0, 24)


def test_unknown_codes_are_refused() -> None:
    with pytest.raises(StudyError, match=r"organomegaly has an unknown code; value: 3; allowed: 0, 1, 2; -1"):
        score_hscore(**{**CALM, "organomegaly": 3})
    with pytest.raises(StudyError, match="immunosuppression is not coded"):
        score_hscore(**{**CALM, "immunosuppression": "yes"})
