"""Lugano classification at its limits: by CT, and by PET where it was done."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome import LymphomaVisits, NonTarget, Response, assess_lymphoma

NAN = float("nan")


def judge(longest: object, shortest: object, first: object, second: object, **rest: object) -> list[str]:
    """Judge one patient's visits; sizes are ``visits x lesions``."""
    visits = LymphomaVisits(
        rest.pop("done", 1), [longest], [shortest], [first], [second], **rest,
    )  # type: ignore[arg-type]  # fmt: skip
    return [Response(code).name for code in assess_lymphoma(visits).response[0]]


@pytest.mark.parametrize(
    ("longest", "shortest", "code"),
    [
        (15.0, 12.0, "CR"),  # a node is normal up to 15 mm
        (15.1, 12.0, "PR"),  # 181 of 1200 mm2
        (30.0, 20.0, "PR"),  # exactly half
        (30.0, 20.1, "SD"),
        (44.0, 34.0, "SD"),
        (NAN, NAN, "NE"),
        (0.0, 0.0, "CR"),
    ],
)
def test_one_node_of_40_by_30(longest: float, shortest: float, code: str) -> None:
    assert judge([[longest]], [[shortest]], [40.0], [30.0]) == [code]


def test_an_extranodal_lesion_must_be_gone() -> None:
    assert judge([[12.0]], [[10.0]], [40.0], [30.0], nodal=[[False]]) == ["PR"]
    assert judge([[0.0]], [[0.0]], [40.0], [30.0], nodal=[[False]]) == ["CR"]
    assert judge([[14.0, 1.0]], [[10.0, 1.0]], [40.0, 20.0], [30.0, 20.0], nodal=[[True, False]]) == ["PR"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ((16.0, 12.0), (21.0, 13.8), "PD"),  # product 192 to 289.8: up 51 %, long diameter up 5
        ((16.0, 12.0), (20.9, 13.8), "PR"),  # up 4.9 mm only: small lesions need 5
        ((16.0, 12.0), (21.0, 13.7), "PR"),  # product 287.7: up 49.8 %
        ((24.0, 20.0), (34.0, 21.2), "PD"),  # 480 to 720.8, up 10
        ((24.0, 20.0), (33.9, 21.3), "SD"),  # large lesions need 10 mm
        ((20.0, 16.0), (25.0, 19.2), "PD"),  # 20 mm still counts as small
        ((10.0, 8.0), (15.0, 13.0), "CR"),  # not above 15 mm: not abnormal
        ((10.0, 8.0), (15.1, 13.0), "PD"),
        ((24.0, 10.0), (24.0, 20.0), "PD"),  # the short diameter may tell
    ],
)
def test_progression_of_one_lesion_is_from_its_smallest(
    before: tuple[float, float], after: tuple[float, float], code: str
) -> None:
    found = judge([[before[0]], [after[0]]], [[before[1]], [after[1]]], [30.0], [30.0])
    assert found[1] == code


def test_one_lesion_grows_while_the_sum_shrinks() -> None:
    found = judge([[10.0, 30.0]], [[10.0, 24.0]], [60.0, 20.0], [60.0, 20.0])
    assert found == ["PD"]


def test_other_disease_decides() -> None:
    small = ([[10.0]], [[10.0]], [40.0], [30.0])
    assert judge(*small, non_target=NonTarget.NON_CR_NON_PD) == ["PR"]
    assert judge(*small, non_target=NonTarget.CR) == ["CR"]
    assert judge(*small, non_target=NonTarget.PD) == ["PD"]
    assert judge(*small, new_lesion=1) == judge(*small, marrow=1) == ["PD"]


@pytest.mark.parametrize(
    ("score", "uptake", "code"),
    [(1, -1, "CR"), (3, 3, "CR"), (4, 1, "PR"), (5, 2, "SD"), (4, 3, "PD"), (4, -1, "NE"), (-1, -1, "SD")],
)
def test_a_pet_decides_where_it_was_done(score: int, uptake: int, code: str) -> None:
    assert judge([[39.0]], [[30.0]], [40.0], [30.0], deauville=score, uptake=uptake) == [code]


def test_a_new_lesion_is_progression_whatever_the_pet_says() -> None:
    assert judge([[39.0]], [[30.0]], [40.0], [30.0], deauville=2, new_lesion=1) == ["PD"]


def test_without_disease_nothing_is_judged() -> None:
    assert judge([[0.0]], [[0.0]], [0.0], [0.0]) == ["NE"]
    assert judge([[30.0]], [[30.0]], [40.0], [40.0], done=0) == ["NOT_DONE"]


def test_misuse_is_said() -> None:
    with pytest.raises(StudyError, match="both diameters need three axes"):
        assess_lymphoma(LymphomaVisits(1, [[1.0]], [[1.0]], [[1.0]], [[1.0]]))
    with pytest.raises(StudyError, match="baseline: does not fit"):
        judge([[1.0]], [[1.0]], [1.0, 2.0], [1.0, 2.0])
    with pytest.raises(StudyError, match="negative"):
        judge([[-1.0]], [[1.0]], [1.0], [1.0])
    with pytest.raises(StudyError, match="deauville: unknown code; value: 6"):
        judge([[1.0]], [[1.0]], [1.0], [1.0], deauville=np.array([[6]]))
