"""Rows of lesions become scans: order, split, merged, too small, gone, not measured; what cannot be is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.response.recist import assess
from adoptive.outcome.response.table import lesion_rows, rows_of, stack_rows
from adoptive.outcome.response.types import Kind, LesionState, NewLesion, Stacked
from adoptive.outcome.types import NonTarget, Response

TARGET, OTHER, NEW = Kind.TARGET, Kind.NON_TARGET, Kind.NEW


def stack(*rows: tuple[Any, ...], **options: Any) -> Stacked:
    """Rows of (visit, lesion, kind, diameter or state) of one patient."""
    visit, lesion, kind, seen = (list(column) for column in zip(*[row[:4] for row in rows], strict=True))
    size = [np.nan if isinstance(value, LesionState) else float(value) for value in seen]
    state = [value if isinstance(value, LesionState) else LesionState.UNKNOWN for value in seen]
    state = [row[4] if len(row) > 4 else given for row, given in zip(rows, state, strict=True)]
    made = lesion_rows(["A"] * len(visit), visit, lesion, kind, diameter_mm=size, state=state)
    return stack_rows(made, **options)


def test_rows_in_any_order() -> None:
    rows = [(3, "T1", TARGET, 12), (1, "T2", TARGET, 20), (2, "T1", TARGET, 10), (1, "T1", TARGET, 30)]
    found = stack(*rows)
    assert found.visit.tolist() == [[2.0, 3.0]]
    assert found.lesion.tolist() == [["T1", "T2"]]
    assert found.scans.baseline_mm.tolist() == [[30.0, 20.0]]
    assert found.scans.diameter_mm[0, :, 0].tolist() == [10.0, 12.0]
    assert found.scans.measured[0].tolist() == [[True, False], [True, False]]


def test_patients_and_readers_stand_apart() -> None:
    rows = lesion_rows(
        ["B", "B", "A", "A", "B", "B", "B"], [0, 1, 0, 5, 0, 1, 2], "T1", TARGET,
        reader=["x", "x", "x", "x", "y", "y", "y"], diameter_mm=[50.0, 20.0, 30.0, 30.0, 40.0, 60.0, 60.0],
    )  # fmt: skip
    found = stack_rows(rows)
    assert list(zip(found.patient.tolist(), found.reader.tolist(), strict=True)) == [("A", "x"), ("B", "x"), ("B", "y")]
    assert found.scans.done.tolist() == [[True, False], [True, False], [True, True]]
    assert assess(found.scans).response.tolist() == [
        [Response.SD, Response.NOT_DONE], [Response.PR, Response.NOT_DONE], [Response.PD, Response.PD],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "size", "measured"),
    [
        (LesionState.ABSENT, 0.0, True),
        (LesionState.MERGED, 0.0, True),
        (LesionState.TOO_SMALL, 5.0, True),
        (LesionState.NOT_EVALUATED, 0.0, False),
        (LesionState.PRESENT, 0.0, False),
        (4.0, 4.0, True),
    ],
)
def test_target_lesions_without_a_diameter(seen: Any, size: float, measured: bool) -> None:
    found = stack((0, "T1", TARGET, 30), (1, "T1", TARGET, seen)).scans
    assert (found.diameter_mm.item(), found.measured.item()) == (size, measured)


def test_too_small_may_be_written_otherwise() -> None:
    rows = [(0, "T1", TARGET, 30), (1, "T1", TARGET, LesionState.TOO_SMALL)]
    assert stack(*rows, too_small_mm=2.0).scans.diameter_mm.item() == 2.0


def test_split_lesions_are_added_and_merged_ones_count_once() -> None:
    part = LesionState.SPLIT
    split = stack((0, "T1", TARGET, 30), (1, "T1", TARGET, 20, part), (1, "T1", TARGET, 17, part))
    found = assess(split.scans)
    assert found.sum_mm.tolist() == [[37.0]]
    assert found.response.tolist() == [[Response.PD]]  # 7 mm and 23 % more
    merged = stack(
        (0, "T1", TARGET, 30), (0, "T2", TARGET, 30), (1, "T1", TARGET, 55), (1, "T2", TARGET, LesionState.MERGED)
    )
    found = assess(merged.scans)
    assert (found.sum_mm.tolist(), found.complete.tolist()) == ([[55.0]], [[True]])
    # a part that was not measured leaves the lesion unmeasured
    gap = stack((0, "T1", TARGET, 30), (1, "T1", TARGET, 20, part), (1, "T1", TARGET, LesionState.NOT_EVALUATED))
    assert assess(gap.scans).response.tolist() == [[Response.NE]]


def test_a_target_without_a_baseline_is_not_guessed() -> None:
    found = assess(stack((0, "T1", TARGET, 30), (1, "T1", TARGET, 10), (1, "T2", TARGET, 10)).scans)
    assert found.because.tolist() == [["the baseline of a target lesion is missing: NE"]]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([LesionState.ABSENT, LesionState.ABSENT], NonTarget.CR),
        ([LesionState.ABSENT, LesionState.PRESENT], NonTarget.NON_CR_NON_PD),
        ([LesionState.PRESENT, LesionState.UNEQUIVOCAL], NonTarget.PD),
        ([LesionState.PRESENT, LesionState.NOT_EVALUATED], NonTarget.NE),
        ([LesionState.PRESENT, LesionState.LARGER], NonTarget.NON_CR_NON_PD),
        ([0.0, 0.0], NonTarget.CR),
        ([12.0, 0.0], NonTarget.NON_CR_NON_PD),
    ],
)
def test_non_target_disease(seen: list[Any], expected: NonTarget) -> None:
    rows = [(0, "N1", OTHER, LesionState.PRESENT), (0, "N2", OTHER, LesionState.PRESENT)]
    found = stack(*rows, (1, "N1", OTHER, seen[0]), (1, "N2", OTHER, seen[1]))
    assert found.scans.non_target.tolist() == [[expected]]
    assert found.non_target_larger.tolist() == [[LesionState.LARGER in seen]]


def test_a_non_target_lesion_without_a_row_was_not_evaluated() -> None:
    rows = [(0, "N1", OTHER, LesionState.PRESENT), (0, "N2", OTHER, LesionState.PRESENT), (1, "N1", OTHER, 0.0)]
    assert stack(*rows).scans.non_target.tolist() == [[NonTarget.NE]]


def test_non_target_nodes_are_normal_below_10_mm() -> None:
    for size, expected in ((9.9, NonTarget.CR), (10.0, NonTarget.NON_CR_NON_PD)):
        rows = lesion_rows(["A", "A"], [0, 1], "N1", OTHER, diameter_mm=[12.0, size], nodal=True)
        assert stack_rows(rows).scans.non_target.tolist() == [[expected]]


def test_new_lesions() -> None:
    rows = [(0, "T1", TARGET, 30), *((v, "T1", TARGET, 30) for v in (1, 2, 3))]
    found = stack(*rows, (2, "W1", NEW, LesionState.EQUIVOCAL), (3, "W1", NEW, LesionState.UNEQUIVOCAL))
    assert found.new_lesion[0, :, 0].tolist() == [NewLesion.NONE, NewLesion.EQUIVOCAL, NewLesion.UNEQUIVOCAL]
    assert found.scans.new_lesion.tolist() == [[False, True, True]]  # dated back
    assert found.new.state[0, :, 0].tolist() == [LesionState.ABSENT, LesionState.PRESENT, LesionState.PRESENT]
    never = stack(*rows, (2, "W1", NEW, LesionState.EQUIVOCAL), (3, "W1", NEW, LesionState.ABSENT))
    assert not never.scans.new_lesion.any()


def test_measured_new_lesions_are_followed_apart() -> None:
    rows = [(0, "T1", TARGET, 30), (1, "T1", TARGET, 30), (2, "T1", TARGET, 30)]
    small, big = [(1, "W1", NEW, 8), (2, "W1", NEW, 8)], [(1, "W2", NEW, 14), (2, "W2", NEW, 20)]
    found = stack(*rows, *small, *big)
    assert found.new.target.tolist() == [[False, True]]  # 8 mm cannot be measured
    assert found.new.size_mm[0, :, 1].tolist() == [14.0, 20.0]
    assert assess(found.scans).sum_mm.tolist() == [[30.0, 30.0]]  # they never enter the sum


def test_visits_without_rows_took_place() -> None:
    rows = lesion_rows(["A", "A"], [0, 1], "T1", TARGET, diameter_mm=[30.0, 30.0], day=[0.0, 42.0])
    found = stack_rows(rows, visits=(["A", "A", "B"], ["", "", ""], [2, 1, 1], [84.0, np.nan, 42.0]))
    assert found.patient.tolist() == ["A", "B"]
    assert found.scans.day[0].tolist() == [42.0, 84.0]
    assert assess(found.scans).response[0].tolist() == [Response.SD, Response.NE]


def test_baseline_may_be_named() -> None:
    rows = [(-1, "T1", TARGET, 60), (0, "T1", TARGET, 30), (1, "T1", TARGET, 30)]
    found = stack(*rows, baseline_visit=0)
    assert (found.scans.baseline_mm.tolist(), found.visit.tolist()) == ([[30.0]], [[1.0]])


def test_days_are_the_earliest_of_a_visit_and_may_be_unknown() -> None:
    rows = lesion_rows(
        ["A"] * 5, [0, 1, 1, 2, 2], ["T1", "T1", "T2", "T1", "T2"], TARGET, diameter_mm=20.0,
        day=[0.0, 44.0, 42.0, np.nan, np.nan],
    )  # fmt: skip
    assert np.array_equal(stack_rows(rows).scans.day, [[42.0, np.nan]], equal_nan=True)


def test_what_contradicts_itself_is_refused() -> None:
    rows = lesion_rows(["A"], [1], ["T1"], TARGET, diameter_mm=12.0, state=LesionState.ABSENT)
    with pytest.raises(StudyError, match=r"row 0: A, lesion T1, visit 1.*contradicts.*12 mm, ABSENT"):
        stack_rows(rows)
    with pytest.raises(StudyError, match="contradicts"):
        stack_rows(lesion_rows(["A"], [1], ["T1"], TARGET, diameter_mm=-1.0))
    with pytest.raises(StudyError, match=r"kind: unknown code.*0 TARGET"):
        lesion_rows(["A"], [1], ["T1"], 7)
    with pytest.raises(StudyError, match=r"state: unknown code.*99"):
        lesion_rows(["A"], [1], ["T1"], TARGET, state=99)
    with pytest.raises(StudyError, match=r"visit.*another length"):
        lesion_rows(["A"], [1, 2], ["T1"], TARGET)


def test_rows_that_say_the_same_twice_count_once() -> None:
    found = stack((0, "T1", TARGET, 30), (0, "T1", TARGET, 30), (1, "T1", TARGET, 20), (1, "T1", TARGET, 20))
    assert (found.scans.baseline_mm.tolist(), found.scans.diameter_mm.tolist()) == ([[30.0]], [[[20.0]]])
    blind = stack((0, "T1", TARGET, 30), *[(1, "T1", TARGET, LesionState.NOT_EVALUATED)] * 2)
    assert not blind.scans.measured.any()
    there = stack((0, "T1", TARGET, 30), (1, "T1", TARGET, LesionState.PRESENT), (1, "T1", TARGET, 20))
    assert there.scans.diameter_mm.tolist() == [[[20.0]]]
    with pytest.raises(StudyError, match="listed twice"):
        stack((0, "T1", TARGET, 30), (1, "T1", TARGET, LesionState.NOT_EVALUATED), (1, "T1", TARGET, 20))
    with pytest.raises(StudyError, match=r"row 2: A, lesion T1, visit 1: listed twice.*SPLIT"):
        stack((0, "T1", TARGET, 30), (1, "T1", TARGET, 20), (1, "T1", TARGET, 21))
    twice = lesion_rows(["A"] * 3, [0, 1, 1], "N1", OTHER, state=[1, 1, 0])
    with pytest.raises(StudyError, match=r"lesion N1.*listed twice"):
        stack_rows(twice)


def test_nothing() -> None:
    empty = lesion_rows(np.array([], np.str_), [], [], np.array([], np.int64))
    found = stack_rows(empty)
    assert assess(found.scans).response.shape == (0, 0)
    assert rows_of(found.scans).patient.shape == (0,)
