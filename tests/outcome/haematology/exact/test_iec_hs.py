"""IEC-HS: each feature at its limit, what is required, and the grades."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from adoptive.outcome.haematology.iec_hs import find_iec_hs, grade_iec_hs

NAN = float("nan")
TYPICAL: dict[str, Any] = {
    "ferritin_ng_ml": 9000.0,
    "ferritin_uln_ng_ml": 300.0,
    "ferritin_at_infusion_ng_ml": 1000.0,
    "transaminase_u_l": 30.0,
    "transaminase_uln_u_l": 40.0,
    "transaminase_baseline_u_l": 20.0,
    "fibrinogen_mg_dl": 120.0,
    "haemophagocytosis": 0,
    "cytopenia_grade_4": 0,
    "crs_resolving": 1,
    "explained_otherwise": 0,
}


@pytest.mark.parametrize(
    ("changes", "feature", "value"),
    [
        ({"ferritin_ng_ml": 601.0, "ferritin_at_infusion_ng_ml": 600.0}, "ferritin", 1),
        ({"ferritin_ng_ml": 600.0, "ferritin_at_infusion_ng_ml": 300.0}, "ferritin", 0),
        ({"ferritin_ng_ml": 600.0, "ferritin_at_infusion_ng_ml": 299.0}, "ferritin", 1),
        ({"ferritin_ng_ml": 100.0, "ferritin_rising_fast": 1}, "ferritin", 1),
        ({"ferritin_ng_ml": NAN}, "ferritin", -1),
        ({"ferritin_ng_ml": 9000.0, "ferritin_at_infusion_ng_ml": NAN}, "ferritin", 1),
        ({"transaminase_u_l": 200.0}, "transaminases", 0),
        ({"transaminase_u_l": 201.0}, "transaminases", 1),
        ({"transaminase_u_l": 201.0, "transaminase_baseline_u_l": 60.0}, "transaminases", 0),
        ({"transaminase_u_l": 301.0, "transaminase_baseline_u_l": 60.0}, "transaminases", 1),
        ({"transaminase_u_l": 301.0, "transaminase_baseline_u_l": NAN}, "transaminases", -1),
        ({"fibrinogen_mg_dl": 150.0}, "fibrinogen", 0),
        ({"fibrinogen_mg_dl": 149.0}, "fibrinogen", 1),
        ({"fibrinogen_mg_dl": 180.0, "fibrinogen_lln_mg_dl": 200.0}, "fibrinogen", 1),
        ({"cytopenia_grade_4": 1}, "cytopenia", 1),
        ({"haemophagocytosis": -1}, "haemophagocytosis", -1),
    ],
)
def test_features(changes: dict[str, float], feature: str, value: int) -> None:
    assert getattr(find_iec_hs(**{**TYPICAL, **changes}), feature) == value


@pytest.mark.parametrize(
    ("changes", "present"),
    [
        ({}, 1),
        ({"common_needed": 2}, 0),
        ({"common_needed": 2, "cytopenia_grade_4": 1}, 1),
        ({"common_needed": 2, "cytopenia_grade_4": -1}, -1),
        ({"ferritin_ng_ml": 100.0}, 0),
        ({"crs_resolving": 0}, 0),
        ({"explained_otherwise": 1}, 0),
        ({"explained_otherwise": -1}, -1),
        ({"fibrinogen_mg_dl": 300.0}, 0),
    ],
)
def test_presence(changes: dict[str, float], present: int) -> None:
    assert find_iec_hs(**{**TYPICAL, **changes}).present == present


def test_grades_go_by_the_worst_need() -> None:
    for needs in itertools.product((0, 1), repeat=4):
        worst = max([1] + [grade for grade, need in enumerate(needs, start=2) if need])
        names = dict(zip(("intervention", "severe", "life_threatening", "death"), needs, strict=True))
        assert grade_iec_hs(1, **names).grade == worst
        assert grade_iec_hs(0, **names).grade == 0
        assert grade_iec_hs(-1, **names).grade == -1


def test_a_missing_need_matters_only_above_the_worst() -> None:
    found = grade_iec_hs(1, intervention=-1, severe=[1, -1, 0], life_threatening=0)
    assert found.grade.tolist() == [3, -1, -1]
