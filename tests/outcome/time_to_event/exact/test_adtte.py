"""Times to events as ADTTE columns."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.events import (
    ADTTE_VARIABLES,
    adtte_columns,
    duration_of_response,
    overall_survival,
    progression_free_survival,
    time_to_progression,
)

FREE = progression_free_survival(
    [[2, 4], [0, 0], [3, 3], [3, 0]],
    [[42.0, 83.6]] * 4,
    death_day=[np.nan, np.nan, np.nan, 60.0],
    cut_day=100.0,
)
ALIVE = overall_survival([np.nan, np.nan, np.nan, 60.0], last_contact_day=[np.inf, 20.0, np.inf, np.inf], cut_day=100.0)
SUBJECTS = ["01-001", "01-002", "01-003", "01-004"]


def test_one_row_per_patient_and_parameter_patient_by_patient() -> None:
    table = adtte_columns([FREE, ALIVE, duration_of_response(FREE, [42.0] + [np.inf] * 3)], subject=SUBJECTS, study="S")
    assert list(table) == [name for name, _, _ in ADTTE_VARIABLES if name not in ("ADT", "STARTDT")]
    rows = list(zip(*(table[name].tolist() for name in ("USUBJID", "PARAMCD", "ASEQ", "AVAL", "CNSR")), strict=True))
    assert rows == [
        ("01-001", "PFS", 1, 84, 0),
        ("01-001", "OS", 2, 100, 1),
        ("01-001", "RSD", 3, 42, 0),
        ("01-002", "PFS", 1, 0, 1),
        ("01-002", "OS", 2, 20, 1),
        ("01-003", "PFS", 1, 84, 1),
        ("01-003", "OS", 2, 100, 1),
        ("01-004", "PFS", 1, 60, 0),
        ("01-004", "OS", 2, 60, 0),
    ]
    assert table["EVNTDESC"].tolist()[:4] == [
        "Documented progression",
        "No event by the data cut",
        "Documented progression",
        "No adequate assessment",
    ]
    assert table["CNSDTDSC"].tolist()[:6] == [
        "",
        "Last Date Known Alive",
        "",
        "Time Zero",
        "Last Date Known Alive",
        "Last Adequate Assessment",
    ]
    assert table["PARAM"].tolist()[:3] == ["Progression Free Survival", "Overall Survival", "Duration of Response"]


def test_dates_and_the_first_day() -> None:
    starts = np.array(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"], "datetime64[D]")
    table = adtte_columns([ALIVE], subject=SUBJECTS, study="S", start_date=starts, add_one=True)
    assert table["AVAL"].tolist() == [101, 21, 101, 61]
    assert (table["ADT"] - table["STARTDT"] + 1 == table["AVAL"]).all()
    assert table["ADT"].astype("datetime64[D]").astype(str).tolist()[1] == "2026-02-21"


def test_a_competing_death_names_its_date() -> None:
    table = adtte_columns([time_to_progression(FREE)], subject=SUBJECTS, study="S")
    assert table["CNSR"].tolist() == [0, 1, 1, 1]
    assert table["CNSDTDSC"].tolist()[3] == "Date of Death"
    late = adtte_columns([time_to_progression(FREE, deaths="assessment")], subject=SUBJECTS, study="S")
    assert (late["AVAL"].tolist()[3], late["CNSDTDSC"].tolist()[3]) == (42, "Last Adequate Assessment")


def test_misuse() -> None:
    with pytest.raises(StudyError, match="one row per patient"):
        adtte_columns([FREE], subject=SUBJECTS[:2], study="S")
    with pytest.raises(StudyError, match="stands twice"):
        adtte_columns([FREE, FREE], subject=SUBJECTS, study="S")
