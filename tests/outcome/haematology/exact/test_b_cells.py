"""B-cell aplasia, low immunoglobulin G and its replacement by every rule."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.haematology.b_cells import (
    find_b_cell_aplasia,
    is_immunoglobulin_due,
    is_immunoglobulin_low,
    replacement_dose_g,
)

NAN = float("nan")
INF = float("inf")


@pytest.mark.parametrize(
    ("counts", "begins", "ends", "episodes", "states"),
    [
        ([100, 100, 100, 100], INF, INF, 0, [0, 0, 0, 0]),
        ([100, 20, 19.9, 5], 2, INF, 1, [0, 0, 1, 1]),
        ([5, 20, 20, 30], 0, 1, 1, [1, 0, 0, 0]),
        ([5, 20, 5, 30], 0, INF, 1, [1, 1, 1, 1]),  # one value above does not end it
        ([5, 30, NAN, 30], 0, 1, 1, [1, 0, 0, 0]),  # in a row among those drawn
        ([5, 30, 30, 5], 0, INF, 2, [1, 0, 0, 1]),
        ([NAN, NAN, 5, NAN], 2, INF, 1, [-1, -1, 1, 1]),
        ([NAN, NAN, NAN, NAN], INF, INF, 0, [-1, -1, -1, -1]),
    ],
)
def test_begin_and_end(counts: list[float], begins: float, ends: float, episodes: int, states: list[int]) -> None:
    found = find_b_cell_aplasia(counts, np.arange(4))
    assert (found.begins_day, found.ends_day, found.episodes) == (begins, ends, episodes)
    assert found.aplastic.tolist() == states


def test_days_and_shapes() -> None:
    found = find_b_cell_aplasia(np.array([[[5.0, 50.0, 50.0]], [[50.0, 50.0, 5.0]]]), [10, 20, 30], limit_per_ul=50)
    assert found.begins_day.tolist() == [[10.0], [30.0]]
    assert found.ends_day.tolist() == [[20.0], [INF]]
    with pytest.raises(StudyError, match="axis of days"):
        find_b_cell_aplasia(5.0, 0)


def test_low_immunoglobulin() -> None:
    found = is_immunoglobulin_low([399.0, 400.0, NAN])
    assert found.grade.tolist() == [1, 0, -1]
    assert found.because.tolist() == [
        "immunoglobulin G low",
        "immunoglobulin G not low",
        "no immunoglobulin G value: not known",
    ]
    assert is_immunoglobulin_low(650.0, below_mg_dl=700).grade == 1


@pytest.mark.parametrize(
    ("igg", "infection", "impaired", "day", "due"),
    [
        (400.0, 0, 0, 91, 1),
        (400.0, 0, 0, 92, 0),
        (400.0, 1, 0, 92, 1),
        (401.0, 0, 0, 30, 0),
        (600.0, 1, 0, 30, 1),
        (601.0, 1, 0, 30, 0),
        (601.0, 1, 1, 30, 1),
        (601.0, 0, 1, 30, 0),
        (400.0, 0, 0, NAN, -1),
        (400.0, 1, -1, NAN, 1),
        (NAN, 0, 0, 30, -1),
        (NAN, 0, 0, 200, 0),
        (500.0, -1, -1, 30, -1),
    ],
)
def test_rule_of_hill(igg: float, infection: int, impaired: int, day: float, due: int) -> None:
    found = is_immunoglobulin_due(igg, recurrent_infection=infection, impaired_vaccine_response=impaired, day=day)
    assert found.grade == due


@pytest.mark.parametrize(
    ("rule", "igg", "infection", "impaired", "low_other", "due"),
    [
        ("AAAAI 2022", 149.0, 0, 0, 0, 1),
        ("AAAAI 2022", 150.0, 0, 0, 0, 0),
        ("AAAAI 2022", 399.0, 1, 0, 0, 1),
        ("AAAAI 2022", 400.0, 1, 0, 0, 0),
        ("AAAAI 2022", 699.0, 1, 1, 1, 1),
        ("AAAAI 2022", 699.0, 1, 1, 0, 0),
        ("AAAAI 2022", 700.0, 1, 1, 1, 0),
        ("HCT", 399.0, 0, 0, 0, 1),
        ("HCT", 400.0, 1, 0, 0, 0),
        ("ASBMT", 100.0, 0, 0, 0, 0),
        ("ASBMT", 399.0, 1, 0, 0, 1),
        ("ASBMT", 100.0, -1, 0, 0, -1),
    ],
)
def test_other_rules(rule: str, igg: float, infection: int, impaired: int, low_other: int, due: int) -> None:
    found = is_immunoglobulin_due(
        igg,
        recurrent_infection=infection,
        impaired_vaccine_response=impaired,
        low_iga_or_igm=low_other,
        rule=rule,  # type: ignore[arg-type]
    )
    assert found.grade == due


def test_the_first_ground_is_the_reason() -> None:
    found = is_immunoglobulin_due([300, 300, 500, 700, 700, NAN], recurrent_infection=[1, 1, 1, 1, 0, 1],
                                  impaired_vaccine_response=1, day=[30, 200, 200, 200, 200, 200])  # fmt: skip
    assert found.because.tolist() == [
        "immunoglobulin G at or below 400 mg/dL in the first three months",
        "immunoglobulin G at or below 400 mg/dL with serious or recurrent infection",
        "immunoglobulin G 400 to 600 mg/dL with serious or recurrent infection",
        "immunoglobulin G above 600 mg/dL with recurrent infection and impaired response to vaccines",
        "replacement is not due",
        "values or signs are missing that decide: not known",
    ]


def test_rule_and_dose_are_checked() -> None:
    with pytest.raises(StudyError, match="Hill 2019, AAAAI 2022, HCT, ASBMT"):
        is_immunoglobulin_due(300.0, rule="none")  # type: ignore[arg-type]
    assert replacement_dose_g(100.0) == 40.0
    assert replacement_dose_g([50.0, 80.0], dose_g_per_kg=0.5).tolist() == [25.0, 40.0]
    for dose in (0.39, 0.61):
        with pytest.raises(StudyError, match=r"0\.4 to 0\.6 g/kg"):
            replacement_dose_g(70.0, dose_g_per_kg=dose)
