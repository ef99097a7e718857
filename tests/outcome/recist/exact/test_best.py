"""Best response: days, reasons, options; disease control."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.response.best import Best, best_response, disease_control
from adoptive.outcome.types import Response

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE
NON, NONE = Response.NON_CR_NON_PD, Response.NOT_DONE


def best(codes: list[Response], days: list[float] | None = None, **options: Any) -> Best:
    when = [42.0 * (k + 1) for k in range(len(codes))] if days is None else days
    settings: dict[str, Any] = {"confirm_days": 28.0, "minimum_stable_days": 35.0} | options
    return best_response(np.array([codes]), np.array([when]), **settings)


@pytest.mark.parametrize(
    ("codes", "response", "day", "reason"),
    [
        ([SD, PR, CR, CR], CR, 126.0, "confirmed complete response: CR"),
        ([SD, PR, PR, SD], PR, 84.0, "confirmed partial response: PR"),
        ([PR, SD], SD, 42.0, "stable disease"),
        ([NON, PD], NON, 42.0, "non-target disease"),
        ([NE, PD], PD, 84.0, "progression"),
        ([NE, NE], NE, 42.0, "none of them counts"),
        ([NONE], NONE, np.inf, "no visit took place"),
    ],
)
def test_day_and_reason(codes: list[Response], response: Response, day: float, reason: str) -> None:
    found = best(codes)
    assert (found.response[0], found.day[0]) == (response, day)
    assert reason in found.because[0]


def test_without_confirmation_the_reason_does_not_claim_it() -> None:
    assert best([PR], confirm_days=0.0).because[0] == "partial response: PR"


def test_without_any_visit() -> None:
    found = best([NONE, NONE], [42.0, np.inf], no_visit="NE")
    assert (found.response[0], found.because[0]) == (NE, "no visit took place")


def test_responses_after_progression_count_only_if_asked() -> None:
    assert best([PD, PR, PR]).response[0] == PD
    later = best([PD, PR, PR], until="end")
    assert (later.response[0], later.response_start_day[0]) == (PR, 84.0)
    assert best([CR, PD, CR], until="end").confirmed.tolist() == [False]


def test_an_unknown_day_confirms_nothing() -> None:
    assert best([PR, PR], [42.0, np.nan]).response[0] == SD
    assert best([PR, PR], [np.nan, np.nan]).response[0] == NE
    assert not np.isnan(best([PR, PR], [np.nan, np.nan]).day).any()


def test_disease_control() -> None:
    codes = np.array([[CR, CR], [PR, PR], [SD, PD], [NON, NE], [PD, PD], [NE, NE], [NONE, NONE], [PR, PD]])
    days = np.broadcast_to([42.0, 84.0], codes.shape)
    found = best_response(codes, days, confirm_days=28.0, minimum_stable_days=60.0)
    # the SD and the unconfirmed PR of day 42 come before the shortest time of 60 days
    assert disease_control(found).tolist() == [True, True, False, False, False, False, False, False]
    assert disease_control(found, unconfirmed=True).tolist() == [True, True, False, False, False, False, False, True]


def test_mistakes_are_named() -> None:
    with pytest.raises(StudyError, match=r"until: unknown choice.*progression, end"):
        best([PR], until="death")
    with pytest.raises(StudyError, match=r"no_visit.*missing, NE"):
        best([PR], no_visit="PD")
    with pytest.raises(StudyError, match=r"unknown response.*value: 9.*1 CR"):
        best_response(np.array([[9]]), np.array([[1.0]]), confirm_days=28.0, minimum_stable_days=0.0)
    with pytest.raises(StudyError, match="one row per patient"):
        best_response(np.array([1]), np.array([1.0]), confirm_days=28.0, minimum_stable_days=0.0)
