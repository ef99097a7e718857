"""Best response on a ladder: confirmation, what stands on the next rung, progression and the data cut."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome import LADDERS, Response, best_on_ladder, first_confirmed
from adoptive.outcome.response.best import Best

DAY = [28.0, 90.0, 180.0, 270.0]


def best(criteria: str, *names: str, confirm: float = 28.0, stable: float = 35.0, cut: float = np.inf) -> Best:
    codes = [[Response[name] for name in names]]
    return best_on_ladder(
        codes, [DAY[: len(names)]], LADDERS[criteria], confirm_days=confirm, minimum_stable_days=stable, cut=cut
    )


@pytest.mark.parametrize(
    ("names", "confirmed", "loose"),
    [
        (("PR", "PR"), "PR", "PR"),
        (("PR", "VGPR", "CR", "SCR"), "CR", "SCR"),
        (("SCR", "SCR"), "SCR", "SCR"),
        (("SCR", "CR"), "CR", "SCR"),
        (("CR", "PR", "CR", "SD"), "PR", "CR"),
        (("PR", "SD", "PR", "SD"), "SD", "PR"),
        (("PR", "NOT_DONE", "PR"), "PR", "PR"),
        (("PR", "NE", "PR"), "PR", "PR"),
        (("PR", "MR"), "MR", "PR"),
        (("MR", "SD"), "SD", "MR"),
        (("NOT_DONE", "VGPR", "PD", "SCR"), "SD", "VGPR"),
        (("VGPR", "PD", "SCR", "SCR"), "PD", "VGPR"),  # stable too short to count
        (("PD", "CR"), "PD", "PD"),
        (("NE",), "NE", "NE"),
        (("NOT_DONE",), "NOT_DONE", "NOT_DONE"),
        (("SD",), "NE", "NE"),  # seen before the shortest time
        (("NOT_DONE", "SD"), "SD", "SD"),
    ],
)
def test_myeloma(names: tuple[str, ...], confirmed: str, loose: str) -> None:
    found = best("IMWG 2016", *names)
    assert (Response(found.response[0]).name, Response(found.unconfirmed[0]).name) == (confirmed, loose)


def test_leukaemia_needs_no_time_for_no_remission() -> None:
    found = best("B-ALL remission", "NR", stable=0.0)
    assert (found.response.tolist(), found.confirmed.tolist()) == ([Response.NR], [False])
    found = best("B-ALL remission", "CRI", "CR", "PD")
    assert (found.response.tolist(), found.response_start_day.tolist()) == ([Response.CRI], [28.0])
    found = best("B-ALL remission", "NR", "CRI", "CR", "CR")
    assert (found.response.tolist(), found.response_start_day.tolist()) == ([Response.CR], [90.0])


def test_confirmation_takes_its_days_and_may_be_left_out() -> None:
    assert best("Lugano 2014", "CR", "CR", confirm=62.0).confirmed.tolist() == [True]
    assert best("Lugano 2014", "CR", "CR", confirm=62.1).confirmed.tolist() == [False]
    assert best("Lugano 2014", "CR", confirm=0.0).response.tolist() == [Response.CR]


def test_what_follows_the_cut_is_not_seen() -> None:
    assert best("Lugano 2014", "PR", "CR", "CR", cut=179.0).response.tolist() == [Response.PR]
    assert best("Lugano 2014", "PR", "CR", "CR", cut=180.0).response.tolist() == [Response.CR]


def test_the_first_day_of_a_complete_response() -> None:
    codes = [[Response.PR, Response.CR, Response.CR, Response.PD], [Response.CR, Response.PD, Response.CR, Response.CR]]
    days = first_confirmed(codes, [DAY, DAY], (Response.CR,), confirm_days=28.0)
    assert days.tolist() == [90.0, np.inf]
    assert first_confirmed(codes, [DAY, DAY], (Response.CR,), confirm_days=0.0).tolist() == [90.0, 28.0]


def test_a_code_of_other_criteria_is_refused() -> None:
    with pytest.raises(StudyError, match="unknown response"):
        best("Lugano 2014", "VGPR")
    with pytest.raises(StudyError, match="days do not fit"):
        best_on_ladder([[1, 1]], [[1.0], [2.0]], LADDERS["Lugano 2014"], confirm_days=0, minimum_stable_days=0)
