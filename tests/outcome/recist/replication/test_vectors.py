"""The public SDTM example: every overall response follows from the lesion measurements (pharmaversesdtm, synthetic)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.response.recist import assess
from adoptive.outcome.response.sdtm import rows_from_sdtm, visits_from_sdtm
from adoptive.outcome.response.table import stack_rows
from adoptive.outcome.types import Response

DATA = Path(__file__).parents[3] / "data" / "recist"
CODE = {
    "CR": Response.CR, "PR": Response.PR, "SD": Response.SD, "PD": Response.PD, "NE": Response.NE,
    "NON-CR/NON-PD": Response.NON_CR_NON_PD,
}  # fmt: skip


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}_onco_recist.csv")


@pytest.mark.parametrize("kept", ["never", "confirmed", "always"])
@pytest.mark.parametrize("named", [True, False], ids=["visits from RS", "visits from TR"])
def test_all_66_overall_responses_are_reproduced(kept: str, named: bool) -> None:
    expected = read("rs")
    people, readers, visits = visits_from_sdtm(expected)
    rows = rows_from_sdtm(read("tu"), read("tr"))
    stacked = stack_rows(rows, visits=(people, readers, visits) if named else None)
    scans = replace(stacked.scans, day=42.0 * np.where(np.isnan(stacked.visit), np.inf, stacked.visit))
    found = assess(scans, partial_kept=kept)  # type: ignore[arg-type]
    wrong = []
    for person, reader, visit, text in zip(people, readers, visits, expected.RSSTRESC, strict=True):
        line = np.flatnonzero((stacked.patient == person) & (stacked.reader == reader)).item()
        place = np.flatnonzero(stacked.visit[line] == visit).item()
        if found.response[line, place] != CODE[text]:
            wrong.append((person, reader, visit, text, found.because[line, place]))
    assert len(expected) == 66
    assert wrong == []
    assert set(expected.RSSTRESC) == set(CODE)  # every category occurs, so every branch was tried


def test_nodes_count_by_short_axis_and_other_lesions_by_longest_diameter() -> None:
    tu, tr = read("tu"), read("tr")
    rows = rows_from_sdtm(tu, tr)
    one = (rows.patient == "01-701-1015") & (rows.visit == 1) & (rows.reader == "INDEPENDENT ASSESSOR RADIOLOGIST 1")
    assert dict(zip(rows.lesion[one].tolist(), rows.diameter_mm[one].tolist(), strict=True))["T02"] == 32.32
    assert rows.nodal[one & (rows.lesion == "T02")].all()


def test_mistakes_in_the_tables_are_named() -> None:
    tu, tr = read("tu"), read("tr")
    with pytest.raises(StudyError, match=r"TU does not list this lesion.*T09"):
        rows_from_sdtm(tu, tr.assign(TRLNKID="T09"))
    with pytest.raises(StudyError, match=r"another unit.*cm.*allowed: mm"):
        rows_from_sdtm(tu, tr.assign(TRSTRESU="cm"))
    with pytest.raises(StudyError, match="column missing"):
        rows_from_sdtm(tu.drop(columns="TULOC"), tr)
    with pytest.raises(StudyError, match=r"unknown kind of lesion.*MAYBE"):
        rows_from_sdtm(tu.assign(TUSTRESC="MAYBE"), tr)


def test_a_new_lesion_that_only_tu_lists_is_progression() -> None:
    tu, tr = read("tu"), read("tr")
    who = "01-701-1015"
    one = tu[tu.USUBJID == who].iloc[[0]].assign(TUSTRESC="NEW", TULNKID="NEW01", VISITNUM=3, TULOC="LIVER")
    stacked = stack_rows(rows_from_sdtm(pd.concat([tu, one], ignore_index=True), tr))
    line = np.flatnonzero((stacked.patient == who) & (stacked.reader == "INDEPENDENT ASSESSOR RADIOLOGIST 1")).item()
    found = assess(stacked.scans)
    place = np.flatnonzero(stacked.visit[line] == 3).item()
    assert found.because[line, place] == "new lesion: PD"
    before = stack_rows(rows_from_sdtm(tu, tr)).scans
    assert not before.new_lesion.any()
