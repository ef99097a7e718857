"""The public SDTM example: every overall response follows from the lesion measurements (pharmaversesdtm, synthetic)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from adoptive.outcome.response.recist import assess
from adoptive.outcome.types import NonTarget, Response, Scans

DATA = Path(__file__).parents[2] / "data" / "recist"
CODE = {
    "CR": Response.CR, "PR": Response.PR, "SD": Response.SD, "PD": Response.PD, "NE": Response.NE,
    "NON-CR/NON-PD": Response.NON_CR_NON_PD,
}  # fmt: skip


def read(name: str) -> pd.DataFrame:
    table = pd.read_csv(DATA / f"{name}_onco_recist.csv")
    prefix = name.upper()
    table["reader"] = table[f"{prefix}EVAL"] + " " + table[f"{prefix}EVALID"].fillna("")
    return table


def scans_of(lesions: pd.DataFrame, sizes: pd.DataFrame, visits: list[int]) -> Scans:
    """One patient as one reader saw them; nodes count by short axis (LPERP), other lesions by LDIAM."""
    targets = lesions[lesions.TUSTRESC == "TARGET"]
    nodal = (targets.TULOC == "LYMPH NODE").to_numpy()
    measured = np.zeros((1, len(visits), len(targets)), np.bool_)
    diameter = np.zeros(measured.shape)
    baseline = np.zeros((1, len(targets)))
    for column, (link, node) in enumerate(zip(targets.TULNKID, nodal, strict=True)):
        rows = sizes[(sizes.TRLNKID == link) & (sizes.TRTESTCD == ("LPERP" if node else "LDIAM"))]
        for visit, size in zip(rows.VISITNUM, rows.TRSTRESN, strict=True):
            if visit == 1:
                baseline[0, column] = size
            elif visit in visits:
                measured[0, visits.index(visit), column] = True
                diameter[0, visits.index(visit), column] = size
    states = sizes[sizes.TRGRPID == "NON-TARGET"].groupby("VISITNUM").TRSTRESC.apply(set)
    other = [non_target(states.get(visit), patient_has_some=len(states) > 0) for visit in visits]
    marks = np.ones((1, len(visits)), np.bool_)
    return Scans(
        day=np.array([visits], np.float64), done=marks, diameter_mm=diameter, measured=measured, baseline_mm=baseline,
        nodal=nodal[None], non_target=np.array([other], np.int64), new_lesion=~marks,
    )  # fmt: skip


def non_target(states: set[str] | None, *, patient_has_some: bool) -> NonTarget:
    if not patient_has_some:
        return NonTarget.NONE
    if not states:
        return NonTarget.NE
    return NonTarget.CR if states == {"ABSENT"} else NonTarget.NON_CR_NON_PD


def judged() -> list[tuple[str, str, int, int, int]]:
    lesions, sizes, responses = read("tu"), read("tr"), read("rs")
    rows = []
    for (subject, reader), expected in responses.groupby(["USUBJID", "reader"]):
        visits = sorted(expected.VISITNUM)
        mine = [table[(table.USUBJID == subject) & (table.reader == reader)] for table in (lesions, sizes)]
        found = assess(scans_of(mine[0], mine[1], visits)).response[0]
        by_visit = expected.set_index("VISITNUM").RSSTRESC
        rows += [(subject, reader, visit, int(found[k]), int(CODE[by_visit[visit]])) for k, visit in enumerate(visits)]
    return rows


def test_all_66_overall_responses_are_reproduced() -> None:
    rows = judged()
    assert len(rows) == 66
    assert [row for row in rows if row[3] != row[4]] == []
    assert {row[4] for row in rows} == set(CODE.values())  # every category occurs, so every branch was tried
