"""Remission of leukaemia at its limits, both sides of each."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome import LeukaemiaVisits, Response, assess_leukaemia, is_mrd_negative

NAN = float("nan")


def codes(**values: object) -> list[str]:
    rest: dict[str, object] = {"done": 1, "neutrophils_e9_l": 2.0, "platelets_e9_l": 200.0}
    return [Response(code).name for code in assess_leukaemia(LeukaemiaVisits(**(rest | values))).response[0]]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("blasts", "neutrophils", "platelets", "code"),
    [
        (4.99, 1.0, 100.0, "CR"),
        (5.0, 1.0, 100.0, "NR"),
        (4.99, 0.99, 100.0, "CRI"),
        (4.99, 1.0, 99.9, "CRI"),
        (4.99, 0.99, 99.9, "CRI"),
        (0.0, NAN, 100.0, "CRI"),
        (0.0, NAN, 99.9, "CRI"),
        (NAN, 1.0, 100.0, "NE"),
        (80.0, 1.0, 100.0, "NR"),
    ],
)
def test_one_visit(blasts: float, neutrophils: float, platelets: float, code: str) -> None:
    found = codes(blasts_percent=[[blasts]], neutrophils_e9_l=[[neutrophils]], platelets_e9_l=[[platelets]])
    assert found == [code]


def test_blasts_elsewhere_are_no_remission_and_later_a_relapse() -> None:
    for name in ("blood_blasts", "extramedullary"):
        assert codes(blasts_percent=[[1.0]], **{name: [[1]]}) == ["NR"]
        assert codes(blasts_percent=[[1.0, 1.0]], **{name: [[0, 1]]}) == ["CR", "PD"]
        assert codes(blasts_percent=[[1.0]], **{name: [[-1]]}) == ["NE"]
        assert codes(blasts_percent=[[NAN]], **{name: [[1]]}) == ["NR"]


@pytest.mark.parametrize(
    ("blasts", "limit", "code"), [(5.0, 5.0, "PD"), (4.9, 5.0, "CR"), (24.9, 25.0, "NR"), (25.0, 25.0, "PD")]
)
def test_relapse_needs_a_remission_and_its_limit(blasts: float, limit: float, code: str) -> None:
    visits = LeukaemiaVisits(1, [[2.0, blasts]], 2.0, 200.0)
    assert Response(assess_leukaemia(visits, relapse_percent=limit).response[0, 1]).name == code


@pytest.mark.parametrize(("second", "code"), [(49.9, "NR"), (50.0, "PD")])
def test_progression_without_remission_is_a_quarter_above_the_lowest(second: float, code: str) -> None:
    assert codes(blasts_percent=[[40.0, second]], baseline_percent=[60.0]) == ["NR", code]
    assert codes(blasts_percent=[[second]], baseline_percent=[40.0]) == [code]


def test_a_missed_visit_is_not_read() -> None:
    assert codes(done=[[1, 0, 1]], blasts_percent=[[2.0, 90.0, 2.0]]) == ["CR", "NOT_DONE", "CR"]


def test_every_reason_names_its_response() -> None:
    found = assess_leukaemia(LeukaemiaVisits([[1, 1, 0]], [[2.0, 9.0, 1.0]], [[0.2, 2.0, 2.0]], 200.0))
    assert found.because.tolist() == [
        [
            "blasts below 5 %, neutrophils or platelets not recovered: CRi",
            "blasts back in the marrow after a remission: relapse",
            "no visit took place",
        ]
    ]
    assert found.progression_visit.tolist() == [1]


def test_residual_disease_at_its_limit() -> None:
    assert is_mrd_negative([9.9e-5, 1e-4, 0.0, NAN]).grade.tolist() == [1, 0, 1, -1]
    assert is_mrd_negative([0.0, 2e-3], sensitivity=1e-3).grade.tolist() == [-1, 0]
    assert is_mrd_negative([5e-6, 2e-5], limit=1e-5).grade.tolist() == [1, 0]
    assert is_mrd_negative(np.zeros((2, 3))).grade.shape == (2, 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"blasts_percent": [[-1.0]]}, "blasts_percent: is too low"),
        ({"blasts_percent": [[1.0]], "blood_blasts": [[2]]}, "blood_blasts: unknown code; value: 2"),
        ({"blasts_percent": [[1.0]], "neutrophils_e9_l": [[1.0, 2.0]]}, "neutrophils_e9_l: does not fit"),
        ({"blasts_percent": [[1.0]], "baseline_percent": [1.0, 2.0]}, "baseline_percent: does not fit"),
        ({"blasts_percent": ["x"]}, "blasts_percent must be numbers"),
    ],
)
def test_misuse_is_said(values: dict[str, object], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        codes(**values)
