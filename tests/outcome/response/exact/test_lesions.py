"""Non-target disease, markers, choice of target lesions, and what a baseline may not hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.response.baseline import check_baseline
from adoptive.outcome.response.lesions import choose_targets, judge_non_target
from adoptive.outcome.types import NonTarget

CR, NON, PD, NE, NONE = NonTarget.CR, NonTarget.NON_CR_NON_PD, NonTarget.PD, NonTarget.NE, NonTarget.NONE


@pytest.mark.parametrize(
    ("marker", "state", "expected"),
    [(1, 0, CR), (0, 0, NON), (-1, 0, NE), (0, 1, NON), (-1, 1, NON), (0, 6, PD), (-1, 6, PD), (1, -1, NE), (0, 8, NE)],
)
def test_markers(marker: int, state: int, expected: NonTarget) -> None:
    assert judge_non_target([[[state]]], marker_normal=[[marker]]).tolist() == [[expected]]


def test_patients_without_non_target_lesions() -> None:
    assert judge_non_target([[[-1, -1]]], lesion=[[False, False]]).tolist() == [[NONE]]
    assert judge_non_target([[[0, -1]]], lesion=[[True, False]]).tolist() == [[CR]]


@pytest.mark.parametrize(("size", "state", "expected"), [(9.9, 1, CR), (10.0, 0, NON), (12.0, 6, PD), (np.nan, 0, CR)])
def test_nodes_by_size(size: float, state: int, expected: NonTarget) -> None:
    assert judge_non_target([[[state]]], node_mm=[[[size]]]).tolist() == [[expected]]


def test_choice_of_targets() -> None:
    size = np.array([[50.0, 40.0, 30.0, 20.0, 20.0, 20.0, 14.9, 15.0]])
    organ = np.array([[1, 1, 1, 2, 2, 3, 9, 9]])
    nodal = organ == 9
    assert choose_targets(size, organ, nodal=nodal)[0].tolist() == [True, True, False, True, True, True, False, False]
    assert choose_targets(size, organ, nodal=nodal, most=6)[0].tolist()[-2:] == [False, True]
    assert choose_targets([[10.0, 9.9, np.nan]], [1, 2, 3]).tolist() == [[True, False, False]]
    with pytest.raises(StudyError, match="one row per patient"):
        choose_targets([10.0], [1])


def texts(size: float, **options: Any) -> list[str]:
    settings: dict[str, Any] = {"target": True} | options
    return [finding.text for finding in check_baseline(["A"], [size], **settings)]


@pytest.mark.parametrize(
    ("size", "options", "text"),
    [
        (9.9, {}, "too small to be measured: 10 mm"),
        (15.9, {"slice_mm": 8.0}, "too small to be measured: 16 mm"),
        (9.9, {"method": "calipers"}, "too small to be measured: 10 mm"),
        (19.9, {"method": "chest X-ray"}, "too small to be measured: 20 mm"),
        (9.9, {"nodal": True}, "normal: 15 mm"),
        (14.9, {"nodal": True}, "non-target disease: 15 mm"),
        (9.9, {"nodal": True, "target": False}, "non-target node of 9.9 mm is normal"),
        (30.0, {"irradiated": True}, "irradiated"),
        (np.nan, {}, "without a diameter"),
    ],
)
def test_findings(size: float, options: dict[str, Any], text: str) -> None:
    found = texts(size, **options)
    assert len(found) == 1
    assert text in found[0]


@pytest.mark.parametrize(
    ("size", "options"),
    [
        (10.0, {}),
        (10.0, {"slice_mm": 5.0}),
        (16.0, {"slice_mm": 8.0}),
        (10.0, {"slice_mm": 8.0, "method": "calipers"}),
        (20.0, {"method": "chest X-ray"}),
        (15.0, {"nodal": True}),
        (10.0, {"nodal": True, "target": False}),
        (5.0, {"target": False}),
        (30.0, {"irradiated": True, "grown_since": True}),
    ],
)
def test_what_is_allowed(size: float, options: dict[str, Any]) -> None:
    assert texts(size, **options) == []


def test_too_many() -> None:
    found = check_baseline(
        ["A"] * 6 + ["B"] * 5, 20.0, target=True, organ=["liver"] * 3 + ["lung"] * 2 + [""] + [""] * 5
    )
    assert [(one.row, one.patient, one.text) for one in found] == [
        (-1, "A", "6 target lesions: at most 5"),
        (-1, "A", "3 target lesions in liver: at most 2 per organ"),
    ]
    nodes = check_baseline(["A"] * 3, 20.0, target=True, nodal=True, organ=["neck", "axilla", "groin"])
    assert [one.text for one in nodes] == ["3 target lesions in lymph nodes: at most 2 per organ"]


def test_findings_name_their_row_and_lesion() -> None:
    found = check_baseline(["A", "B"], [30.0, 8.0], target=True, lesion=["T1", "T7"])
    assert [(one.row, one.patient, one.lesion) for one in found] == [(1, "B", "T7")]


def test_mistakes_are_named() -> None:
    with pytest.raises(StudyError, match=r"method.*X-ray$|unknown method"):
        check_baseline(["A"], [10.0], target=True, method="ultrasound")
    with pytest.raises(StudyError, match="another length"):
        check_baseline(["A"], [10.0, 12.0], target=True)
