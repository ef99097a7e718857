"""Best response when confirmation is asked: every row of table 3 of the paper (10.1016/j.ejca.2008.10.026)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.outcome.response.best import best_response
from adoptive.outcome.types import Response

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE
ROWS = [
    # first, second, best when the shortest time for SD is met, best when it is not
    (CR, CR, CR, CR),
    (CR, PR, SD, PD),  # the CR was true, so disease has come back
    (CR, SD, SD, PD),
    (CR, PD, SD, PD),
    (CR, NE, SD, NE),
    (PR, CR, PR, PR),
    (PR, PR, PR, PR),
    (PR, SD, SD, NE),  # the paper names SD only; before the shortest time nothing is left to call it
    (PR, PD, SD, PD),
    (PR, NE, SD, NE),
    (NE, NE, NE, NE),
]


def best(codes: list[Response], **options: Any) -> Response:
    found = best_response(np.array([codes]), np.array([[42.0, 84.0]]), confirm_days=28.0, **options)
    return Response(found.response[0])


@pytest.mark.parametrize(("first", "second", "met", "missed"), ROWS)
def test_every_row(first: Response, second: Response, met: Response, missed: Response) -> None:
    assert best([first, second], minimum_stable_days=42.0) == met
    assert best([first, second], minimum_stable_days=100.0) == missed


def test_a_doubtful_complete_response_is_read_as_partial() -> None:
    assert best([CR, PR], minimum_stable_days=42.0, doubtful_complete=True) == PR
    assert best([CR, CR], minimum_stable_days=42.0, doubtful_complete=True) == CR
