"""Best response by iRECIST: table 3 of the paper (10.1016/S1470-2045(17)30074-8), every combination of alternatives."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest

from adoptive.outcome.response.immune_best import best_immune_response, immune_course
from adoptive.outcome.response.types import ImmuneResponse

PATH = Path(__file__).parents[3] / "data" / "recist" / "irecist_ibor_table3.csv"
CODE = {
    "iCR": ImmuneResponse.ICR, "iPR": ImmuneResponse.IPR, "iSD": ImmuneResponse.ISD, "iUPD": ImmuneResponse.IUPD,
    "iCPD": ImmuneResponse.ICPD, "NE": ImmuneResponse.NE,
}  # fmt: skip
ROWS = list(csv.DictReader(PATH.open(encoding="utf-8")))


def combinations(row: dict[str, str]) -> list[tuple[ImmuneResponse, ...]]:
    choices = [list(CODE) if row[f"tp{k}"] == "any" else row[f"tp{k}"].split("|") for k in range(1, 6)]
    return [tuple(CODE[name] for name in names) for names in itertools.product(*choices)]


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 8
    assert [len(combinations(row)) for row in ROWS] == [16, 54, 100, 40, 48, 216, 36, 1]


@pytest.mark.parametrize("row", ROWS, ids=[row["case"] for row in ROWS])
def test_every_combination(row: dict[str, str]) -> None:
    codes = np.array(combinations(row))
    assert best_immune_response(codes).tolist() == [CODE[row["iBOR"]]] * len(codes)
    days = np.broadcast_to(42.0 * np.arange(1, 6), codes.shape)
    assert (immune_course(codes, days).best == CODE[row["iBOR"]]).all()


@pytest.mark.parametrize(
    ("codes", "progression", "confirmed", "start", "duration", "event"),
    [
        # the examples' progression: the first iUPD of the block that an iCPD ends
        ("iSD iSD iUPD iPR iPR iUPD iCPD", 252, True, 168, 84, True),
        ("iUPD iUPD iCPD", 42, True, np.inf, 0, False),
        ("iUPD NE iUPD iCPD", 42, True, np.inf, 0, False),
        ("iPR iUPD iSD iSD", np.inf, False, 42, 126, False),
        ("iPR iUPD NE", 84, False, 42, 42, False),  # nothing reversed it: its day counts, unconfirmed
        ("iPR iUPD iCPD iCR", 84, True, 42, 42, True),
        ("iSD NE", np.inf, False, np.inf, 0, False),
    ],
)
def test_progression_and_duration(
    codes: str, progression: float, confirmed: bool, start: float, duration: float, event: bool
) -> None:
    row = np.array([[CODE[name] for name in codes.split()]])
    found = immune_course(row, 42.0 * np.arange(1, row.shape[1] + 1)[None])
    assert found.progression_day.tolist() == [progression]
    assert found.confirmed.tolist() == [confirmed]
    assert found.response_start_day.tolist() == [start]
    assert (found.duration_days.tolist(), found.duration_event.tolist()) == ([duration], [event])
