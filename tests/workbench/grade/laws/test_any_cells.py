"""Whatever stands in the cells: bad rows or one clear error, never a fall; a listed row has no answer."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adoptive.errors import StudyError
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.grade import grade_file
from adoptive.workbench.grade.document import grade_document

QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CELL = st.one_of(
    st.sampled_from(["", "NA", "-1", "1e308", "1e-320", "inf", "none", "yes", "2020-01-01", "2020-13-45", "iCR|iPR",
    "any",
                     "T1", "new", "target", "NE", "PD", "A", "0", "1", "42", "38.5", "mg/dL", "absent"]),
    st.text(max_size=6).filter(lambda text: "\x00" not in text),
)  # fmt: skip
TABLES = {
    "astct-crs": "patient,day,temp_c,hypotension,vasopressors,oxygen,vasopressin",
    "astct-icans": "patient,day,ice,consciousness,seizure,motor,icp",
    "ctcae": "USUBJID,PARAMCD,AVAL,AVALU,ANRLO,ANRHI,BASE,BNRIND",
    "icaht": "patient,day,anc_per_uL,last_day",
    "tls": "patient,day,uric_acid,uric_acid_unit,k_mmol_L,phosphate_mg_dL,calcium_mg_dL,albumin_g_dL",
    "recist": "patient,visit,day,lesion,type,node,size_mm,state",
    "irecist": "tp1,tp2,tp3",
    "easix": "ldh_U_L,creatinine_mg_dL,crp_mg_L,platelets_1e9L",
}


@pytest.mark.parametrize("rule", TABLES)
@QUICK
@given(data=st.data())
def test_any_cells_give_an_answer_or_a_reason(tmp_path: Path, rule: str, data: st.DataObject) -> None:
    head = TABLES[rule].split(",")
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(head), max_size=len(head)), min_size=1, max_size=5))
    file = tmp_path / "rows.csv"
    with file.open("w", encoding="utf-8", newline="", errors="replace") as handle:
        csv.writer(handle).writerows([head, *rows])
    try:
        document = json.loads(as_json(grade_document(grade_file(file, rule=rule))))
    except StudyError:
        return  # the whole file is refused: no column of units, quotes that do not close
    listed = {bad["line"] for bad in document["bad_rows"]}
    answer = document["answer"] if document["answer"] in document["rows"][0] else "reason"
    for row in document["rows"]:
        assert row["reason"]
        if row["line"] in listed:
            assert row["reason"].startswith("bad row")
            assert answer == "reason" or row[answer] is None
