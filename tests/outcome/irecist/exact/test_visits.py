"""iRECIST visit by visit: table 2 of the paper, the working group's answers to questions, and the bar that is reset."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adoptive.outcome.response.irecist import IMMUNE_REASONS, ImmuneAssessed, _Why, assess_immune
from adoptive.outcome.response.types import ImmuneResponse, LesionState, NewLesions
from adoptive.outcome.types import NonTarget, Response, Scans

NAMES = ["-", "iCR", "iPR", "iSD", "iUPD", "iCPD", "NE", "non-iCR/non-iUPD"]
PRESENT, LARGER, CLEAR = LesionState.PRESENT, LesionState.LARGER, LesionState.UNEQUIVOCAL


def scans(sums: list[float], *, baseline: float = 100.0, days: list[float] | None = None, **fields: Any) -> Scans:
    """One patient with one target lesion; -1 was not measured."""
    size = np.array(sums, np.float64)[None, :, None]
    shape = size.shape[:2]
    when = 42.0 * np.arange(1, shape[1] + 1) if days is None else days
    case = Scans(
        day=np.array([when], np.float64), done=np.ones(shape, np.bool_), diameter_mm=np.maximum(size, 0.0),
        measured=size >= 0, baseline_mm=np.array([[baseline]]), nodal=np.zeros((1, 1), np.bool_),
        non_target=np.full(shape, NonTarget.NONE, np.int64), new_lesion=np.zeros(shape, np.bool_),
    )  # fmt: skip
    return replace(case, **{name: np.array([values]) for name, values in fields.items()})


def new(states: list[list[int]], sizes: list[list[float]] | None = None) -> NewLesions:
    """New lesions of one patient, one list per visit; with sizes they are measured."""
    state = np.array([states], np.int64)
    size = np.full(state.shape, np.nan) if sizes is None else np.array([sizes], np.float64)
    return NewLesions(state=state, size_mm=size, target=np.full((1, state.shape[2]), sizes is not None))


def names(found: ImmuneAssessed) -> str:
    return " ".join(NAMES[code] for code in found.response[0])


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        ([100, 80, 60, 0], "iSD iSD iPR iCR"),
        ([120, 125], "iUPD iCPD"),  # 5 mm more
        ([120, 124.9], "iUPD iUPD"),
        ([120, 124, 126], "iUPD iUPD iCPD"),  # 4 and 2 mm add up
        ([120, 118, 122], "iUPD iSD iUPD"),  # 118 is no progression any more: the bar is reset
        ([120, 115, 60, 90, 95], "iUPD iSD iPR iUPD iCPD"),  # pseudoprogression, then progression from the nadir of 60
        ([120, -1, 125], "iUPD NE iCPD"),
        ([120, 125, 50, 0], "iUPD iCPD iCPD iCPD"),  # confirmed for good
        ([-1, 100], "NE iSD"),
    ],
)
def test_target_lesions(sums: list[float], expected: str) -> None:
    assert names(assess_immune(scans(sums))) == expected


@pytest.mark.parametrize(
    ("states", "larger", "expected"),
    [
        ([3, 3, 3], [0, 0, 0], "iUPD iUPD iUPD"),  # unequivocal, then no change
        ([3, 3, 3], [0, 1, 0], "iUPD iCPD iCPD"),  # any further growth
        ([3, 2, 2], [0, 0, 0], "iUPD iSD iSD"),
        ([3, 2, 3], [0, 0, 0], "iUPD iSD iUPD"),
        ([3, 2, 2], [0, 1, 0], "iUPD iCPD iCPD"),  # it need not be unequivocal again
        ([2, 2, 2], [1, 1, 1], "iSD iSD iSD"),  # growth without progression confirms nothing
        ([3, 3, 3], [0, -1, 0], "iUPD iUPD iUPD"),  # unknown growth is no growth
    ],
)
def test_non_target_disease(states: list[int], larger: list[int], expected: str) -> None:
    found = assess_immune(scans([100, 100, 100], non_target=states), non_target_larger=np.array([larger]))
    assert names(found) == expected


@pytest.mark.parametrize(
    ("states", "sizes", "expected"),
    [
        ([[PRESENT], [PRESENT], [PRESENT]], None, "iUPD iUPD iUPD"),
        ([[PRESENT], [LARGER], [PRESENT]], None, "iUPD iCPD iCPD"),  # not measured: any growth
        ([[PRESENT], [PRESENT], [0]], None, "iUPD iUPD iSD"),  # gone: the bar is reset
        ([[PRESENT, 0], [PRESENT, PRESENT], [0, 0]], None, "iUPD iCPD iCPD"),  # one more
        ([[PRESENT], [PRESENT], [PRESENT]], [[12], [16.9], [17]], "iUPD iUPD iCPD"),  # measured: 5 mm in sum
        ([[PRESENT], [0], [PRESENT]], [[12], [0], [12]], "iUPD iSD iUPD"),  # 12 mm after nothing: progression again
        ([[PRESENT, 0], [0, 0], [0, PRESENT]], None, "iUPD iSD iUPD"),  # another new lesion after the reset
        ([[PRESENT], [LesionState.UNKNOWN], [PRESENT]], [[12], [np.nan], [17]], "iUPD iSD iUPD"),
    ],
)
def test_new_lesions(states: list[list[int]], sizes: list[list[float]] | None, expected: str) -> None:
    assert names(assess_immune(scans([100, 100, 100]), new=new(states, sizes))) == expected


def test_a_new_lesion_does_not_prevent_a_partial_response() -> None:
    # the working group's scenario B: a new lesion, then the lesions of the baseline shrink
    found = assess_immune(scans([100, 60, 60]), new=new([[PRESENT]] * 3))
    assert names(found) == "iUPD iPR iPR"
    assert found.because[0, 1] == "progression not confirmed, better than at iUPD; the bar is reset"
    # scenario F: the partial response came before the new lesion, then nothing changes
    later = [[0], [PRESENT], [PRESENT]]
    assert names(assess_immune(scans([60, 60, 60]), new=new(later))) == "iPR iUPD iUPD"
    # scenario D: the target lesions grow, then shrink
    assert names(assess_immune(scans([100, 100, 125, 60]))) == "iSD iSD iUPD iPR"


def test_new_lesions_after_the_reset_raise_a_new_progression() -> None:
    sums = [100, 60, 60, 60]
    measured = assess_immune(scans(sums), new=new([[PRESENT]] * 4, [[12], [12], [16], [17]]))
    assert names(measured) == "iUPD iPR iPR iUPD"  # 17 is 5 mm and 20 % above 12
    assert names(assess_immune(scans(sums), new=new([[PRESENT], [PRESENT], [LARGER], [CLEAR]]))) == "iUPD iPR iPR iUPD"


def test_no_complete_response_while_a_new_lesion_remains() -> None:
    found = assess_immune(scans([100, 0, 0]), new=new([[PRESENT], [PRESENT], [0]]))
    assert names(found) == "iUPD iPR iCR"
    assert found.because[0, 1] == "baseline disease gone, but a new lesion remains: not iCR"


@pytest.mark.parametrize(
    ("sums", "non_target", "states", "reason"),
    [
        ([125, 125], [2, 3], [[0], [0]], "had not progressed"),
        ([100, 125], [3, 3], [[0], [0]], "had not progressed"),
        ([125, 125], [2, 2], [[0], [PRESENT]], "had not progressed"),
        ([125, 131], [2, 2], [[0], [0]], "target lesions at least 5 mm larger"),
        ([100, 100], [2, 2], [[PRESENT], [LARGER]], "not measured larger"),
    ],
)
def test_another_category_confirms(
    sums: list[float], non_target: list[int], states: list[list[int]], reason: str
) -> None:
    found = assess_immune(scans(sums, non_target=non_target), new=new(states))
    assert names(found) == "iUPD iCPD"
    assert reason in found.because[0, 1]
    assert (found.unconfirmed_visit.tolist(), found.confirmed_visit.tolist()) == ([0], [1])


def test_a_scan_within_four_weeks_confirms_nothing() -> None:
    early = assess_immune(scans([120, 130, 130], days=[42, 69.9, 112]))
    assert names(early) == "iUPD iUPD iCPD"  # the growth is still there four weeks after the iUPD
    assert "too early" in early.because[0, 1]
    assert names(assess_immune(scans([120, 130], days=[42, 70]))) == "iUPD iCPD"
    assert names(assess_immune(scans([120, 130], days=[42, 69]), confirm_from_days=26)) == "iUPD iCPD"
    assert names(assess_immune(scans([120, 130], days=[42, 69], new_lesion=[False, True]))) == "iUPD iUPD"


def test_a_late_scan_confirms_unless_it_must_not() -> None:
    case = scans([120, 130], days=[42, 140])
    assert names(assess_immune(case)) == "iUPD iCPD"
    assert names(assess_immune(case, confirm_within_days=56)) == "iUPD iUPD"
    assert names(assess_immune(scans([120, 130], days=[42, 98]), confirm_within_days=56)) == "iUPD iCPD"


def test_progression_dates_back_to_its_own_first_iupd() -> None:
    found = assess_immune(scans([120, 100, 121, 122, 127]))
    assert names(found) == "iUPD iSD iUPD iUPD iCPD"
    assert (found.unconfirmed_visit.tolist(), found.confirmed_visit.tolist()) == ([2], [4])
    never = assess_immune(scans([120, 100]))
    assert (never.unconfirmed_visit.tolist(), never.confirmed_visit.tolist()) == ([-1], [-1])
    opened = assess_immune(scans([100, 120, -1]))
    assert (opened.unconfirmed_visit.tolist(), opened.confirmed_visit.tolist()) == ([1], [-1])


def test_without_the_lesions_a_new_one_is_kept_but_not_confirmed() -> None:
    assert names(assess_immune(scans([100, 100, 100], new_lesion=[True, True, True]))) == "iUPD iUPD iUPD"
    assert names(assess_immune(scans([100, 100, 100], new_lesion=[True, False, True]))) == "iUPD iSD iUPD"
    assert names(assess_immune(scans([100, -1, 100], new_lesion=[True, False, True]))) == "iUPD NE iUPD"

    case = scans([100, -1, 60, 60], new_lesion=[True, False, True, True])
    assert names(assess_immune(case)) == "iUPD NE iPR iPR"  # the lesion that was there before is no new one


def test_recist_stays_beside_it() -> None:
    found = assess_immune(scans([100, 60]), new=new([[PRESENT], [PRESENT]]))
    assert found.recist.response[0].tolist() == [Response.PD, Response.PD]
    assert names(found) == "iUPD iPR"


def test_non_target_disease_only() -> None:
    case = scans([0, 0, 0, 0], baseline=0.0, non_target=[2, 3, 2, 1])
    assert names(assess_immune(case)) == "non-iCR/non-iUPD iUPD non-iCR/non-iUPD iCR"


def test_a_visit_that_did_not_take_place_changes_nothing() -> None:
    case = replace(scans([120, 0, 125]), done=np.array([[True, False, True]]))
    assert names(assess_immune(case)) == "iUPD - iCPD"
    assert ImmuneResponse.NOT_DONE == 0


def test_reasons_of_confirmation_and_progression_stand_where_their_names_say() -> None:
    assert [int(why) for why in _Why] == list(range(len(IMMUNE_REASONS)))
    ends = {"iCPD": range(_Why.TARGET_LARGER, _Why.CONFIRMED_BEFORE + 1), "iUPD": range(_Why.OPENS, _Why.TARGET_LARGER)}
    for word, places in ends.items():
        assert [at for at, text in enumerate(IMMUNE_REASONS) if text.endswith(f": {word}")] == list(places)
