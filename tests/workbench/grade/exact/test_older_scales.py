"""The older scales of cytokine release from the same file, each by its own columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEAD = (
    "temp_c,hypotension,vasopressors,oxygen,fio2,high_dose_vasopressor,organ_grade,transaminase_grade,creatinine_grade,"
    "fluids,coagulopathy_products,ventilated,hospital"
)
ROWS = (
    "38.5,1,1,none,0.3,0,0,0,0,1,0,0,1",
    "38.5,1,1,none,0.3,1,0,0,0,1,0,0,1",
    "38.5,0,0,facemask,0.5,0,0,0,0,0,0,0,1",
    "38.5,0,0,ventilator,0.6,0,0,0,0,0,0,1,1",
)
EXPECTED = {
    "lee-crs": [2, 3, 3, 4],
    "penn-crs": [3, 4, 3, 4],
    "ctcae-crs": [3, 3, 3, 4],
    "astct-crs": [3, 3, 3, 4],
}


@pytest.mark.parametrize("rule", EXPECTED)
def test_scales_differ_as_published(graded: Callable[..., Any], sheet: Callable[..., Path], rule: str) -> None:
    code, document = graded(rule, sheet(HEAD, *ROWS))
    assert [row["grade"] for row in document["rows"]] == EXPECTED[rule]
    assert code == 0


def test_a_share_above_one_is_no_share(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    code, document = graded("lee-crs", sheet(HEAD, ROWS[0].replace("0.3", "30")))
    assert (code, document["bad_rows"][0]["column"]) == (2, "fio2")
    code, document = graded("lee-crs", sheet(HEAD.replace("fio2", "fio2_percent"), ROWS[2].replace("0.5", "50")))
    assert (code, document["rows"][0]["grade"]) == (0, 3)
